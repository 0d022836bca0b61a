import { readFileSync } from "node:fs";
import path from "node:path";
import type { Client } from "@libsql/client";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type ChallengeOptions, writeChallenges } from "../../../app/bots/writing/challenges.ts";
import { type TestOptions, writeTests } from "../../../app/bots/writing/tests.ts";
import { type UnifiedOptions, writeUnified } from "../../../app/bots/writing/unified.ts";
import { readRows, readValue } from "../../product/rows.ts";
import { runCommand } from "../../support/command.ts";
import { createDeployedDatabase, deployInto, root } from "../../support/deployed.ts";
import { runHere } from "../../support/here.ts";
import { type ModelServer, replies, startModelServer } from "../../support/model-server.ts";
import { writeProject } from "../../support/project.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";

import { newQuestion } from "./stores.ts";

/** As a model answers: JSON inside of the JSON where a value may be anything. */
const challenge = (title: string, more: object = {}) => ({
    title,
    description: "Return the sum of all numbers in the list; the sum of an empty list is 0.",
    tags: ["arrays"],
    companies: ["Google", "Invented Inc."],
    entryPoint: { javascript: "sum", python: "sum_list" },
    starterCode: { javascript: "function sum(list) {}", python: "def sum_list(items): pass" },
    testCases: [
        { args: "[[1,2,3]]", expectedOutput: "6", description: "three numbers" },
        { args: "[[]]", expectedOutput: "0", description: "no number" },
        { args: "[[-5,5]]", expectedOutput: "0", description: "a negative number" },
    ],
    hints: ["Keep a running total."],
    sampleSolution: {
        javascript: "function sum(list) { return list.reduce((a, b) => a + b, 0); }",
        python: "def sum_list(items): return sum(items)",
    },
    complexity: { time: "O(n)", space: "O(1)", explanation: "One pass over the list." },
    timeLimit: 10,
    ...more,
});
const wrong = {
    testCases: challenge("").testCases.map((one, at) => (at === 0 ? { ...one, expectedOutput: "7" } : one)),
};
const unsteady = {
    sampleSolution: {
        javascript:
            "let calls = 0; function sum(list) { return list.reduce((a, b) => a + b, 0) + (calls++ > 2 ? 1 : 0); }",
        python: "def sum_list(items): return sum(items)",
    },
};
const choice = (subject: string, more: object) => ({
    question: `Which statement about ${subject} is right in every case?`,
    options: ["the first", "the second", "the third", "the fourth"].map((text, at) => ({ text, isCorrect: at === 1 })),
    explanation: `The second one, because ${subject} promises it whatever else happens in the system.`,
    difficulty: "intermediate",
    ...more,
});

