import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Client } from "@libsql/client";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readQuestionInput } from "../../../app/bots/writing/input.ts";
import { type QuestionOptions, writeQuestions } from "../../../app/bots/writing/questions.ts";
import { readRows, readValue } from "../../product/rows.ts";
import { runCommand } from "../../support/command.ts";
import { createDeployedDatabase, root } from "../../support/deployed.ts";
import { runHere } from "../../support/here.ts";
import { type ModelServer, replies, startModelServer } from "../../support/model-server.ts";
import { writeProject } from "../../support/project.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";
import { newQuestion } from "./stores.ts";

const key = "sk-secret-0123456789abcdef";
const seeds = `INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel, tags) VALUES
    ('q-1', 'How do you find the owner of a slow query in a large system?', 'You trace it.', 'A trace names it.', 'beginner', 'system-design', 'tracing', '["tracing"]'),
    ('q-2', 'What is an index?', 'A sorted copy.', 'Kept in order.', 'beginner', 'database', 'indexing', '["sql"]');
    INSERT INTO channel_mappings (channel_id, sub_channel, question_id) SELECT channel, sub_channel, id FROM questions`;

/** As a model answers. */
const answerOf = (topic: string, more: object = {}) => {
    const { channel: _, ...content } = newQuestion(topic, { subChannel: "tracing", ...more });
    return content;
};

