import { afterEach, beforeEach, expect, test } from "vitest";
import { renderReason } from "../../../app/bots/rules/reason.ts";
import { type VerifierOptions, verifyQuestions } from "../../../app/bots/verifying/verifier.ts";
import { readRows, readValue } from "../../product/rows.ts";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { type ModelServer, replies, startModelServer } from "../../support/model-server.ts";
import { tell } from "../../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";
import { answerScores, insertJob, insertQuestion, readJob, readQuestion, runBotHere } from "./running.ts";

const ledger =
    "SELECT action, item_id, after_state ->> '$.llm' AS llm, after_state ->> '$.score' AS score FROM bot_ledger";
const history = "SELECT event_type, source_name, changes_summary FROM question_history WHERE event_type <> 'created'";

describeTargets("the verifier", (target) => {
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
    const run = (options: VerifierOptions = {}, more: Parameters<typeof runBotHere>[3] = {}) =>
        runBotHere(verifyQuestions, database, options, more);

    test("without a model verifies 100 questions by rules, in three requests and one for each finding", async () => {
        const { client } = database;
        const idle = JSON.parse((await run({}, { json: true })).stdout);
        for (let n = 1; n <= 100; n++) {
            const short = n === 3 || n === 4 ? { answer: "Short." } : {};
            await insertQuestion(client, `q-${n}`, { channel: `c-${n % 7}`, ...short });
        }
        const ran = await run({}, { json: true });
        const { requests, questions, jobs, message } = JSON.parse(ran.stdout);
        tell(`${target.name}: ${requests} requests, ${idle.requests} where there is nothing to verify`);
        expect(ran).toMatchObject({ code: 0 });
        expect(ran.stderr).toContain(
            "No model is configured: set LLM_BASE_URL and LLM_MODEL. Questions are verified by rules only.",
        );
        expect(message).toBe(
            "Did 0 jobs. Verified 100 questions by rules only: 98 passed, 2 queued for the processor.",
        );
        expect([questions.length, jobs]).toEqual([100, []]);
        // One of them looks for questions there, too.
        if (target.name === "sqld") expect(requests - idle.requests).toBeLessThanOrEqual(3 - 1 + 2);
        expect(
            await readRows(
                client,
                "SELECT DISTINCT action, after_state ->> '$.llm' AS llm, after_state ->> '$.score' AS score FROM bot_ledger",
            ),
        ).toEqual([{ action: "verify", llm: 0, score: null }]);
        expect(await readRows(client, history)).toEqual([]);
        expect(
            await readRows(client, "SELECT item_id, action, assigned_to, priority FROM work_queue ORDER BY item_id"),
        ).toEqual(
            ["q-3", "q-4"].map((item_id) => ({ item_id, action: "improve", assigned_to: "processor", priority: 2 })),
        );
        expect(
            await readRows(
                client,
                "SELECT items_processed, items_updated, status FROM bot_runs ORDER BY id DESC LIMIT 1",
            ),
        ).toEqual([{ items_processed: 100, items_updated: 0, status: "completed" }]);
    });

    test("skips what was verified in the last 7 days, unless it has changed or only rules have seen it", async () => {
        const { client } = database;
        for (const id of ["q-1", "q-2", "q-3"]) await insertQuestion(client, id);
        await client.execute("UPDATE questions SET last_updated = created_at");
        expect((await run()).stdout).toContain("Verified 3 questions by rules only: 3 passed.");
        expect((await run()).stdout).toContain("Verified 0 questions by rules only.");
        await client.execute("UPDATE questions SET tldr = 'Shorter.' WHERE id = 'q-2'");
        expect((await run()).stdout).toContain("Verified 1 question by rules only: 1 passed.");
        model.answers.verifier = answerScores(90);
        expect((await run({}, { model })).stdout).toContain("Verified 3 questions: 3 passed.");
        expect((await run({}, { model })).stdout).toContain("Verified 0 questions.");
        await client.execute(`UPDATE bot_ledger SET created_at = '2026-01-02T00:00:00.000Z' WHERE item_id = 'q-3'`);
        expect((await run()).stdout).toContain("Verified 1 question by rules only: 1 passed.");
    });

    test("with a model records the weighted score, and an event of history for what passes", async () => {
        await insertQuestion(database.client, "q-1");
        model.answers.verifier = answerScores(80, { technicalAccuracy: 100, clarity: 60 });
        const { code, stdout } = await run({}, { model });
        expect([code, stdout]).toEqual([0, expect.stringContaining("q-1  83  pass")]);
        expect(await readRows(database.client, ledger)).toEqual([
            { action: "verify", item_id: "q-1", llm: 1, score: 83 },
        ]);
        expect(await readRows(database.client, history)).toEqual([
            { event_type: "verified", source_name: "verifier", changes_summary: "Score 83 of 100" },
        ]);
    });

    test("queues a question below 70 for the processor with what is weak, and its score", async () => {
        await insertQuestion(database.client, "q-1");
        model.answers.verifier = answerScores(69);
        await run({}, { model });
        model.answers.verifier = answerScores(80, { technicalAccuracy: 20, completeness: 40 });
        await insertQuestion(database.client, "q-2");
        await run({}, { model });
        const rows = await readRows(database.client, "SELECT item_id, action, reason FROM work_queue ORDER BY id");
        expect(rows.map(({ item_id, action }) => [item_id, action])).toEqual([
            ["q-1", "improve"],
            ["q-2", "improve"],
        ]);
        expect(rows[1]?.reason).toBe(
            renderReason({
                issues: ["low_technical_accuracy", "low_completeness"],
                score: 54,
                notes: ["About technicalAccuracy.", "About completeness.", "Name the trade-offs."],
            }),
        );
        expect(await readRows(database.client, history)).toEqual([]);
    });

    test("flags the newer of two questions that ask the same, and deletes nothing", async () => {
        const same = { question: "How does a B-tree index stay balanced under many inserts?" };
        await insertQuestion(database.client, "q-2", same);
        await insertQuestion(database.client, "q-1", { ...same, createdAt: "2026-02-01T00:00:00.000Z" });
        await insertQuestion(database.client, "q-3", { ...same, channel: "elsewhere" });
        model.answers.verifier = answerScores(90);
        expect((await run({}, { model })).stdout).toContain("q-1  flag  It repeats q-2 (100 % of the words).");
        expect(model.requests).toHaveLength(2);
        expect(await readRows(database.client, "SELECT id, status FROM questions ORDER BY id")).toEqual([
            { id: "q-1", status: "flagged" },
            { id: "q-2", status: "active" },
            { id: "q-3", status: "active" },
        ]);
        expect(await readRows(database.client, `${ledger} WHERE item_id = 'q-1'`)).toEqual([
            { action: "flag", item_id: "q-1", llm: 0, score: null },
        ]);
        expect(
            await readRows(
                database.client,
                "SELECT event_type FROM question_history WHERE question_id = 'q-1' AND event_type <> 'created'",
            ),
        ).toEqual([{ event_type: "flagged" }]);
        expect(await readValue(database.client, "SELECT items_updated FROM bot_runs")).toBe(1);
    });

    test("flags what only a person can decide, and leaves to one what three edits did not help", async () => {
        await insertQuestion(database.client, "q-1", { channel: "No Slug" });
        await insertQuestion(database.client, "q-2", { answer: "Too short." });
        for (let n = 0; n < 3; n++) {
            await database.client.execute(
                "INSERT INTO bot_ledger (bot_name, action, item_type, item_id) VALUES ('processor', 'update', 'question', 'q-2')",
            );
        }
        await run();
        expect(await readRows(database.client, "SELECT DISTINCT status FROM questions")).toEqual([
            { status: "flagged" },
        ]);
        expect(await readValue(database.client, "SELECT count(*) FROM work_queue")).toBe(0);
    });

    test("does the jobs of its queue first, also those inside the 7 days, and counts them against the limit", async () => {
        const { client } = database;
        for (const id of ["q-1", "q-2", "q-3"]) await insertQuestion(client, id);
        await client.execute("UPDATE questions SET last_updated = created_at");
        await run({ limit: 1 });
        const verified = await readValue(client, "SELECT item_id FROM bot_ledger");
        const job = await insertJob(client, "verify", String(verified));
        model.answers.verifier = answerScores(90);
        const { stdout } = await run({ limit: 2 }, { model });
        expect(stdout).toContain(`job ${job}  ${verified}  verify  completed  passed, score 90: nothing found`);
        expect(stdout).toContain("Did 1 job. Verified 1 question: 1 passed.");
        const { status, result } = await readJob(client, job);
        expect([status, JSON.parse(String(result))]).toMatchObject([
            "completed",
            { verified: true, score: 90, llm: { model: "example", promptVersion: 1, calls: 1, promptTokens: 100 } },
        ]);
        expect(await readValue(client, "SELECT items_processed FROM bot_runs ORDER BY id DESC")).toBe(2);
    });

    test("fails jobs of items that are gone, and hands on those of another bot", async () => {
        await insertQuestion(database.client, "q-1");
        const gone = await insertJob(database.client, "verify", "q-9");
        const other = await insertJob(database.client, "improve", "q-1", { bot: "verifier", reason: "low_clarity" });
        await run({ limit: 2 });
        expect(await readJob(database.client, gone)).toMatchObject({ status: "failed" });
        expect(await readJob(database.client, other)).toMatchObject({ status: "completed" });
        expect(
            await readRows(database.client, "SELECT assigned_to, reason FROM work_queue WHERE status = 'pending'"),
        ).toEqual([{ assigned_to: "processor", reason: "low_clarity" }]);
    });

    test("gives a job back whose question somebody changed while the model read it", async () => {
        await insertQuestion(database.client, "q-1");
        const job = await insertJob(database.client, "verify", "q-1");
        model.answers.verifier = answerScores(90);
        model.script.push(() => {
            // Sent before the reply begins.
            void database.client.execute("UPDATE questions SET answer = answer || ' More.' WHERE id = 'q-1'");
            return replies.slow(300, answerScores(90)) as object;
        });
        expect((await run({ limit: 1 }, { model })).stdout).toContain(`job ${job}  q-1  verify  snoozed`);
        expect(await readJob(database.client, job)).toMatchObject({ status: "pending", attempts: 0 });
        await database.client.execute("UPDATE work_queue SET run_after = created_at");
        await run({ limit: 1 }, { model });
        expect(await readJob(database.client, job)).toMatchObject({ status: "completed", attempts: 1 });
        expect(await readValue(database.client, "SELECT count(*) FROM bot_ledger")).toBe(1);
    });

    test("ends early when the server asks for a pause, and goes on past an answer that cannot be used", async () => {
        for (const id of ["q-1", "q-2", "q-3"]) await insertQuestion(database.client, id);
        await database.client.execute("UPDATE questions SET last_updated = created_at");
        model.script.push(replies.refusal("no"), replies.answer(answerScores(90)), replies.rateLimited("3600"));
        const { code, stdout } = await run({}, { model });
        expect([code, stdout]).toEqual([
            0,
            expect.stringContaining("Verified 1 question: 1 passed, 1 not scored. Ended early:"),
        ]);
        expect(model.requests).toHaveLength(3);
        expect(
            await readRows(database.client, "SELECT status, summary ->> '$.reason' AS reason FROM bot_runs"),
        ).toEqual([{ status: "completed", reason: "rate-limited" }]);
    });

    test("a dry run lists jobs and questions, and writes nothing", async () => {
        await insertQuestion(database.client, "q-1");
        const job = await insertJob(database.client, "verify", "q-2");
        const { code, stdout } = await run({ dryRun: true });
        expect(code).toBe(0);
        expect(stdout).toContain(`job ${job}  q-2`);
        expect(stdout).toContain("Dry run: 1 job, 1 other item. Nothing was changed.");
        expect(
            await readValue(
                database.client,
                "SELECT (SELECT count(*) FROM bot_runs) + (SELECT count(*) FROM bot_ledger)",
            ),
        ).toBe(0);
        expect(await readQuestion(database.client, "q-1")).toMatchObject({ status: "active" });
    });
});
