import { afterEach, beforeEach, expect, test } from "vitest";
import { processJobs } from "../../../app/bots/processing/processor.ts";
import { knownActions } from "../../../app/bots/rules/issues.ts";
import { renderReason } from "../../../app/bots/rules/reason.ts";
import type { BotOptions } from "../../../app/bots/worker-options.ts";
import { readRows, readValue } from "../../product/rows.ts";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { type ModelServer, replies, startModelServer } from "../../support/model-server.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";
import { answerEdit, insertJob, insertQuestion, readJob, readQuestion, runBotHere } from "./running.ts";
import { newQuestion } from "./stores.ts";

const better = `${newQuestion("a lock").answer} Otherwise it gives up and tells its caller why, who may try again.`;
const history = "SELECT event_type, source_name, changed_fields FROM question_history WHERE event_source = 'bot'";
const all =
    "SELECT (SELECT count(*) FROM bot_ledger) + (SELECT count(*) FROM question_history WHERE event_type <> 'created')";

describeTargets("the processor", (target) => {
    let database: TestDatabase;
    let model: ModelServer;
    beforeEach(async () => {
        database = await createDeployedDatabase(target);
        model = await startModelServer();
    });
    afterEach(async () => {
        await model.close();
        await database.close();
    });
    const run = (options: BotOptions = {}, more: Parameters<typeof runBotHere>[3] = {}) =>
        runBotHere(processJobs, database, options, more);

    test("improves a flagged question, and leaves status, newness, voice and relevance as they are", async () => {
        const { client } = database;
        await insertQuestion(client, "q-1", { status: "flagged", answer: newQuestion("a lock").answer });
        const before = await readQuestion(client, "q-1");
        const reason = renderReason({ issues: ["short_answer"], notes: ['Say what happens | then;\n"quotes"'] });
        const job = await insertJob(client, "improve", "q-1", { reason });
        model.answers.processor = answerEdit({
            answer: better,
            difficulty: before.difficulty,
            companies: ["Invented"],
        });
        const { code, stdout } = await run({}, { model });
        expect([code, stdout]).toEqual([
            0,
            expect.stringContaining(`job ${job}  q-1  improve  completed  improved answer: Completed`),
        ]);
        const after = await readQuestion(client, "q-1");
        expect(after).toEqual({ ...before, answer: better, last_updated: after.last_updated });
        expect(await readRows(client, history)).toEqual([
            { event_type: "improved", source_name: "processor", changed_fields: '["answer"]' },
        ]);
        const [row] = await readRows(client, "SELECT action, before_state, after_state FROM bot_ledger");
        expect([row?.action, row?.before_state]).toEqual(["update", JSON.stringify({ answer: before.answer })]);
        expect(JSON.parse(String(row?.after_state))).toMatchObject({
            answer: better,
            llm: { calls: 1, promptTokens: 100 },
        });
        expect(JSON.parse(String((await readJob(client, job)).result))).toMatchObject({
            ...{
                changed: true,
                columns: ["answer"],
                llm: { model: "example", promptVersion: 1, completionTokens: 50 },
            },
        });
        expect(
            await readRows(client, "SELECT item_id, action, assigned_to FROM work_queue WHERE status = 'pending'"),
        ).toEqual([{ item_id: "q-1", action: "verify", assigned_to: "verifier" }]);
        expect(await readRows(client, "SELECT items_processed, items_updated FROM bot_runs")).toEqual([
            { items_processed: 1, items_updated: 1 },
        ]);
        expect(model.requests[0]?.user).toContain("short answer");
        expect(model.requests[0]?.user).toContain(JSON.stringify('Say what happens | then;\n"quotes"'));
    });

    test("calls an edit that only adds enriched", async () => {
        await insertQuestion(database.client, "q-1");
        await insertJob(database.client, "missing_diagram", "q-1");
        model.answers.processor = answerEdit({ diagram: "graph TD\n  A-->B" });
        await run({}, { model });
        expect(await readRows(database.client, history)).toEqual([
            { event_type: "enriched", source_name: "processor", changed_fields: '["diagram"]' },
        ]);
    });

    test("completes a job whose question needs no change without ledger, history or another job", async () => {
        await insertQuestion(database.client, "q-1");
        const row = await readQuestion(database.client, "q-1");
        const job = await insertJob(database.client, "improve", "q-1");
        model.answers.processor = answerEdit(
            { answer: row.answer, tags: JSON.parse(String(row.tags)) },
            "It is right.",
        );
        await run({}, { model });
        const done = await readJob(database.client, job);
        expect([done.status, JSON.parse(String(done.result))]).toMatchObject([
            "completed",
            { changed: false, summary: "It is right." },
        ]);
        expect(await readValue(database.client, all)).toBe(0);
        expect(await readValue(database.client, "SELECT count(*) FROM work_queue")).toBe(1);
        expect(await readQuestion(database.client, "q-1")).toEqual(row);
    });

    test.for([
        [
            "an answer of less than 80 % of the old one",
            { answer: "The second writer waits for the first, then decides again." },
            "less than 80 %",
        ],
        [
            "a text with a fault that it had not before",
            { explanation: `${"A lock has one owner at a time. ".repeat(12)}TODO` },
            "placeholder 'TODO'",
        ],
    ] as const)("refuses %s, and tries again later", async ([, changes, message]) => {
        await insertQuestion(database.client, "q-1");
        const before = await readQuestion(database.client, "q-1");
        const job = await insertJob(database.client, "improve", "q-1");
        model.answers.processor = answerEdit(changes);
        await run({}, { model });
        const after = await readJob(database.client, job);
        expect(after).toMatchObject({ status: "pending", attempts: 1 });
        expect(after.result).toContain(message);
        expect(await readQuestion(database.client, "q-1")).toEqual(before);
        expect(await readValue(database.client, all)).toBe(0);
    });

    test("accepts a shorter answer where the issue is its length", async () => {
        await insertQuestion(database.client, "q-1");
        await insertJob(database.client, "verbose_for_voice", "q-1");
        model.answers.processor = answerEdit({ answer: "The second writer waits for the first, then decides again." });
        await run({}, { model });
        expect(await readQuestion(database.client, "q-1")).toMatchObject({
            answer: expect.stringMatching(/^The second/),
        });
    });

    test("overwrites no text that somebody changed between read and save, and does the job on the new one", async () => {
        const { client } = database;
        await insertQuestion(client, "q-1");
        const job = await insertJob(client, "improve", "q-1");
        model.script.push(() => {
            // Sent before the reply begins.
            void client.execute("UPDATE questions SET answer = answer || ' By hand.' WHERE id = 'q-1'");
            return replies.slow(300, answerEdit({ answer: better })) as object;
        });
        await run({ limit: 1 }, { model });
        expect(await readQuestion(client, "q-1")).toMatchObject({ answer: expect.stringMatching(/ By hand\.$/) });
        expect(await readJob(client, job)).toMatchObject({ status: "pending", attempts: 0, locked_until: null });
        expect(await readValue(client, "SELECT count(*) FROM bot_ledger")).toBe(0);
        await client.execute("UPDATE work_queue SET run_after = created_at");
        model.answers.processor = answerEdit({ tldr: "The second writer waits." });
        await run({}, { model });
        expect(await readJob(client, job)).toMatchObject({ status: "completed" });
    });

    test("without a model deletes, flags and corrects the form, and says how many jobs need one", async () => {
        const { client } = database;
        for (const id of ["q-1", "q-2", "q-3", "q-4"]) await insertQuestion(client, id);
        await client.execute(
            `UPDATE questions SET tags = '[" Locks","locks"]', diagram = 'a picture' WHERE id = 'q-3'`,
        );
        await insertJob(client, "delete", "q-1", { reason: "spam" });
        await insertJob(client, "likely_duplicate", "q-2", { reason: '{"severity":"high","duplicateIds":["q-3"]}' });
        await insertJob(client, "fix_formatting", "q-3");
        const left = [await insertJob(client, "improve", "q-4"), await insertJob(client, "missing_diagram", "q-4")];
        const mixed = await insertJob(client, "fix_format", "q-4", { reason: "short_answer" });
        const { code, stdout } = await run();
        expect([code, stdout]).toEqual([3, expect.stringContaining("Did 4 jobs. 2 jobs need a model.")]);
        expect(await readRows(client, "SELECT id, status FROM questions ORDER BY id")).toEqual([
            { id: "q-1", status: "deleted" },
            { id: "q-2", status: "flagged" },
            { id: "q-3", status: "active" },
            { id: "q-4", status: "active" },
        ]);
        expect(await readQuestion(client, "q-3")).toMatchObject({ tags: '["locks"]', diagram: null });
        expect(await readRows(client, "SELECT item_id, action, reason FROM bot_ledger ORDER BY id")).toEqual([
            { item_id: "q-1", action: "delete", reason: "delete; spam" },
            { item_id: "q-2", action: "flag", reason: "likely_duplicate; repeats q-3" },
            { item_id: "q-3", action: "update", reason: "fix_formatting" },
        ]);
        for (const job of left) expect(await readJob(client, job)).toMatchObject({ status: "pending", attempts: 0 });
        // Its reason asks for a model: the improvement of the same question waits already.
        expect(await readJob(client, mixed)).toMatchObject({ status: "completed" });
        expect(await readRows(client, "SELECT items_updated, items_deleted FROM bot_runs")).toEqual([
            { items_updated: 2, items_deleted: 1 },
        ]);
    });

    test("fails jobs that nobody can do, with the reason", async () => {
        await insertQuestion(database.client, "q-1");
        await insertQuestion(database.client, "q-2", { status: "deleted" });
        const jobs = {
            "no bot knows the issue 'sparkle'": await insertJob(database.client, "sparkle", "q-1"),
            "the question q-9 does not exist": await insertJob(database.client, "fix_format", "q-9"),
            "the question q-2 is deleted": await insertJob(database.client, "user_disable", "q-2"),
            "only questions are corrected": await insertJob(database.client, "fix_format", "t-1", { type: "test" }),
            "does not say what to do": await insertJob(database.client, "queued", "q-1"),
        };
        expect((await run()).stdout).toContain("Did 0 jobs, 5 failed.");
        for (const [message, job] of Object.entries(jobs)) {
            const { status, result } = await readJob(database.client, job);
            expect([status, result]).toEqual(["failed", expect.stringContaining(message)]);
        }
        expect(await readValue(database.client, all)).toBe(0);
    });

    test("deletes for no issue and no action but delete", async () => {
        const actions = knownActions.filter((action) => action !== "delete");
        for (const [at, action] of actions.entries()) {
            await insertQuestion(database.client, `q-${at}`);
            await insertJob(database.client, action, `q-${at}`, { bot: "processor", reason: "delete, remove" });
        }
        model.answers.processor = answerEdit({ tldr: "The second writer waits." });
        await run({ concurrency: 4 }, { model });
        expect(await readRows(database.client, "SELECT id FROM questions WHERE status = 'deleted'")).toEqual([]);
        expect(await readValue(database.client, "SELECT count(*) FROM bot_ledger WHERE action = 'delete'")).toBe(0);
    });

    test("a dry run says what each job needs, and writes nothing", async () => {
        await insertQuestion(database.client, "q-1");
        await insertJob(database.client, "improve", "q-1");
        await insertJob(database.client, "delete", "q-1");
        const { code, stdout } = await run({ dryRun: true });
        expect(code).toBe(0);
        expect(stdout).toMatch(/improve +needs a model, due[\s\S]*delete +would be done by rules, due/);
        expect(await readValue(database.client, "SELECT count(*) FROM bot_runs")).toBe(0);
        expect(await readValue(database.client, "SELECT count(*) FROM work_queue WHERE status = 'pending'")).toBe(2);
    });
});
