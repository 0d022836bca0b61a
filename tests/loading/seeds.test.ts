import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { migrateHistory } from "../../app/migrate-history.ts";
import { bundled } from "../../seeds/bundled.ts";
import type { LoadCounts } from "../../src/loading/loader.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere, type Ran, runHere, runScript } from "../support/here.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { loadFiles, loadQuestions, makeQuestion } from "./records.ts";

const root = copyProject({ seeds: true });
const data = new URL("../../seeds/data/", import.meta.url);
const read = (name: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(name, data), "utf8"));
const lengthOf = (value: unknown): number => Object.keys(value as object).length;

describeTargets("the seeds", (target) => {
    test("load all by one command, once, and refer to nothing that is not there", async () => {
        const database = await target.createDatabase();
        const ran = await migrateHere({ root, url: database.url, json: true }, { data: ["all"] });
        // Nothing rejected, no reference to a row that is gone.
        expect([ran.code, ran.stderr]).toEqual([0, ""]);
        const { loaded } = JSON.parse(ran.stdout);
        expect(loaded).toMatchObject({
            certifications: { created: lengthOf(read("certifications.json")) },
            "learning-paths": { created: expect.any(Number) },
            "voice-sessions": { created: expect.any(Number) },
            "question-relationships": { created: expect.any(Number) },
            "question-history": { created: expect.any(Number) },
            "work-queue": { created: expect.any(Number) },
            "bot-ledger": { created: expect.any(Number) },
            "bot-runs": { created: expect.any(Number) },
        });
        expect(loaded.users).toBeUndefined();
        for (const [table, rows] of Object.entries(loaded as Record<string, LoadCounts>)) {
            expect(rows.created + rows.replaced, table).toBe(rows.read);
            expect(rows.created, table).toBeGreaterThan(0);
        }
        // Takes over what the triggers wrote: a question is created once.
        const twice = `SELECT question_id FROM question_history WHERE event_type = 'created'
            GROUP BY question_id, question_type HAVING count(*) > 1`;
        expect(await readRows(database.client, twice)).toEqual([]);
        const before = await hashContents(database.client);
        const again = await migrateHere({ root, url: database.url }, { data: ["all"] });
        expect([again.code, again.stderr, again.stdout]).toEqual([0, "", expect.stringContaining("\nNothing to do. ")]);
        expect(await hashContents(database.client)).toBe(before);
        // As an export: its folder has lists that hold no records, too.
        const exported = await migrateHere({ root, url: database.url }, { from: "seeds/data" });
        expect([exported.code, exported.stderr]).toEqual([0, ""]);
        expect(await hashContents(database.client)).toBe(before);
    });

    test("load by name, with the questions that they refer to; db:seed loads the rest", async () => {
        const database = await target.createDatabase();
        const named = await migrateHere({ root, url: database.url, json: true }, { data: ["voice-sessions"] });
        expect(Object.keys(JSON.parse(named.stdout).loaded)).toEqual([
            "questions",
            "channel-mappings",
            "voice-sessions",
        ]);
        const unknown = await migrateHere({ root, url: database.url }, { data: ["users"] });
        expect([unknown.code, unknown.error?.message]).toEqual([2, "unknown seed 'users'"]);
        const env = { TURSO_DATABASE_URL: database.url };
        const both = await runScript("db:seed", ["history", "--from", "seeds/data"], { cwd: root, env });
        expect([both.code, both.stderr]).toEqual([
            2,
            expect.stringContaining("--from cannot be combined with names of seeds"),
        ]);
        const seeded = await runScript("db:seed", ["--json"], { cwd: root, env });
        expect([seeded.code, seeded.stderr]).toEqual([0, ""]);
        expect(Object.keys(JSON.parse(seeded.stdout).loaded)).not.toContain("questions");
        expect(await readValue(database.client, "SELECT count(*) FROM certifications")).toBe(
            lengthOf(read("certifications.json")),
        );
        const before = await hashContents(database.client);
        const again = await runScript("db:seed", ["--json"], { cwd: root, env });
        expect(JSON.parse(again.stdout)).toMatchObject({
            loaded: {},
            unchangedSeeds: bundled.seeds.map(({ name }) => name),
        });
        expect(JSON.parse(seeded.stdout).unchangedSeeds).toEqual(["questions", "voice-sessions"]);
        expect((await runScript("db:seed", [], { cwd: root, env })).stdout).toContain("\nNothing to do. ");
        expect(await hashContents(database.client)).toBe(before);
    });

    test("are all the files of seeds/data, and none holds users", () => {
        expect(readdirSync(data).sort()).toEqual([
            "bots.json",
            "certifications.json",
            "channel-mappings.json",
            "history.json",
            "job-titles.json",
            "learning-paths.json",
            "question-relationships.json",
            "questions",
            "voice-sessions.json",
        ]);
    });
});

