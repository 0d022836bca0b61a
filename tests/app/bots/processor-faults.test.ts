import { afterEach, beforeEach, expect, test } from "vitest";
import { processJobs } from "../../../app/bots/processing/processor.ts";
import type { BotOptions } from "../../../app/bots/worker-options.ts";
import { readRows, readValue } from "../../product/rows.ts";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { type ModelServer, type Reply, replies, startModelServer } from "../../support/model-server.ts";
import { tell } from "../../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";
import {
    answerEdit,
    dumpDatabase,
    insertJob,
    insertQuestion,
    readJob,
    readQuestion,
    runBotHere,
    secretKey,
} from "./running.ts";

const edit = answerEdit({ tldr: "The second writer waits." });
const silent: readonly Reply[] = [replies.hang, replies.stall];
const three = (reply: Reply): Reply[] => [reply, reply, reply];

/** What a server replies, and what then becomes of the job: its status, the attempts that count, and the exit code. */
const faults: readonly [string, Reply[], string, number, number, string][] = [
    ["asks for a pause", [replies.rateLimited("3600")], "pending", 0, 0, "3,600 seconds"],
    ["fails", [replies.status(503, "busy")], "pending", 1, 0, "unavailable: "],
    ["never answers", three(replies.hang), "pending", 1, 0, "timed-out: "],
    ["never ends its answer", three(replies.stall), "pending", 1, 0, "timed-out: "],
    ["breaks the connection", three(replies.reset), "pending", 1, 0, "unreachable: "],
    ["breaks off its answer", three(replies.half), "pending", 1, 0, "unreachable: "],
    ["cuts the answer", [replies.cut(edit)], "pending", 1, 0, "truncated: "],
    ["sends a page", [replies.html], "pending", 1, 0, "not-json: "],
    ["sends no choices", [replies.noChoices], "pending", 1, 0, "protocol: "],
    ["sends no text", [replies.text(null)], "pending", 1, 0, "protocol: "],
    ["sends too much", [replies.huge(3)], "pending", 1, 0, "too-large: "],
    ["declines", [replies.refusal("I will not")], "failed", 1, 0, "declined: "],
    ["filters", [replies.filtered], "failed", 1, 0, "declined: "],
    [
        "answers twice with another shape",
        [replies.answer({ status: "deleted" }), replies.answer({ id: 1 })],
        "failed",
        1,
        0,
        "invalid: ",
    ],
    ["refuses every form of request", three(replies.status(400, "no")), "failed", 1, 0, "refused: "],
    ["does not accept the key", [replies.unauthorized], "pending", 0, 1, "does not accept the key"],
    ["has no such model", [replies.status(404, "no model")], "pending", 0, 1, "no such model"],
];

