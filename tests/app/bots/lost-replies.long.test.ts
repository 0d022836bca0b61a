import path from "node:path";
import type { Client } from "@libsql/client";
import { expect, test } from "vitest";
import { prepareSessions } from "../../../app/bots/sessions/sessions.ts";
import { verifyQuestions } from "../../../app/bots/verifying/verifier.ts";
import { writeQuestions } from "../../../app/bots/writing/questions.ts";
import type { Context } from "../../../src/cli/program.ts";
import { readRows } from "../../product/rows.ts";
import { createDeployedDatabase, root } from "../../support/deployed.ts";
import { runHere } from "../../support/here.ts";
import { writeProject } from "../../support/project.ts";
import { startProxy, type TestProxy } from "../../support/proxy.ts";
import { tell } from "../../support/snapshot.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertJob, insertQuestion } from "./running.ts";
import { newQuestion } from "./stores.ts";

const text = JSON.stringify(
    ["a lock on the row of a parent", "an escalated latch of the whole tree"].map((subject) => newQuestion(subject)),
);
const candidates = path.join(writeProject({ "candidates.json": text }), "candidates.json");

/** Each bot with what it finds, and what it has written in the end. */
const bots: readonly [string, (client: Client) => Promise<unknown>, (context: Context) => Promise<unknown>, string][] =
    [
        [
            "bot:question",
            async (client) => {
                await insertQuestion(client, "q-1");
                await client.execute(`INSERT INTO channel_mappings (channel_id, sub_channel, question_id)
                SELECT channel, sub_channel, id FROM questions`);
            },
            (context) => writeQuestions(context, "question", { from: candidates }),
            `SELECT (SELECT count(*) FROM questions) AS questions, (SELECT count(*) FROM channel_mappings) AS mappings,
            (SELECT count(*) FROM question_history) AS events, (SELECT count(*) FROM bot_ledger) AS actions,
            (SELECT sum(items_created) FROM bot_runs) AS counted, (SELECT count(*) FROM work_queue) AS jobs`,
        ],
        [
            "bot:sessions",
            async (client) => {
                for (const id of ["q-1", "q-2", "q-3"])
                    await insertQuestion(client, id, { channel: "system-design", subChannel: "caching" });
            },
            (context) => prepareSessions(context, {}),
            `SELECT (SELECT count(*) FROM voice_sessions) AS sessions, (SELECT count(*) FROM bot_ledger) AS actions,
            (SELECT sum(items_created) FROM bot_runs) AS counted`,
        ],
        [
            "bot:verifier",
            async (client) => {
                for (const id of ["q-1", "q-2"]) {
                    await insertQuestion(client, id);
                    await insertJob(client, "verify", id);
                }
            },
            (context) => verifyQuestions(context, {}),
            `SELECT (SELECT count(*) FROM work_queue WHERE status = 'completed') AS completed,
            (SELECT count(*) FROM question_history WHERE event_type = 'verified') AS events,
            (SELECT count(*) FROM bot_ledger) AS actions, (SELECT sum(items_processed) FROM bot_runs) AS counted`,
        ],
    ];

describeTargets("a bot whose replies are lost", (target) => {
    test.runIf(target.name === "sqld").for(bots)(
        "%s: has done everything once in the end, whichever reply it was",
        { timeout: 300_000 },
        async ([name, prepare, bot, figures]) => {
            /** Runs the bot until it says that it is done; gives the number of runs, and what was written. */
            const run = async (hooks: TestProxy["hooks"]) => {
                const database = await createDeployedDatabase(target);
                await prepare(database.client);
                const proxy = await startProxy(database.url, hooks);
                let runs = 0;
                for (let code = 1; code !== 0 && runs < 2; runs++) {
                    // A candidate that was saved already is a duplicate, and so no success.
                    ({ code } = await runHere(bot, { root, url: proxy.url }));
                }
                const [written] = await readRows(database.client, figures);
                await proxy.close();
                await database.close();
                return { runs, written, requests: proxy.requests };
            };
            const whole = await run({});
            expect(whole.runs).toBe(1);
            let repeated = 0;
            for (let lost = 1; lost <= whole.requests; lost++) {
                const { runs, written } = await run({ onReply: (n) => (n === lost ? "drop" : undefined) });
                expect({ lost, written }).toEqual({ lost, written: whole.written });
                if (runs > 1) repeated++;
            }
            tell(`${name}: each of ${whole.requests} replies lost once; ${repeated} times the bot was run again`);
        },
    );
});