describeTargets("db:migrate:history", (target) => {
    const run = ({ url }: TestDatabase, options = {}): Promise<Ran> =>
        runHere((context) => migrateHistory(context, options), { root, url, json: true });

    test("gives every question without history its 'created' event, at its own time, and adds nothing again", async () => {
        const database = await createDeployedDatabase(target);
        await loadQuestions(database, [
            makeQuestion("q-1", { createdAt: "2025-03-04T05:06:07.000Z" }),
            makeQuestion("q-2"),
            makeQuestion("q-3"),
        ]);
        await database.client.execute("DELETE FROM question_history WHERE question_id IN ('q-1', 'q-2')");
        const first = await run(database);
        expect([first.code, first.stderr]).toEqual([
            0,
            "No history was loaded: add --from <path>; the bundled history needs the bundled questions.\n" +
                "tests: skipped, the database does not have this table\n" +
                "coding_challenges: skipped, the database does not have this table\n",
        ]);
        expect(JSON.parse(first.stdout)).toMatchObject({ added: 2, created: { questions: 2 } });
        expect(
            await readRows(
                database.client,
                `SELECT question_id, event_type, event_source, source_name, changes_summary, h.created_at = q.created_at AS own
                FROM question_history AS h JOIN questions AS q ON q.id = h.question_id
                WHERE event_source = 'system' ORDER BY question_id`,
            ),
        ).toEqual(
            ["q-1", "q-2"].map((question_id) => ({
                question_id,
                event_type: "created",
                event_source: "system",
                source_name: "db:migrate:history",
                changes_summary: "Question added to linux channel",
                own: 1,
            })),
        );
        const before = await hashContents(database.client);
        expect(JSON.parse((await run(database)).stdout)).toMatchObject({ added: 0 });
        expect(await hashContents(database.client)).toBe(before);
    });

    test("counts tests and coding challenges where the application has made their tables", async () => {
        const database = await createDeployedDatabase(target);
        await database.client.executeMultiple(`
            CREATE TABLE tests (id TEXT PRIMARY KEY, title TEXT, created_at TEXT);
            CREATE TABLE coding_challenges (id TEXT PRIMARY KEY, title TEXT);
            INSERT INTO tests VALUES ('t-1', 'One', '2025-01-01T00:00:00.000Z'), ('t-2', 'Two', NULL);
            INSERT INTO coding_challenges VALUES ('t-1', 'The same id');`);
        const ran = await run(database);
        expect(JSON.parse(ran.stdout)).toMatchObject({
            added: 3,
            created: { tests: 2, coding_challenges: 1 },
            skipped: [],
        });
        expect(
            await readRows(
                database.client,
                "SELECT question_id, question_type, event_type, created_at LIKE '2025-01-01T%' AS own FROM question_history ORDER BY 2, 1",
            ),
        ).toEqual([
            { question_id: "t-1", question_type: "coding", event_type: "created", own: 0 },
            { question_id: "t-1", question_type: "test", event_type: "created", own: 1 },
            { question_id: "t-2", question_type: "test", event_type: "created", own: 0 },
        ]);
        expect(JSON.parse((await run(database)).stdout)).toMatchObject({ added: 0 });
    });

    test("loads the bundled history where the bundled questions are, and adds nothing again", async () => {
        const database = await target.createDatabase();
        await migrateHere({ root, url: database.url });
        const count = (): Promise<unknown> => readValue(database.client, "SELECT count(*) FROM question_history");
        const questions = await count();
        const first = JSON.parse((await run(database)).stdout);
        const { created, replaced } = first.loaded["question-history"];
        expect(first.loaded["question-history"]).toMatchObject({ read: created + replaced, rejected: 0 });
        expect([first.replaced, first.added]).toEqual([replaced, created]);
        expect(first.added).toBe(Number(await count()) - Number(questions));
        const before = await hashContents(database.client);
        expect(JSON.parse((await run(database)).stdout)).toMatchObject({ added: 0 });
        expect(await hashContents(database.client)).toBe(before);
    });

    test("names the command that deploys where there are no tables yet, and creates none", async () => {
        const database = await target.createDatabase();
        const ran = await run(database);
        expect([ran.code, ran.error?.message]).toEqual([2, "the database has no table 'question_history' yet"]);
        expect(await readRows(database.client, "SELECT * FROM sqlite_schema")).toEqual([]);
    });
});

describeTargets("a learning path that says neither its type nor its channels", (target) => {
    test("a learning path gets its type and channels when it is new, keeps its row's afterwards, and gets them again with --force", async () => {
        const database = await createDeployedDatabase(target);
        const path = {
            id: "company-example-beginner",
            title: "Example Inc",
            description: "What they ask.",
            difficulty: "beginner",
            questionIds: ["q-1", "q-2"],
        };
        const loadPath = async (fields = {}, options = {}) => {
            const { counts, codes } = await loadFiles(database, { "paths.json": [{ ...path, ...fields }] }, options);
            const rows = await readRows(
                database.client,
                "SELECT path_type, target_company, channels FROM learning_paths",
            );
            return [counts["learning-paths"], codes, rows[0]];
        };
        const derived = { path_type: "company", target_company: "Example", channels: "[]" };
        expect(await loadPath()).toMatchObject([{ created: 1 }, [], derived]);
        await loadQuestions(database, [makeQuestion("q-1"), makeQuestion("q-2", { channel: "unix" })]);
        await database.client.execute("UPDATE learning_paths SET target_company = 'Example GmbH'");
        const kept = { ...derived, target_company: "Example GmbH" };
        expect(await loadPath()).toMatchObject([{ unchanged: 1 }, [], kept]);
        const later = { lastUpdated: "2027-01-01T00:00:00.000Z", description: "What they ask now." };
        expect(await loadPath(later)).toMatchObject([{ updated: 1 }, [], kept]);
        expect(await loadPath(later, { force: true })).toMatchObject([
            { updated: 1 },
            [],
            { ...derived, channels: '["linux","unix"]' },
        ]);
        expect(await loadPath({ channels: ["linux"] })).toMatchObject([{ rejected: 1 }, ["undated-change 0"], {}]);
    });
});
