import { chmodSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { migrateHistory } from "../../app/migrate-history.ts";
import { loaders } from "../../seeds/index.ts";
import type { Context } from "../../src/cli/program.ts";
import type { Loader, Rejection, SourceRecord } from "../../src/loading/loader.ts";
import { keepRejections } from "../../src/loading/rejects.ts";
import { createCheck } from "../../src/loading/validate.ts";
import { readContents, readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere, runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { type Fields, loadFiles, loadQuestions, makeQuestion } from "./records.ts";

const [nul, high, low] = ["\0", "\ud83d", "\udd12"];

/** Records that cannot load, each with the code that says why. */
const wrong: readonly (readonly [string, unknown])[] = [
    ["missing-id", makeQuestion("x", { id: undefined })],
    ["missing-id", makeQuestion("x", { id: null })],
    ["missing-id", makeQuestion("")],
    ["invalid-id", makeQuestion("x", { id: 17 })],
    ["missing-question", makeQuestion("w-1", { question: "" })],
    ["missing-answer", makeQuestion("w-2", { answer: undefined })],
    ["missing-explanation", makeQuestion("w-3", { explanation: null })],
    ["missing-difficulty", makeQuestion("w-4", { difficulty: undefined })],
    ["invalid-difficulty", makeQuestion("w-5", { difficulty: "expert" })],
    ["missing-channel", makeQuestion("w-6", { channel: undefined })],
    ["missing-sub-channel", makeQuestion("w-7", { subChannel: undefined })],
    ["invalid-tags", makeQuestion("w-8", { tags: "one, two" })],
    ["invalid-tags", makeQuestion("w-9", { tags: ["one", 2] })],
    ["invalid-tags", makeQuestion("w-10", { tags: {} })],
    ["invalid-videos", makeQuestion("w-11", { videos: [] })],
    ["invalid-status", makeQuestion("w-12", { status: "archived" })],
    ["invalid-relevance-score", makeQuestion("w-13", { relevanceScore: 101 })],
    ["invalid-relevance-score", makeQuestion("w-14", { relevanceScore: 1.5 })],
    ["invalid-voice-suitable", makeQuestion("w-15", { voiceSuitable: 2 })],
    ["invalid-last-updated", makeQuestion("w-16", { lastUpdated: "yesterday" })],
    ["invalid-created-at", makeQuestion("w-17", { createdAt: "2026-02-30T00:00:00Z" })],
    ["invalid-text", makeQuestion("w-18", { answer: `ends${nul}here` })],
    ["invalid-text", makeQuestion("w-19", { answer: `half ${high}` })],
    ["invalid-text", makeQuestion("w-20", { answer: `half ${low} the other` })],
    ["invalid-text", makeQuestion("w-21", { tags: ["fine", `not${nul}`] })],
    ["invalid-text", makeQuestion("w-22", { videos: { [`key${high}`]: "value" } })],
    ["invalid-text", makeQuestion("w-23", { relevanceDetails: { deep: [{ deeper: { [nul]: 1 } }] } })],
    ["invalid-text", makeQuestion(`w-25${nul}`)],
    ["too-large", makeQuestion("w-26", { explanation: "x".repeat(2_000_000) })],
    ["invalid-record", "no object"],
    ["invalid-record", null],
];

const right: readonly Fields[] = [
    makeQuestion("r-1", { answer: `whole ${high}${low}, ü, \u2028, \u{10FFFF}, "quoted" 'twice' \\n` }),
    makeQuestion("r-2", { tags: [], videos: { shortVideo: null, longVideo: null }, voiceSuitable: false, isNew: 1 }),
    makeQuestion("r-3", { options: [1, 2], _sanitized: true, domain: { anything: null } }),
    makeQuestion("r-4", { subChannel: "", answer: "", lastUpdated: "2026-05-01 03:04:05.123456+00" }),
    makeQuestion("r-5", { unknownField: { text: low } }),
    makeQuestion("r-6", { tags: "", videos: " " }),
];

/** All rows but the note of what was loaded. */
async function readLoaded({ client }: TestDatabase): Promise<unknown> {
    const { schema_seeds: _note, ...tables } = await readContents(client);
    return tables;
}

describeTargets("records that cannot load", (target) => {
    let deployed: TestDatabase;
    let database: TestDatabase;

    beforeAll(async () => {
        deployed = await createDeployedDatabase(target);
    });

    beforeEach(async () => {
        database = await target.createCopy(deployed);
    });

    afterEach(() => database.close());

    test("are kept whole in the reject file, with place and reason, and all others load", async () => {
        const records = wrong.flatMap(([, record], at) => [record, ...right.slice(at, at + 1)]);
        const { code, questions, rejects, stderr } = await loadQuestions(database, records);
        expect(code).toBe(5);
        expect(questions).toEqual({
            read: wrong.length + right.length,
            created: right.length,
            replaced: 0,
            updated: 0,
            unchanged: 0,
            older: 0,
            rejected: wrong.length,
        });
        expect(rejects.map((rejection) => rejection.code).sort()).toEqual(wrong.map(([reason]) => reason).sort());
        for (const { file, position, record } of rejects) {
            expect(file.endsWith("questions.json")).toBe(true);
            // As JSON carries it: an undefined field is a missing one.
            expect(record).toEqual(JSON.parse(JSON.stringify(records[Number(position)])));
        }
        expect(stderr).toContain(`and ${wrong.length - 5} more\n`);
        expect(stderr).toContain(`wrote ${wrong.length} rejected records to `);
        const ids = await readRows(database.client, "SELECT id FROM questions ORDER BY id");
        expect(ids.map(({ id }) => id)).toEqual(right.map(({ id }) => id));
        tell(
            `${target.name}: ${wrong.length} wrong records rejected for ${new Set(wrong.map(([c]) => c)).size} reasons`,
        );
    });

    test("rejected records do not change what loads beside them", async () => {
        await loadQuestions(database, right);
        const rows = await readRows(
            database.client,
            "SELECT answer, tags, videos, voice_suitable, sub_channel, last_updated FROM questions ORDER BY id",
        );
        expect(rows).toMatchObject([
            { answer: right[0]?.answer },
            { tags: "[]", videos: '{"shortVideo":null,"longVideo":null}', voice_suitable: 0 },
            {},
            { answer: "", sub_channel: "", last_updated: "2026-05-01T03:04:05.123Z" },
            { sub_channel: "shell" },
            { tags: null, videos: null },
        ]);
        expect(await readValue(database.client, "SELECT count(*) FROM channel_mappings")).toBe(right.length);
    });

    test("are mappings of questions; those of rejected questions are not derived at all", async () => {
        const { code, counts, rejects } = await loadFiles(database, {
            "questions.json": [makeQuestion("q-1"), makeQuestion("q-2", { difficulty: "hard" })],
            "mappings.json": { unix: { subChannels: { shell: ["q-1", "q-404"], "": [null] } } },
        });
        expect(code).toBe(5);
        expect(counts).toMatchObject({
            questions: { read: 2, created: 1, rejected: 1 },
            "channel-mappings": { read: 4, created: 2, rejected: 2 },
        });
        expect(rejects).toMatchObject([
            { code: "invalid-difficulty" },
            { code: "missing-question-id", position: "unix//0" },
            {
                code: "dangling-reference",
                message: "question_id 'q-404' is not in questions",
                position: "unix/shell/1",
                record: { channelId: "unix", subChannel: "shell", questionId: "q-404" },
            },
        ]);
        expect(
            await readRows(
                database.client,
                "SELECT channel_id, sub_channel, question_id FROM channel_mappings ORDER BY id",
            ),
        ).toEqual([
            { channel_id: "unix", sub_channel: "shell", question_id: "q-1" },
            { channel_id: "linux", sub_channel: "shell", question_id: "q-1" },
        ]);
    });

    test("are one of two that share an id: the newer loads, equal ones count as unchanged", async () => {
        const dated = (answer: string, lastUpdated: string | undefined): Fields =>
            makeQuestion("q-1", { answer, lastUpdated, channel: answer, relevanceDetails: { a: 1, b: 2 } });
        const newest = dated("newest", "2026-03-01 00:00:00");
        const { questions, rejects, codes } = await loadQuestions(database, [
            dated("old", "2026-01-01T00:00:00.000Z"),
            newest,
            { ...newest, relevanceDetails: { b: 2, a: 1 }, eli5: null },
            dated("newer", "2026-02-01T00:00:00.000Z"),
            dated("undated", undefined),
        ]);
        expect(questions).toMatchObject({ read: 5, created: 1, unchanged: 1, rejected: 3 });
        expect(codes).toEqual(["duplicate-id 0", "duplicate-id 3", "duplicate-id 4"]);
        expect(rejects[0]?.message).toMatch(/^another record with the same key, in .* at '1', is loaded in its place$/);
        expect(await readRows(database.client, "SELECT answer, channel FROM questions")).toEqual([
            { answer: "newest", channel: "newest" },
        ]);
        // A rejected question says nothing about the other one's channels.
        expect(await readRows(database.client, "SELECT channel_id FROM channel_mappings")).toEqual([
            { channel_id: "newest" },
        ]);
    });

    test("add no mapping when they are older than their row", async () => {
        await loadQuestions(database, [makeQuestion("q-1")]);
        const older = makeQuestion("q-1", { channel: "unix", lastUpdated: "2020-01-01T00:00:00.000Z" });
        const { questions, counts } = await loadQuestions(database, [older]);
        expect(questions).toMatchObject({ read: 1, older: 1 });
        expect(counts["channel-mappings"]).toBeUndefined();
        expect(await readRows(database.client, "SELECT channel_id FROM channel_mappings")).toEqual([
            { channel_id: "linux" },
        ]);
    });

    test("are rows that the database itself refuses, and those beside them load", async () => {
        await database.client.execute(`CREATE TRIGGER refuse_q_7 BEFORE INSERT ON questions WHEN NEW.id IN ('q-7', 'q-31')
            BEGIN SELECT RAISE(ABORT, 'Nobody may add this one.'); END`);
        const records = Array.from({ length: 40 }, (_, at) => makeQuestion(`q-${at}`));
        const { code, questions, rejects } = await loadQuestions(database, records);
        expect([code, questions]).toMatchObject([5, { read: 40, created: 38, rejected: 2 }]);
        expect(rejects.map(({ record, ...rest }) => rest)).toMatchObject([
            { code: "refused", position: "7", message: "Nobody may add this one." },
            { code: "refused", position: "31" },
        ]);
        expect(await readValue(database.client, "SELECT count(*) FROM questions")).toBe(38);
        expect(await readValue(database.client, "SELECT count(*) FROM question_history")).toBe(38);
    });

    test("are those that a server cannot take as JSON; the others of their chunk load", async () => {
        const long = makeQuestion("long", { explanation: "\u0001".repeat(1_900_000) });
        const { code, questions, rejects } = await loadQuestions(database, [...right, long, makeQuestion("last")]);
        const isServer = target.name === "sqld";
        expect([code, questions]).toMatchObject([
            isServer ? 5 : 0,
            { created: right.length + (isServer ? 1 : 2), rejected: isServer ? 1 : 0 },
        ]);
        expect(rejects.map(({ code: reason, message }) => [reason, message])).toEqual(
            isServer ? [["refused", expect.stringContaining("too big")]] : [],
        );
    });

    test("rejected records load from the reject file once they are corrected there", async () => {
        const files = {
            "broken.json": '{"questions": [',
            "questions.json": [makeQuestion("q-1"), makeQuestion("q-2", { difficulty: "hard" })],
            "mappings.json": { unix: { subChannels: { shell: ["q-1", "q-2"] } } },
        };
        const { code, rejects, codes } = await loadFiles(database, files);
        expect([code, codes]).toEqual([
            5,
            ["invalid-json ", "invalid-difficulty 1", "dangling-reference unix/shell/1"],
        ]);
        const text = rejects.map((rejection) => `${JSON.stringify(rejection)}\n`).join("");
        const same = await loadFiles(database, { "again.ndjson": text });
        expect(same.codes).toEqual(["invalid-json line 1", "invalid-difficulty line 2", "dangling-reference line 3"]);
        const mended = text.replace('"hard"', '"advanced"').replace(String.raw`{\"questions\": [`, "[]");
        const { code: done, counts, rejects: left } = await loadFiles(database, { "again.ndjson": mended });
        expect([done, left]).toEqual([5, [expect.objectContaining({ code: "unknown-shape", position: "line 1" })]]);
        expect(counts).toMatchObject({ questions: { created: 1 }, "channel-mappings": { read: 2, created: 2 } });
        expect(await readValue(database.client, "SELECT count(*) FROM channel_mappings")).toBe(4);
    });

    test("are written beside the command where no file is named; a file that cannot be written is refused before the load", async () => {
        const root = copyProject(
            {},
            { "in/questions.json": JSON.stringify([makeQuestion("", {}), makeQuestion("q-1")]) },
        );
        const settings = { root, url: database.url };
        symlinkSync("circle.ndjson", path.join(root, "circle.ndjson"));
        const untouched = await readLoaded(database);
        for (const rejects of ["no/such/folder.ndjson", "circle.ndjson", "in/questions.json"]) {
            const load = (context: Context) => migrateHistory(context, { from: "in", rejects });
            for (const failed of [
                await migrateHere(settings, { from: "in", rejects }),
                await runHere(load, settings),
            ]) {
                expect([failed.code, failed.error?.message, failed.error?.outcome]).toEqual([
                    1,
                    `the rejected records cannot be written to ${rejects}`,
                    "Nothing was changed.",
                ]);
            }
        }
        expect(await readLoaded(database)).toEqual(untouched);
        rmSync(path.join(root, "circle.ndjson"));
        const elsewhere = path.join(writeProject({}), "left.ndjson");
        expect((await migrateHere(settings, { from: "in", rejects: elsewhere })).code).toBe(5);
        const before = await readLoaded(database);

        const ran = await migrateHere(settings, { from: "in" });
        expect([ran.code, ran.stdout]).toEqual([
            5,
            expect.stringMatching(/\nLoaded nothing\. Rejected 1 record\. The database is at version 12: /),
        ]);
        const [file = ""] = readdirSync(root).filter((name) => /^\d{8}T\d{6}Z\.rejects\.ndjson$/.test(name));
        expect(JSON.parse(readFileSync(path.join(root, file), "utf8"))).toMatchObject({
            file: path.join("in", "questions.json"),
            position: "0",
            code: "missing-id",
        });
        expect(await readLoaded(database)).toEqual(before);
        // The folder that is loaded may be the one that the rejects went to.
        expect(
            (await migrateHere(settings, { from: ".", rejects: path.join(writeProject({}), "x") })).stdout,
        ).toContain("questions: 2 read, 1 unchanged, 1 rejected");
    });
});

test("a reject file that becomes unwritable during a load fails with what the database is then", () => {
    const rejections = [{ file: "f", position: "1", code: "missing-id", message: "no id", record: {} }];
    const keep = () => keepRejections(writeProject({}), "no/file.ndjson", rejections as Rejection[], "All are there.");
    expect(keep).toThrow(expect.objectContaining({ code: "cannot-open", outcome: "All are there." }));
});

test("says in plain words what a value must be", () => {
    const check = (name: string, value: object): string => {
        const loader = loaders.find((other) => other.name === name) as Loader;
        const checked = createCheck(loader, [])({ file: "f", position: "1", value } as SourceRecord);
        return checked.ok ? "" : checked.rejection.message;
    };
    const question = makeQuestion("q-1");
    expect([
        check("questions", { ...question, question: undefined }),
        check("questions", { ...question, question: null }),
        check("questions", { ...question, question: "" }),
        check("questions", { ...question, question: 7 }),
        check("questions", { ...question, difficulty: "hard" }),
        check("questions", { ...question, isNew: "yes" }),
        check("questions", { ...question, tags: [1] }),
        check("work-queue", { itemType: "question", itemId: "q", action: "A b" }),
        check("work-queue", { itemType: "question", itemId: "q", action: "improve", priority: 11 }),
        check("work-queue", { itemType: "question", itemId: "q", action: "improve", priority: 1.5 }),
    ]).toEqual([
        "question: is missing",
        "question: must not be null",
        "question: must not be empty",
        "question: must be text",
        "difficulty: must be one of beginner, intermediate, advanced",
        "isNew: must be 0 or 1 or true or false",
        "tags.0: must be text",
        "action: must match /^[a-z0-9_]+$/",
        "priority: must be at most 10",
        "priority: must be a whole number",
    ]);
});

test("only its user may read a reject file, also one that others could read before", () => {
    const root = writeProject({ "old.ndjson": "", "sub/x": "" });
    chmodSync(path.join(root, "old.ndjson"), 0o644);
    const rejections = [{ file: "f", position: "1", code: "missing-id", reason: "no id", record: { password: "x" } }];
    for (const file of [undefined, "old.ndjson"]) {
        const { rejectFile = "" } = keepRejections(root, file, rejections as unknown as Rejection[], "kept");
        expect(statSync(path.join(root, rejectFile)).mode & 0o777).toBe(0o600);
    }
});