describeTargets("bot:question", (target) => {
    let server: ModelServer;
    let database: TestDatabase;
    let client: Client;

    beforeAll(async () => {
        server = await startModelServer();
    });
    afterAll(() => server.close());
    beforeEach(async () => {
        database = await createDeployedDatabase(target);
        client = database.client;
        await client.executeMultiple(seeds);
        server.script.length = 0;
        server.requests.length = 0;
    });

    const model = () => ({ LLM_BASE_URL: server.url, LLM_MODEL: "example", LLM_API_KEY: key });
    const run = (options: QuestionOptions, env: Record<string, string> = {}) =>
        runHere((context) => writeQuestions(context, "question", options), {
            ...{ root, url: database.url, env: { ...model(), ...env } },
        });
    const count = () =>
        readRows(
            client,
            `SELECT (SELECT count(*) FROM questions) - 2 AS questions, (SELECT count(*) FROM channel_mappings) - 2 AS mappings,
                (SELECT count(*) FROM question_history WHERE event_source = 'bot') AS history, (SELECT count(*) FROM bot_ledger) AS ledger,
                (SELECT coalesce(sum(items_created), 0) FROM bot_runs) AS counted, (SELECT count(*) FROM work_queue) AS jobs`,
        ).then((rows) => rows[0]);
    const all = (n: number) => ({ questions: n, mappings: n, history: n, ledger: n, counted: n, jobs: n });

    test("writes what a model answers to every table, and calls the same answers duplicates the second time", async () => {
        const answers = [answerOf("a queue of jobs after a crash"), answerOf("a replicated log under partition")];
        server.script.push(...answers.map((answer) => replies.answer(answer)));
        const first = await run({ channel: "system-design", count: 2 });
        expect([first.code, first.stderr]).toEqual([0, ""]);
        expect(first.stdout).toMatch(/\nCreated: {3}q-3 in system-design\/tracing: How does a queue of jobs/);
        expect(first.stdout).toMatch(/\nCreated 2 of 2 questions\. /);
        expect(await count()).toEqual(all(2));
        const [made] = await readRows(client, "SELECT status, summary FROM bot_runs");
        expect(made?.status).toBe("completed");
        expect(JSON.parse(String(made?.summary))).toMatchObject({
            ...{ asked: 2, created: 2, prompts: { question: 1 } },
            llm: { model: "example", calls: 2, promptTokens: 200, completionTokens: 100, costUsd: null },
        });
        expect(server.requests.every(({ user }) => user.includes("How do you find the owner of a slow query"))).toBe(
            true,
        );

        server.script.push(...answers.map((answer) => replies.answer(answer)));
        const second = await run({ channel: "system-design", count: 2 });
        expect(second.code).toBe(1);
        expect(second.stdout).toMatch(/\nDuplicate: of q-3 \(1\.00 of the words\)/);
        expect(second.stdout).toMatch(/\nCreated 0 of 2 questions \(2 duplicates\)\. /);
        expect(await count()).toEqual(all(2));
        expect(await readRows(client, "SELECT status FROM bot_runs ORDER BY id")).toEqual([
            { status: "completed" },
            { status: "failed" },
        ]);
        for (const { stdout, stderr } of [first, second]) expect(stdout + stderr).not.toContain(key);
    });

    test("writes nothing for an answer that cannot be used, and says what was wrong with it", async () => {
        const cases = [
            [replies.text("{"), replies.text("{")],
            [
                replies.answer({ ...answerOf("a queue of jobs after a crash"), answer: "Short." }),
                replies.answer({ ...answerOf("a queue of jobs after a crash"), answer: "Short." }),
            ],
            [replies.answer(answerOf("a queue of jobs after a crash", { answer: `${answerOf("x").answer} TODO` }))],
            [replies.answer(answerOf("a queue of jobs after a crash", { subChannel: "elsewhere" }))],
            [replies.html],
            [replies.unauthorized],
        ];
        for (const script of cases) {
            server.script.push(...script);
            const { code, stdout, stderr } = await run({ channel: "system-design" });
            expect([code, await count()], stdout + stderr).toEqual([1, all(0)]);
            expect(stdout + stderr).toMatch(/Rejected: {2}\S|Failed: {4}\S|error: \S/);
            expect(stdout + stderr).not.toContain(key);
            server.script.length = 0;
        }
        expect(await readRows(client, "SELECT DISTINCT status FROM bot_runs")).toEqual([{ status: "failed" }]);
        expect(await readValue(client, "SELECT group_concat(summary) FROM bot_runs")).not.toContain(key);
    });

    test("stops where the server asks to wait or the budget is spent, and keeps what it had", async () => {
        server.script.push(replies.answer(answerOf("a queue of jobs after a crash")), replies.rateLimited("3600"));
        const limited = await run({ channel: "system-design", count: 5 });
        expect([limited.code, server.requests.length]).toEqual([0, 2]);
        expect(limited.stdout).toMatch(/\nCreated 1 of 5 questions \(1 failure\)\. Stopped: /);
        server.script.push(
            replies.answer(answerOf("a replicated log under partition"), { prompt: 900, completion: 200 }),
        );
        const spent = await run({ channel: "system-design", count: 5 }, { LLM_MAX_TOKENS_PER_RUN: "1000" });
        expect(spent.stdout).toMatch(/Stopped: the budget of 1,000 tokens is spent/);
        expect(await count()).toEqual(all(2));
    });

    test("says without a model what to set and what works anyway, and writes nothing, not even a run", async () => {
        const { code, stderr } = await runHere((context) => writeQuestions(context, "question", { count: 2 }), {
            ...{ root, url: database.url },
        });
        expect(code).toBe(2);
        expect(stderr).toContain("No model is configured: set LLM_BASE_URL and LLM_MODEL");
        expect(await count()).toEqual(all(0));
        expect(await readValue(client, "SELECT count(*) FROM bot_runs")).toBe(0);
    });

    test("saves the questions of a file or of standard input by the same rules, without a model", async () => {
        const file = path.join(writeProject({}), "mine.json");
        const mine = [
            newQuestion("a row lock between two writers", { channel: "database", subChannel: "indexing" }),
            newQuestion("an in-memory latch on hot pages", { channel: "database", subChannel: "other" }),
        ];
        writeFileSync(file, JSON.stringify(mine));
        const dry = await run({ from: file, dryRun: true });
        expect(dry.stdout).toMatch(
            /Would create: How does a row lock[\s\S]*Rejected: {2}'other' is no sub-channel[\s\S]*Nothing was written/,
        );
        expect(await count()).toEqual(all(0));
        const { code, stdout } = await run({ from: file });
        expect(stdout).toMatch(/Created: {3}q-3[\s\S]*Rejected: {2}'other' is no sub-channel of database/);
        expect([code, await count()]).toEqual([0, all(1)]);
        const piped = await runCommand("bot:question", ["--from", "-", "--allow-new-sub-channel"], {
            ...{ cwd: root, env: { TURSO_DATABASE_URL: database.url }, input: `${JSON.stringify(mine[1])}\n` },
        });
        expect([piped.code, await count()]).toEqual([0, all(2)]);
        expect(server.requests).toHaveLength(0);
        writeFileSync(file, '{"question":"Why?"}\n{');
        expect((await run({ from: file })).stderr).toContain("mine.json:2: is not JSON");
        writeFileSync(file, '{"question":"Why?"}');
        expect((await run({ from: file })).stderr).toContain("mine.json: question 1: answer:");
    });

    test("saves the question of docs/reference/bots.md", async () => {
        const page = readFileSync(path.join(root, "docs/reference/bots.md"), "utf8");
        const file = path.join(writeProject({}), "my-question.json");
        writeFileSync(file, /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "");
        const { code, stdout } = await run({ from: file, allowNewSubChannel: true });
        expect([code, stdout]).toEqual([
            0,
            expect.stringMatching(/\nCreated: {3}q-3 in system-design\/caching: How does a write-behind/),
        ]);
    });

    test("prints what it would send, and refuses channels, levels and counts that are none", async () => {
        const printed = await run({ channel: "system-design", printPrompt: true });
        expect(printed.stdout).toMatch(/^You write technical interview questions[\s\S]*"channel": "system-design"/);
        expect(server.requests).toHaveLength(0);
        for (const [options, message] of [
            [{ channel: "system-desing" }, "there is no channel 'system-desing'; did you mean 'system-design'?"],
            [{ difficulty: "hard" }, "'hard' is not a difficulty"],
            [{ count: 21 }, "--count must be 1 to 20"],
            [{ topic: "gardening" }, "no channel is named like the topic 'gardening'"],
        ] as const)
            expect((await run(options)).stderr).toContain(message);
        expect(await count()).toEqual(all(0));
    });

    test("takes its inputs from the environment, as a workflow sets them", () => {
        const input = { INPUT_CHANNEL: "system-design", INPUT_DIFFICULTY: "", INPUT_LIMIT: "3" };
        expect(readQuestionInput({}, input)).toEqual({ channel: "system-design", difficulty: undefined, count: 3 });
        expect(readQuestionInput({ channel: "database", limit: 2 }, input)).toMatchObject({
            channel: "database",
            count: 2,
        });
        expect(() => readQuestionInput({}, { INPUT_LIMIT: "many" })).toThrow("INPUT_LIMIT is 'many'");
    });
});
