import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readRows, readValue } from "../../product/rows.ts";
import { startCommand } from "../../support/command.ts";
import { createDeployedDatabase, root } from "../../support/deployed.ts";
import { type ModelServer, startModelServer } from "../../support/model-server.ts";
import { tell } from "../../support/snapshot.ts";
import { describeTargets } from "../../support/targets.ts";
import { newQuestion } from "./stores.ts";

const subjects =
    "lease raft gossip quorum cache shard index merge vacuum cursor trigger replica snapshot journal".split(" ");

describeTargets("bot:question, killed while it saves", (target) => {
    let server: ModelServer;

    beforeAll(async () => {
        server = await startModelServer();
        let asked = 0;
        server.answers.question = () => {
            const [one, other] = [subjects[asked % 14], subjects[Math.floor(asked / 14) % 14]];
            asked++;
            const { channel: _, ...content } = newQuestion(`the ${one}${other} protocol number ${asked}`);
            return content;
        };
    });
    afterAll(() => server.close());

    test("leaves each question with all that belongs to it, or nothing of it", async () => {
        const database = await createDeployedDatabase(target);
        const env = { TURSO_DATABASE_URL: database.url, LLM_BASE_URL: server.url, LLM_MODEL: "example" };
        const args = ["--channel=database", "--allow-new-channel", "--allow-new-sub-channel", "--count=20"];
        let kills = 0;
        for (let round = 0; round < 4; round++) {
            const before = server.requests.length;
            const bot = startCommand("bot:question", args, { cwd: root, env });
            let hasEnded = false;
            void bot.result.then(() => {
                hasEnded = true;
            });
            while (!hasEnded && server.requests.length < before + 2 + round) await sleep(2);
            // A save takes a few milliseconds after an answer.
            await sleep(round * 3);
            bot.kill("SIGKILL");
            if ((await bot.result).signal === "SIGKILL") kills++;
            const [counts] = await readRows(
                database.client,
                `SELECT (SELECT count(*) FROM questions) AS questions, (SELECT count(*) FROM channel_mappings) AS mappings,
                    (SELECT count(*) FROM question_history) AS history, (SELECT count(*) FROM bot_ledger) AS ledger,
                    (SELECT sum(items_created) FROM bot_runs) AS counted, (SELECT count(*) FROM work_queue) AS jobs`,
            );
            expect(new Set(Object.values(counts ?? {})).size, JSON.stringify(counts)).toBe(1);
        }
        tell(
            `${target.name}: ${kills} kills, ${await readValue(database.client, "SELECT count(*) FROM questions")} questions`,
        );
        expect(kills).toBeGreaterThan(1);
        expect(await readValue(database.client, "SELECT count(source) FROM history_writer")).toBe(0);
    });
});