describeTargets("the processor with a server that", (target) => {
    let database: TestDatabase;
    let model: ModelServer;
    beforeEach(async () => {
        database = await createDeployedDatabase(target);
        model = await startModelServer();
        await insertQuestion(database.client, "q-1");
    });
    afterEach(async () => {
        await model.close();
        await database.close();
    });
    const run = (options: BotOptions = {}, env = {}, signal?: AbortSignal) =>
        runBotHere(processJobs, database, options, { model, env, ...(signal ? { signal } : {}) });

    // What a model's server answers does not depend on the database: a few are enough to show that.
    test.for(target.name === "file:" ? faults : faults.slice(0, 3))(
        "%s loses no job, changes no question and shows no key",
        async ([, script, status, attempts, code, said]) => {
            const before = await readQuestion(database.client, "q-1");
            const job = await insertJob(database.client, "improve", "q-1");
            model.script.push(...script);
            const ran = await run({}, silent.includes(script[0] ?? {}) ? { LLM_TIMEOUT_MS: "100" } : {});
            expect(ran.code).toBe(code);
            expect(ran.stdout + ran.stderr).toContain(said);
            expect(await readJob(database.client, job)).toMatchObject({ status, attempts, locked_until: null });
            expect(await readQuestion(database.client, "q-1")).toEqual(before);
            expect(await readValue(database.client, "SELECT count(*) FROM bot_ledger")).toBe(0);
            const runs = await readRows(database.client, "SELECT status FROM bot_runs");
            expect(runs).toEqual([{ status: code === 0 ? "completed" : "failed" }]);
            expect(ran.stdout + ran.stderr + (await dumpDatabase(database.client))).not.toContain(secretKey);
        },
    );

    test("asks for an hour is asked once, and its job is due in an hour with its attempts unchanged", async () => {
        const jobs = [
            await insertJob(database.client, "improve", "q-1"),
            await insertJob(database.client, "enrich", "q-1"),
        ];
        model.script.push(replies.rateLimited("3600"));
        await run();
        expect(model.requests).toHaveLength(1);
        const [first, second] = await Promise.all(jobs.map((job) => readJob(database.client, job)));
        expect(first).toMatchObject({ status: "pending", attempts: 0 });
        expect(Math.abs(Number(first?.pause) - 3_600)).toBeLessThan(720);
        expect(second).toMatchObject({ status: "pending", attempts: 0 });
        expect(Number(second?.pause)).toBeLessThanOrEqual(0);
    });

    test("states its tokens: the summary has their sum, and a budget ends the run after the call that crosses it", async () => {
        for (let n = 0; n < 12; n++) await insertJob(database.client, n % 2 ? "improve" : "enrich", `q-${n}`);
        for (let n = 2; n < 12; n++) await insertQuestion(database.client, `q-${n}`);
        model.answers.processor = edit;
        const { code, stdout } = await run(
            {},
            { LLM_MAX_TOKENS_PER_RUN: "1000", LLM_PRICE_INPUT: "1", LLM_PRICE_OUTPUT: "2" },
        );
        const [row] = await readRows(database.client, "SELECT status, summary FROM bot_runs");
        const { reason, llm } = JSON.parse(String(row?.summary));
        tell(`${target.name}: ${model.requests.length} calls, ${llm.promptTokens + llm.completionTokens} tokens`);
        expect([code, row?.status, reason]).toEqual([0, "completed", "budget"]);
        expect(stdout).toContain("the budget of 1,000 tokens is spent");
        expect(model.requests).toHaveLength(7);
        expect(llm).toMatchObject({ ...model.stated, model: "example", calls: 7, costUsd: 0.0014 });
        const sums = await readRows(
            database.client,
            `SELECT status, sum(result ->> '$.llm.promptTokens') AS prompt, max(attempts) AS attempts FROM work_queue
                WHERE assigned_to = 'processor' AND (status <> 'pending' OR attempts > 0) GROUP BY status ORDER BY status`,
        );
        expect(sums).toEqual([
            { status: "completed", prompt: 700, attempts: 1 },
            { status: "failed", prompt: null, attempts: 1 },
        ]);
    });

    test("answers slowly when the bot is told to stop: the job is released, its attempt given back, the run closed", async () => {
        const job = await insertJob(database.client, "improve", "q-1");
        const stop = new AbortController();
        model.script.push(() => {
            setTimeout(() => stop.abort(), 100);
            return replies.hang as object;
        });
        const { code, stdout } = await run({ patience: 0.2 }, {}, stop.signal);
        expect([code, stdout]).toEqual([0, expect.stringContaining("Did 0 jobs, 1 given back. Stopped on request.")]);
        expect(await readJob(database.client, job)).toMatchObject({
            status: "pending",
            attempts: 0,
            locked_until: null,
        });
        expect(
            await readRows(database.client, "SELECT status, completed_at IS NOT NULL AS ended FROM bot_runs"),
        ).toEqual([{ status: "completed", ended: 1 }]);
    });

    test("answers while the bot stops has its answer saved", async () => {
        const job = await insertJob(database.client, "improve", "q-1");
        const stop = new AbortController();
        model.script.push(() => {
            setTimeout(() => stop.abort(), 50);
            return replies.slow(300, edit) as object;
        });
        await run({}, {}, stop.signal);
        expect(await readJob(database.client, job)).toMatchObject({ status: "completed" });
        expect(await readQuestion(database.client, "q-1")).toMatchObject({ tldr: "The second writer waits." });
    });
});