describeTargets("the bots that write challenges and tests", (target) => {
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
        server.script.length = 0;
        server.requests.length = 0;
    });

    const install = () => deployInto(database, root, { sets: ["challenges", "tests"] });
    const settings = () => ({
        ...{ root, url: database.url },
        env: { LLM_BASE_URL: server.url, LLM_MODEL: "example" },
    });
    const run = (options: ChallengeOptions) =>
        runHere((context) => writeChallenges(context, "challenge", options), settings());
    const unified = (options: UnifiedOptions) => runHere((context) => writeUnified(context, options), settings());
    /** After the other one has read the titles, in a process that knows nothing of it. */
    const runHereLater = () =>
        runCommand("bot:challenge", [], {
            ...{ cwd: root, env: { TURSO_DATABASE_URL: database.url, ...settings().env } },
        });
    const everything = `SELECT (SELECT count(*) FROM questions) AS questions, (SELECT count(*) FROM coding_challenges) AS challenges,
        (SELECT count(*) FROM tests) AS tests, (SELECT count(*) FROM voice_sessions) AS sessions, (SELECT count(*) FROM bot_runs) AS runs,
        (SELECT count(*) FROM bot_ledger) AS ledger, (SELECT count(*) FROM work_queue) AS jobs`;
    const count = async () =>
        (
            await readRows(
                client,
                `SELECT (SELECT count(*) FROM coding_challenges) AS challenges,
                    (SELECT count(*) FROM question_history WHERE question_type = 'coding' AND event_source = 'bot') AS history,
                    (SELECT count(*) FROM bot_ledger WHERE item_type = 'challenge') AS ledger,
                    (SELECT coalesce(sum(items_created), 0) FROM bot_runs) AS counted`,
            )
        )[0];
    const all = (n: number) => ({ challenges: n, history: n, ledger: n, counted: n });

    test("saves challenges with their history, ledger and run, and calls the same titles duplicates the second time", async () => {
        await install();
        server.script.push(replies.answer(challenge("Sum of a list")), replies.answer(challenge("Largest window")));
        const first = await unified({ type: "challenge", count: 2 });
        expect([first.code, first.stderr]).toEqual([0, ""]);
        expect(first.stdout).toMatch(
            /\nCreated: {3}cc1 in arrays, easy: Sum of a list\nCreated: {3}cc2 in strings, medium: Largest/,
        );
        expect(await count()).toEqual(all(2));
        const [stored] = await readRows(client, "SELECT companies, test_cases, time_limit FROM coding_challenges");
        expect(stored).toMatchObject({ companies: '["Google"]', time_limit: 10 });
        expect(JSON.parse(String(stored?.test_cases))[0]).toEqual({
            ...{ id: "1", input: "[1,2,3]", expectedOutput: "6", args: [[1, 2, 3]], description: "three numbers" },
        });

        server.script.push(replies.answer(challenge("Sum of a List!")), replies.answer(challenge("A largest window")));
        const second = await run({ count: 2, category: "math" });
        expect(second.code).toBe(1);
        expect(second.stdout).toMatch(/Duplicate: 'Sum of a List!' is there as 'Sum of a list'/);
        expect(second.stdout).toMatch(/\nCreated 0 of 2 coding challenges \(2 duplicates\)\. /);
        expect(await count()).toEqual(all(2));
    });

    // The solutions do not depend on the database.
    test.runIf(target.name === "file:")(
        "shows the model what its solution really gives once, and rejects what is wrong again",
        async () => {
            await install();
            server.script.push(
                ...[replies.answer(challenge("One", wrong)), replies.answer(challenge("One"))],
                ...[replies.answer(challenge("Two", wrong)), replies.answer(challenge("Two", wrong))],
                ...[replies.answer(challenge("Three", unsteady)), replies.answer(challenge("Three", unsteady))],
                ...[1, 2].map(() => replies.answer(challenge("Four", { starterCode: challenge("").sampleSolution }))),
            );
            const { code, stdout } = await run({ count: 4 });
            expect(stdout).toMatch(/Created: {3}cc1 in arrays, easy: One\n/);
            expect(server.requests[1]?.user).toContain("test case 1: expected 7, the solution gives 6");
            expect(stdout).toMatch(/Rejected: {2}Two: test case 1: expected 7, the solution gives 6\n/);
            expect(stdout).toMatch(/Rejected: {2}Three: test case \d: the same input gives \d, then \d/);
            expect(stdout).toMatch(/Rejected: {2}Four: the starter code passes all test cases\n/);
            expect([code, await count()]).toEqual([0, all(1)]);
        },
    );

    test("says how to install a table that is missing, and what one of another program lacks, before anything is asked", async () => {
        const missing = await run({});
        expect([missing.code, server.requests.length]).toEqual([2, 0]);
        expect(missing.stderr).toMatch(/has no table 'coding_challenges'[\s\S]*pnpm db:migrate --set challenges/);
        await client.execute("CREATE TABLE coding_challenges (id TEXT, title TEXT)");
        const narrow = await run({});
        expect(narrow.stderr).toMatch(
            /lacks the columns description, difficulty, .*[\s\S]*pnpm db:adopt --set challenges/,
        );
        expect(await readValue(client, "SELECT count(*) FROM bot_runs")).toBe(0);

        const out = path.join(writeProject({}), "challenges.ndjson");
        server.script.push(replies.answer(challenge("Sum of a list")));
        const saved = await run({ out });
        expect([saved.code, saved.stdout]).toEqual([
            0,
            expect.stringMatching(/Saved to \S+: Sum of a list\nSaved 1 of 1 coding/),
        ]);
        expect(saved.stdout).not.toContain("Created");
        expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({
            title: "Sum of a list",
            verified: { python: false },
        });
        expect((await run({ difficulty: "extreme" })).stderr).toContain("'extreme' is not a difficulty");
        expect((await unified({ type: "chalenge" })).stderr).toContain(
            "'chalenge' is not a type; did you mean 'challenge'?",
        );
    });

    test.runIf(target.name === "file:")(
        "keeps one of two challenges with the same title that are written at once",
        async () => {
            await install();
            server.script.push(replies.answer(challenge("Sum of a list")), replies.answer(challenge("Sum of a List!")));
            const ran = [await Promise.all([run({}), runHereLater()])].flat();
            expect(ran.map(({ code }) => code).sort()).toEqual([0, 1]);
            expect(await count()).toEqual(all(1));
        },
    );

    test.each(target.name === "file:" ? ["question", "challenge", "certification", "test", "voice"] : ["challenge"])(
        "writes nothing and asks nobody for --type=%s with --dry-run or --print-prompt, and refuses flags of other types",
        async (type) => {
            await install();
            await client.executeMultiple(`
                INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel, voice_suitable)
                VALUES ('q-1', 'What is a lock?', 'A claim.', 'Others wait.', 'beginner', 'database', 'locks', 1);
                INSERT INTO certifications (id, name, provider, description, difficulty, category, domains)
                VALUES ('dba', 'DBA', 'P', 'D', 'expert', 'data', '[{"id":"a","name":"A","weight":70}]')`);
            const before = await readRows(client, everything);
            const own =
                type === "certification" ? { cert: "dba" } : type === "challenge" ? {} : { channel: "database" };
            const dry = await unified({ type, ...own, dryRun: true });
            expect([dry.code, dry.stdout + dry.stderr]).toEqual([0, expect.stringMatching(/Would|Nothing/)]);
            if (type !== "voice") {
                const printed = await unified({ type, ...own, printPrompt: true });
                expect([printed.code, printed.stdout]).toEqual([0, expect.stringContaining("--- data ")]);
            }
            const other = await unified({ type, ...(type === "challenge" ? { cert: "x" } : { category: "arrays" }) });
            expect([other.code, other.stderr]).toEqual([
                2,
                expect.stringContaining(`does not apply to --type=${type}`),
            ]);
            expect(server.requests).toHaveLength(0);
            expect(await readRows(client, everything)).toEqual(before);
        },
    );

    test("writes questions and voice sessions by their type", async () => {
        await client.execute(`INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel, voice_suitable)
            SELECT 'q-' || value, 'What is lock number ' || value || '?', 'A claim.', 'Others wait.', 'beginner', 'database', 'locks', 1
            FROM generate_series(1, 3)`);
        const noModel = { ...settings(), env: {} };
        const voice = await runHere(
            (context) => writeUnified(context, { type: "voice", channel: "database" }),
            noModel,
        );
        expect([voice.code, await readValue(client, "SELECT count(*) FROM voice_sessions")]).toEqual([0, 1]);
        const { channel: _, ...content } = newQuestion("an advisory lock after a crash", { subChannel: "locks" });
        server.script.push(replies.answer(content));
        const question = await unified({ type: "question", channel: "database" });
        expect([question.code, question.stdout]).toEqual([
            0,
            expect.stringContaining("Created:   q-4 in database/locks"),
        ]);
        expect(await readValue(client, "SELECT bot_name FROM bot_runs ORDER BY id DESC LIMIT 1")).toBe("unified");
    });

    test("gives the tests of channels and certifications questions, each once", async () => {
        await install();
        await client.executeMultiple(`
            INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
            VALUES ('q-1', 'What is a lock?', 'A claim.', 'Others wait.', 'beginner', 'database', 'locks'),
                ('q-2', 'What is a latch?', 'A claim in memory.', 'Others spin.', 'beginner', 'database', 'locks');
            INSERT INTO certifications (id, name, provider, description, difficulty, category, domains)
            VALUES ('dba', 'DBA', 'P', 'D', 'expert', 'data', '[{"id":"a","name":"A","weight":70},{"id":"b","name":"B","weight":30}]')`);
        const runTest = (kind: "test" | "certification", options: TestOptions) =>
            runHere((context) => writeTests(context, kind, kind, options), settings());
        const questions = [choice("a lock on one row", { source: 1 }), choice("snapshot isolation", { source: 1 })];
        server.script.push(replies.answer({ questions }), replies.answer({ questions }));
        const first = await runTest("test", { channel: "database", count: 2 });
        expect([first.code, first.stdout]).toEqual([
            0,
            expect.stringMatching(/\nAdded 2 questions to test-database\. /),
        ]);
        const second = await runTest("test", { channel: "database", count: 2 });
        expect([second.code, second.stdout]).toEqual([
            1,
            expect.stringMatching(/\nAdded 0 questions to test-database \(2 duplicates\)\. /),
        ]);

        server.script.push(
            replies.answer({ questions: [choice("write-ahead logging", { domain: "a" })] }),
            replies.answer({ questions: [choice("vacuuming a large table", { domain: "b" })] }),
        );
        expect((await runTest("certification", { cert: "dba", count: 1 })).code).toBe(0);
        expect((await unified({ type: "certification", cert: "dba", count: 1 })).code).toBe(0);
        expect(server.requests.at(-1)?.user).toContain('"id": "b"');
        expect(
            await readRows(
                client,
                "SELECT id, channel_id, version, json_array_length(questions) AS n, passing_score FROM tests ORDER BY id",
            ),
        ).toEqual([
            { id: "test-database", channel_id: "database", version: 1, n: 2, passing_score: 70 },
            { id: "test-dba", channel_id: "dba", version: 2, n: 2, passing_score: 70 },
        ]);
        expect(
            await readRows(
                client,
                "SELECT question_id, event_type, event_source FROM question_history WHERE question_type = 'test' ORDER BY id",
            ),
        ).toEqual([
            { question_id: "test-database", event_type: "created", event_source: "bot" },
            { question_id: "test-dba", event_type: "created", event_source: "bot" },
            { question_id: "test-dba", event_type: "updated", event_source: "bot" },
        ]);
        expect((await runTest("certification", { cert: "none" })).stderr).toContain("there is no certification 'none'");
        expect((await runTest("test", {})).stderr).toContain("no channel is named");
    });
});
