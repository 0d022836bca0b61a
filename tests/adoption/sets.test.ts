import { readFileSync } from "node:fs";
import path from "node:path";
import type { Client } from "@libsql/client";
import { beforeEach, expect, test } from "vitest";
import { migrateHistory } from "../../app/migrate-history.ts";
import { hashContents, readRows } from "../support/contents.ts";
import { root } from "../support/deployed.ts";
import { deploy, textOf } from "../support/deploying.ts";
import { migrateHere, runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { adoptHere, verifyHere } from "./adopting.ts";

// As the application makes them.
const theirs = `
    CREATE TABLE coding_challenges (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, description TEXT NOT NULL, difficulty TEXT NOT NULL, category TEXT NOT NULL,
        tags TEXT, companies TEXT, starter_code_js TEXT, starter_code_py TEXT, test_cases TEXT, hints TEXT, solution_js TEXT,
        solution_py TEXT, complexity_time TEXT, complexity_space TEXT, complexity_explanation TEXT,
        time_limit INTEGER DEFAULT 15, created_at TEXT DEFAULT CURRENT_TIMESTAMP, last_updated TEXT, stars INTEGER);
    CREATE INDEX idx_theirs ON coding_challenges (category);
    CREATE TABLE tests (
        id TEXT PRIMARY KEY, channel_id TEXT NOT NULL, channel_name TEXT NOT NULL, title TEXT NOT NULL, description TEXT,
        questions TEXT NOT NULL, passing_score INTEGER DEFAULT 70, version INTEGER, created_at TEXT, last_updated TEXT);
    CREATE TABLE flashcards (id TEXT PRIMARY KEY, question_id TEXT, front TEXT, back TEXT);
    INSERT INTO flashcards VALUES ('f-1', 'q-1', 'front', 'back');
    INSERT INTO coding_challenges (id, title, description, difficulty, category, tags, test_cases, time_limit, created_at, stars)
    VALUES ('cc1', 'One', 'Do it.', 'easy', 'arrays', '', '[]', NULL, '2025-01-01 10:00:00', 5),
        ('cc2', 'Two', 'Do it.', 'hard', 'arrays', '["a"]', 'not JSON', 20, '2025-01-02T10:00:00.000Z', NULL);
    INSERT INTO tests VALUES ('test-dns', 'networking', 'Networking', 'DNS', NULL, '[{}]', NULL, NULL, '2025-01-03 10:00:00', NULL);`;

const both = { set: ["challenges", "tests"] };

describeTargets("adoption of the tables of optional sets", (target) => {
    let database: TestDatabase;
    let client: Client;

    beforeEach(async () => {
        database = await target.createDatabase();
        client = database.client;
    });

    async function expectAdopted(): Promise<void> {
        expect(await verifyHere(database.url)).toBe(0);
        expect(
            await readRows(client, "SELECT id, difficulty, tags, time_limit, created_at FROM coding_challenges"),
        ).toEqual([
            { id: "cc1", difficulty: "easy", tags: null, time_limit: 15, created_at: "2025-01-01T10:00:00.000Z" },
        ]);
        expect(await readRows(client, "SELECT id, passing_score, version, created_at FROM tests")).toEqual([
            { id: "test-dns", passing_score: 70, version: 1, created_at: "2025-01-03T10:00:00.000Z" },
        ]);
        expect(
            await readRows(
                client,
                "SELECT source_table, outcome, reasons, record ->> 'id' AS id FROM schema_adoption ORDER BY id",
            ),
        ).toEqual([
            { source_table: "coding_challenges", outcome: "dropped", reasons: expect.anything(), id: null },
            { source_table: "coding_challenges", outcome: "kept", reasons: '["stars"]', id: "cc1" },
            {
                source_table: "coding_challenges",
                outcome: "refused",
                reasons: '["check:coding_challenges_test_cases_is_a_json_array"]',
                id: "cc2",
            },
        ]);
        expect(await readRows(client, "SELECT * FROM flashcards")).toHaveLength(1);
        const history = await runHere((context) => migrateHistory(context, {}), {
            root,
            url: database.url,
            json: true,
        });
        expect(JSON.parse(history.stdout)).toMatchObject({ created: { tests: 1, coding_challenges: 1 }, skipped: [] });
        await client.execute("UPDATE tests SET title = 'The DNS'");
        expect(
            await readRows(client, "SELECT event_type FROM question_history WHERE question_type = 'test' ORDER BY id"),
        ).toEqual([{ event_type: "created" }, { event_type: "updated" }]);
    }

    test("converts them with their rows in a database that the files have made", async () => {
        await migrateHere({ root, url: database.url }, { schemaOnly: true });
        await client.executeMultiple(theirs);
        const before = await hashContents(client);
        const check = await adoptHere(database.url, { check: true, ...both }, { root, json: true });
        expect(check.code).toBe(5);
        expect(JSON.parse(check.stdout)).toMatchObject({
            tables: [
                { table: "coding_challenges", state: "rebuild", rows: 2, refused: 1, unmapped: { stars: 1 } },
                { table: "tests", state: "rebuild", rows: 1, refused: 0 },
            ],
            extra: ["flashcards"],
        });
        expect(await hashContents(client)).toBe(before);
        const rejects = path.join(writeProject({}), "left.ndjson");
        const ran = await adoptHere(database.url, { ...both, rejects }, { root });
        expect([ran.code, ran.error]).toEqual([5, undefined]);
        expect(readFileSync(rejects, "utf8")).toContain("not JSON");
        expect(ran.stderr).toMatch(
            / 1 rejected record to \S+; no loader fills coding_challenges: insert corrected rows from schema_adoption, /,
        );
        await expectAdopted();
        // Loading them is no remedy, and says so.
        const adopted = await hashContents(client);
        const loaded = await migrateHere({ root, url: database.url }, { from: rejects, rejects: `${rejects}.again` });
        expect(loaded.code).toBe(5);
        expect(loaded.stderr).toMatch(
            /^warning: rejected \S+left\.ndjson: it belongs to the set challenges, which no loader fills: /m,
        );
        expect(await hashContents(client)).toBe(adopted);
        const page = readFileSync(path.join(root, "docs/reference/adopting.md"), "utf8");
        await client.execute(/```sql file\n(INSERT INTO coding_challenges[\s\S]*?)```/.exec(page)?.[1] ?? "");
        expect(
            await readRows(client, "SELECT test_cases, time_limit, created_at FROM coding_challenges WHERE id = 'cc2'"),
        ).toEqual([{ test_cases: "[]", time_limit: 15, created_at: "2025-01-02T10:00:00.000Z" }]);
        const again = await adoptHere(database.url, { check: true, ...both }, { root });
        expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("Nothing to adopt")]);
    });

    test("converts them together with the other tables of another origin", async () => {
        await client.executeMultiple(`
            CREATE TABLE questions (id TEXT PRIMARY KEY, question TEXT NOT NULL, answer TEXT NOT NULL, explanation TEXT NOT NULL,
                difficulty TEXT NOT NULL, channel TEXT NOT NULL, sub_channel TEXT NOT NULL);
            INSERT INTO questions VALUES ('q-1', 'Why?', 'So.', '', 'beginner', 'linux', 'shell');
            ${theirs}`);
        const rejects = path.join(writeProject({}), "left.ndjson");
        const ran = await adoptHere(database.url, { ...both, rejects }, { root });
        expect([ran.code, ran.error]).toEqual([5, undefined]);
        expect(await readRows(client, "SELECT id, is_new FROM questions")).toHaveLength(1);
        await expectAdopted();
    });

    test("leaves them as they are unless their sets are named", async () => {
        await client.executeMultiple(
            `CREATE TABLE users (id TEXT PRIMARY KEY, username TEXT, password TEXT); ${theirs}`,
        );
        const ran = await adoptHere(database.url, {}, { root });
        expect([ran.code, ran.stdout]).toEqual([
            0,
            expect.stringMatching(/Extra: +coding_challenges, tests, flashcards \(left unchanged\)/),
        ]);
        expect(await readRows(client, "SELECT id, stars FROM coding_challenges")).toHaveLength(2);
    });

    test("is what a deploy of a set names when its table is there, and nothing is lost", async () => {
        await migrateHere({ root, url: database.url }, { schemaOnly: true });
        await client.executeMultiple(theirs);
        const before = await hashContents(client);
        const { error } = await deploy(root, database, { sets: both.set });
        expect(textOf(error)).toContain(
            "the database already has 'coding_challenges', but no record of this migration",
        );
        expect(textOf(error)).toContain("`pnpm db:adopt --set challenges`");
        expect(textOf(error)).toContain("`pnpm db:adopt --set tests`");
        expect(await hashContents(client)).toBe(before);
    });

    test("waits for a deploy of what is pending, and refuses a set whose migrations write rows", async () => {
        await migrateHere({ root, url: database.url }, { schemaOnly: true, to: 11 });
        await client.executeMultiple(theirs);
        const before = await hashContents(client);
        const behind = await adoptHere(database.url, both, { root });
        expect([behind.code, textOf(behind.error)]).toEqual([
            2,
            expect.stringContaining("migrations of the set 'core' are pending"),
        ]);
        const search = await adoptHere(database.url, { set: ["search"] }, { root });
        expect(search.code).not.toBe(0);
        expect(await hashContents(client)).toBe(before);
    });
});
