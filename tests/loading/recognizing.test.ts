import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { migrateHistory } from "../../app/migrate-history.ts";
import { rollback } from "../../src/cli/commands/rollback.ts";
import type { LoadCounts } from "../../src/loading/loader.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere, runHere } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { makeQuestion } from "./records.ts";

const event = { eventType: "created", eventSource: "bot", createdAt: "2025-06-01T00:00:00.000Z" };
const files = {
    "in/questions.json": JSON.stringify([makeQuestion("q-1"), makeQuestion("q-2")]),
    "in/mappings.json": JSON.stringify({ channels: { aws: { subChannels: { s3: ["q-1", "q-2"] } } } }),
    "in/history/q-1.json": JSON.stringify({ questionId: "q-1", questionType: "question", history: [event] }),
};
const certification = {
    id: "c-1",
    name: "Certified Sleeper",
    provider: "Acme",
    description: "It proves that its holder sleeps well.",
    difficulty: "beginner",
    category: "cloud",
};
const root = copyProject(
    { seeds: true },
    { ...files, "with/questions.json": files["in/questions.json"], "with/certs.json": JSON.stringify([certification]) },
);

interface Recognized {
    readonly loaded: Readonly<Record<string, LoadCounts>>;
    /** Null for a source that was compared. */
    readonly unchangedSince: string | null;
}

/** What others may do to the rows, the loader that must see it, and what it then does. */
const edits: readonly (readonly [string, string, string, Partial<LoadCounts>])[] = [
    [
        "a question was edited",
        "UPDATE questions SET answer = 'Theirs.', last_updated = NULL WHERE id = 'q-1'",
        "questions",
        { updated: 1 },
    ],
    ["a question was deleted", "DELETE FROM questions WHERE id = 'q-1'", "questions", { created: 1 }],
    ["a mapping was deleted", "DELETE FROM channel_mappings WHERE id = 1", "channel-mappings", { created: 1 }],
    [
        "a mapping was replaced by another",
        `DELETE FROM channel_mappings WHERE id = 4;
            INSERT INTO channel_mappings (channel_id, sub_channel, question_id) VALUES ('linux', 'other', 'q-2')`,
        "channel-mappings",
        { created: 1 },
    ],
    [
        "a mapping was edited",
        "UPDATE channel_mappings SET channel_id = 'sre' WHERE id = 1",
        "channel-mappings",
        { created: 1 },
    ],
    [
        "an event was deleted",
        "DELETE FROM question_history WHERE question_id = 'q-1'",
        "question-history",
        { created: 1 },
    ],
    [
        "the last event was deleted",
        "DELETE FROM question_history WHERE question_id = 'q-2'",
        "question-history",
        { created: 0 },
    ],
];

describeTargets("an unchanged source", (target) => {
    let loaded: TestDatabase;
    let database: TestDatabase;

    beforeAll(async () => {
        loaded = await createDeployedDatabase(target);
        expect(await load("in", loaded)).toMatchObject({
            questions: { read: 2, created: 2 },
            "channel-mappings": { read: 4, created: 4 },
            "question-history": { read: 1, created: 0, replaced: 1 },
        });
    });

    beforeEach(async () => {
        database = await target.createCopy(loaded);
        return () => database.close();
    });

    async function load(from: string, into = database): Promise<Record<string, LoadCounts>> {
        const { code, stdout, stderr } = await migrateHere({ root, url: into.url, json: true }, { from });
        expect([code, stderr]).toEqual([0, ""]);
        return (JSON.parse(stdout) as { loaded: Record<string, LoadCounts> }).loaded;
    }

    async function expectRecognized(from = "in"): Promise<void> {
        const before = await hashContents(database.client);
        const { stdout } = await migrateHere({ root, url: database.url, json: true }, { from });
        const { loaded: counts, unchangedSince } = JSON.parse(stdout) as Recognized;
        expect(unchangedSince).toMatch(/^\d{4}-\S+Z$/);
        expect(Object.keys(counts)).not.toEqual([]);
        for (const { read, unchanged, older } of Object.values(counts)) expect(unchanged + older).toBe(read);
        expect(await hashContents(database.client)).toBe(before);
    }

    test("an unchanged source is recognised, which is said, and nothing is written", async () => {
        await expectRecognized();
        const { stdout } = await migrateHere({ root, url: database.url }, { from: "in" });
        expect(stdout).toMatch(
            /\nUnchanged: neither in nor its tables changed since the load of \d{4}-\S+Z\nUnchanged: questions: 2 read, 2 unchanged\nUnchanged: channel-mappings: 4 read, 4 unchanged\nUnchanged: question-history: 1 read, 1 unchanged\nNothing to do\. /,
        );
        const json = await migrateHere({ root, url: database.url, json: true }, { from: "in" });
        const counts = { created: 0, replaced: 0, updated: 0, older: 0, rejected: 0 };
        expect(JSON.parse(json.stdout)).toMatchObject({
            unchangedSince: expect.stringMatching(/^\d{4}-\S+Z$/),
            loaded: {
                questions: { ...counts, read: 2, unchanged: 2 },
                "channel-mappings": { ...counts, read: 4, unchanged: 4 },
                "question-history": { ...counts, read: 1, unchanged: 1 },
            },
        });
    });

    test.each(target.name === "file:" ? edits : edits.slice(0, 3))(
        "is compared again once %s",
        async (_, sql, loader, outcome) => {
            await database.client.executeMultiple(sql);
            expect((await load("in"))[loader]).toMatchObject(outcome);
            await expectRecognized();
        },
    );

    test("is recognised although only columns that keep books changed, as comparing it would say too", async () => {
        await database.client.executeMultiple(`
            UPDATE questions SET relevance_score = 77, is_new = 0, experience_level_tags = '["entry"]';
            UPDATE question_history SET reason = 'Because.';
            INSERT INTO certifications (id, name, provider, description, difficulty, category)
            VALUES ('c-9', 'Nine', 'Acme', 'Of nine.', 'expert', 'cloud');`);
        await expectRecognized();
        changeProject(root, { "in/mappings.json": `${files["in/mappings.json"]}\n` });
        expect(await load("in")).toMatchObject({
            questions: { unchanged: 2 },
            "channel-mappings": { unchanged: 4 },
            "question-history": { unchanged: 1 },
        });
        changeProject(root, { "in/mappings.json": files["in/mappings.json"] });
    });

    test("is compared every time when it holds records of which no history is kept", async () => {
        expect(await load("with")).toMatchObject({ certifications: { created: 1 }, questions: { unchanged: 2 } });
        const before = await hashContents(database.client);
        expect(await load("with")).toMatchObject({ certifications: { unchanged: 1 }, questions: { unchanged: 2 } });
        expect(await hashContents(database.client)).toBe(before);
        await database.client.execute("DELETE FROM certifications");
        expect(await load("with")).toMatchObject({ certifications: { created: 1 } });
    });

    test("is recognised with the records that were rejected, which are written whole again", async () => {
        const from = writeProject({
            "a.json": JSON.stringify([makeQuestion("q-3"), makeQuestion("q-4", { id: 4 })]),
            "b/cut.json": "[",
            "b/what.json": '[{"a":1.0}]',
            "b/mappings.json": JSON.stringify({ unix: { subChannels: { shell: ["q-3", "q-404"] } } }),
            "twice.json": JSON.stringify(makeQuestion("q-3", { answer: "Other." })),
        });
        const rejects = path.join(from, "x.rejects.ndjson");
        const run = async () => {
            const ran = await migrateHere({ root, url: database.url, json: true }, { from, rejects });
            return { ...ran, report: JSON.parse(ran.stdout), lines: readFileSync(rejects, "utf8") };
        };
        const first = await run();
        expect(first.report.unchangedSince).toBe(null);
        expect([first.code, first.report.rejected, first.report.rejectedDocuments]).toEqual([5, 5, 2]);
        const before = await hashContents(database.client);
        const again = await run();
        expect([again.code, again.stderr, again.lines]).toEqual([first.code, first.stderr, first.lines]);
        expect(again.report).toMatchObject({
            rejected: 5,
            rejectedDocuments: 2,
            unchangedSince: expect.any(String),
            loaded: {
                questions: { read: 3, created: 0, unchanged: 1, rejected: 2 },
                "channel-mappings": { read: 3, created: 0, unchanged: 2, rejected: 1 },
            },
        });
        expect(await hashContents(database.client)).toBe(before);
        const text = await migrateHere({ root, url: database.url }, { from, rejects });
        expect(text.stdout).toMatch(/^Unchanged: .*$/m);
        expect(text.stdout).toMatch(/^Loaded nothing\. Rejected 5 records\. /m);
        const refused = await migrateHere({ root, url: database.url }, { from, rejects, maxRejects: 4 });
        expect([refused.error?.code, refused.error?.outcome]).toEqual(["rejected", "No record was written."]);
    });

    test("judges again what was rejected because of rows: it loads once they allow it", async () => {
        const theirs = "UPDATE questions SET last_updated = '2025-01-01T00:00:00.000Z' WHERE id = 'q-1'";
        const from = writeProject({ "a.json": JSON.stringify([makeQuestion("q-1", { answer: "Another." })]) });
        const settings = { root, url: database.url, json: true };
        const run = async () => {
            const { code, stdout } = await migrateHere(settings, {
                from,
                rejects: path.join(from, "x.rejects.ndjson"),
            });
            return [code, JSON.parse(stdout).loaded.questions];
        };
        const rejected = [5, { read: 1, updated: 0, rejected: 1 }];
        expect(await run()).toMatchObject(rejected);
        expect(await run()).toMatchObject(rejected);
        // A time of change leaves no history, so the source counts as unchanged.
        await database.client.execute(theirs);
        expect(await run()).toMatchObject([0, { read: 1, updated: 1, rejected: 0 }]);
        expect(await readValue(database.client, "SELECT answer FROM questions WHERE id = 'q-1'")).toBe("Another.");
    });

    test("is compared again by the command that reads more of it", async () => {
        const fresh = await createDeployedDatabase(target);
        const ran = await runHere((context) => migrateHistory(context, { from: "in" }), { root, url: fresh.url });
        expect([ran.code, await readValue(fresh.client, "SELECT count(*) FROM question_history")]).toEqual([0, 1]);
        expect(await load("in", fresh)).toMatchObject({ questions: { created: 2 } });
        await fresh.close();
    });

    test("is compared again after --force, another source of the same questions, and another folder", async () => {
        const changed = JSON.stringify([
            makeQuestion("q-1", { answer: "New.", lastUpdated: "2026-05-01T00:00:00.000Z" }),
        ]);
        const other = writeProject({ "a.json": changed });
        expect(await load(other)).toMatchObject({ questions: { updated: 1 } });
        expect(await load("in")).toMatchObject({ questions: { unchanged: 1, older: 1 } });
        await expectRecognized();
        const forced = await migrateHere({ root, url: database.url, json: true }, { from: "in", force: true });
        expect(JSON.parse(forced.stdout).loaded.questions).toMatchObject({ updated: 1, unchanged: 1 });
        expect(await load(other)).toMatchObject({ questions: { updated: 1 } });
    });

    test("is loaded again after a rollback took its tables away", async () => {
        const settings = { root, url: database.url };
        const back = await runHere((context) => rollback(context, { to: 7, discardRows: true, yes: true }), settings);
        expect(back.code).toBe(0);
        expect(await load("in")).toMatchObject({ questions: { unchanged: 2 }, "question-history": { created: 1 } });
        const gone = await runHere((context) => rollback(context, { to: 0, discardRows: true, yes: true }), settings);
        expect(gone.code).toBe(0);
        expect(await load("in")).toMatchObject({ questions: { created: 2 }, "question-history": { replaced: 1 } });
    });

    test("does not count as the bundled seed: that stays out of a database with content of its own", async () => {
        const { code, stderr } = await migrateHere({ root, url: database.url });
        expect([code, stderr]).toEqual([
            0,
            "The bundled seeds were not loaded: the database has other content. --seed loads them anyway.\n",
        ]);
        expect(await readRows(database.client, "SELECT id FROM questions")).toHaveLength(2);
    });
});

describeTargets("the bundled seed", (target) => {
    test("is loaded again after a rollback took its rows away", async () => {
        const database = await target.createDatabase();
        const settings = { root, url: database.url };
        expect((await migrateHere(settings, { data: ["all"] })).code).toBe(0);
        const count = async (table: string): Promise<unknown> =>
            readValue(database.client, `SELECT count(*) FROM ${table}`);
        const before = [await count("questions"), await count("certifications")];
        for (const to of [8, 0]) {
            const back = await runHere((context) => rollback(context, { to, discardRows: true, yes: true }), settings);
            expect(back.code).toBe(0);
            expect((await migrateHere(settings, { data: ["all"] })).code).toBe(0);
            expect([await count("questions"), await count("certifications")]).toEqual(before);
        }
    });
});
