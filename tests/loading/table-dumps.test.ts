import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrateHistory } from "../../app/migrate-history.ts";
import { loaders } from "../../seeds/index.ts";
import { toSnakeCase } from "../../src/sql/names.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere, runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { type Fields, type Loaded, loadFiles, makeQuestion } from "./records.ts";

const at = "2026-01-02T03:04:05.000Z";

/** One whole record for each loader, with every kind of field that it has. */
const records: Readonly<Record<string, Fields>> = {
    users: { id: "u-1", username: "ada", password: "$2b$hash" },
    questions: makeQuestion("q-1", { tags: ["a"], videos: { shortVideo: null }, voiceSuitable: 1, createdAt: at }),
    "channel-mappings": { channelId: "unix", subChannel: "pipes", questionId: "q-1" },
    certifications: {
        ...{ id: "c-1", name: "C", provider: "P", description: "D", difficulty: "expert", category: "ai" },
        ...{ domains: [{ id: "d", name: "D", weight: 1.5 }], examCode: "X-1", questionCount: 0, lastUpdated: at },
    },
    "learning-paths": {
        ...{ id: "p-1", title: "P", description: "D", pathType: "skill", difficulty: "beginner" },
        ...{ questionIds: ["q-1"], channels: ["linux"], metadata: { a: { b: 1 } }, lastUpdated: at },
    },
    "voice-sessions": {
        ...{ id: "v-1", topic: "T", channel: "linux", difficulty: "beginner", questionIds: ["q-1"] },
        ...{ totalQuestions: 1, lastUpdated: at },
    },
    "question-relationships": {
        ...{ sourceQuestionId: "q-1", targetQuestionId: "q-2", relationshipType: "related", strength: 50 },
    },
    "user-sessions": {
        ...{ id: "s-1", userId: "u-1", sessionType: "test", sessionKey: "k", title: "T", totalItems: 3 },
        ...{ sessionData: { answers: [1, null] }, lastAccessedAt: at },
    },
    "question-history": {
        ...{ questionId: "q-1", questionType: "question", eventType: "improved", eventSource: "bot" },
        ...{ changedFields: ["answer"], beforeSnapshot: { answer: "A" }, createdAt: at },
    },
    "work-queue": {
        ...{ itemType: "question", itemId: "q-1", action: "improve", status: "completed", createdAt: at },
        ...{ processedAt: at, result: { done: true } },
    },
    "bot-ledger": {
        ...{ botName: "creator", action: "create", itemType: "question", itemId: "q-1" },
        ...{ beforeState: { a: 1 }, createdAt: at },
    },
    "bot-runs": { botName: "creator", startedAt: at, completedAt: at, status: "completed", summary: { message: "M" } },
};

/** A record as `sqlite3 -json` prints its row: names of columns, JSON as text, and the row's number. */
function toRow(record: Fields, id: number): Fields {
    const columns = Object.entries(record).map(([field, value]) => [
        toSnakeCase(field),
        value !== null && typeof value === "object" ? JSON.stringify(value) : value,
    ]);
    return { id, ...Object.fromEntries(columns) };
}

const rows = Object.fromEntries(Object.entries(records).map(([name, record], id) => [name, toRow(record, id + 1)]));
const root = copyProject();
const second = makeQuestion("q-2");

/** For each line of the report: the loader, and whether its numbers add up. */
function readSums(report: string): readonly (readonly [string | undefined, boolean])[] {
    return [...report.matchAll(/^Loading: +(\S+): (\d+) read, (.*)$/gm)].map(([, name, read, parts = ""]) => {
        const sum = parts.split(", ").reduce((total, part) => total + Number.parseInt(part, 10), 0);
        return [name, sum === Number(read)];
    });
}

describeTargets("a table dump", (target) => {
    let database: TestDatabase;
    let loaded: Loaded;

    beforeAll(async () => {
        database = await createDeployedDatabase(target);
        const files = Object.entries(rows).map(([name, row]) => [`${name}.json`, [row]]);
        loaded = await loadFiles(database, { ...Object.fromEntries(files), "second.json": second });
    });

    afterAll(() => database.close());

    test("of every loader loads, and the same records in the form of the exports find it unchanged", async () => {
        expect(Object.keys(records)).toEqual(loaders.map(({ name }) => name));
        const { code, counts } = loaded;
        expect(code).toBe(0);
        for (const { name } of loaders)
            expect([name, counts[name]?.rejected, counts[name]?.older]).toEqual([name, 0, 0]);
        const stored = await readRows(database.client, "SELECT summary FROM bot_runs");
        expect(stored).toEqual([{ summary: '{"message":"M"}' }]);
        expect(await readValue(database.client, "SELECT domains FROM certifications")).toContain('"weight":1.5');
        const before = await hashContents(database.client);
        const plain = Object.fromEntries(Object.entries(records).map(([name, record]) => [`${name}.json`, [record]]));
        const again = await loadFiles(database, { ...plain, "second.json": second });
        expect(again.code).toBe(0);
        for (const { name } of loaders)
            expect(again.counts[name]).toMatchObject({ unchanged: again.counts[name]?.read });
        expect(await hashContents(database.client)).toBe(before);
        // All tables in one document, below their names.
        const tables = Object.fromEntries(loaders.map(({ name, table }) => [table, [rows[name]]]));
        const whole = await loadFiles(database, { "dump.json": tables });
        expect([whole.code, Object.keys(whole.counts)]).toEqual([0, loaders.map(({ name }) => name)]);
        expect(await hashContents(database.client)).toBe(before);
    });

    test("adds up in every line of the report: what became of the records is as many as were read", async () => {
        const broken = Object.entries(rows).map(([name, row]) => {
            const [first = ""] = Object.keys(records[name] ?? {}).map(toSnakeCase);
            return [
                `in/${name}.json`,
                JSON.stringify([row, { ...row, id: first === "id" ? row.id : 77 }, { ...row, [first]: null }]),
            ];
        });
        const events = [
            records["question-history"],
            { ...records["question-history"], questionId: "q-2", eventType: "created" },
        ];
        const folder = writeProject({
            ...Object.fromEntries(broken),
            "in/more.json": JSON.stringify(events),
            "in/cut.json": "[",
            "new/q.json": JSON.stringify([makeQuestion("q-3")]),
            "history/q-3.json": JSON.stringify([
                { ...records["question-history"], questionId: "q-3", eventType: "created" },
                { ...records["question-history"], questionId: "q-3" },
                { ...records["question-history"], questionId: null },
            ]),
        });
        const settings = { root, url: database.url };
        const rejects = path.join(folder, "x.rejects.ndjson");
        const ran = await migrateHere(settings, { from: path.join(folder, "in"), rejects });
        expect(ran.stdout).toMatch(/^Loading: +1 document rejected as a whole$/m);
        expect(ran.stdout).toMatch(/^Loading: +question-history: 5 read, 1 replaced, 3 unchanged, 1 rejected$/m);
        expect(readSums(ran.stdout)).toEqual(loaders.map(({ name }) => [name, true]));
        expect((await migrateHere(settings, { from: path.join(folder, "new") })).code).toBe(0);
        const from = path.join(folder, "history");
        const history = await runHere((context) => migrateHistory(context, { from, rejects }), settings);
        expect(history.stdout).toMatch(/^Loading: +question-history: 3 read, 1 created, 1 replaced, 1 rejected$/m);
        expect(history.stdout).toMatch(/^Added 1 event of history, and replaced 1 that the triggers had written\. /m);
        const stored = "SELECT count(*) FROM question_history WHERE question_id = 'q-3'";
        expect([history.code, await readValue(database.client, stored)]).toEqual([5, 2]);
    });

    test("rejects two names of one column whose values differ, and JSON texts that hold none, as they were written", async () => {
        const before = await hashContents(database.client);
        const written = [
            '{"id":"w-1","question":"Q","answer":"A","explanation":"E","difficulty":"beginner","channel":"a","subChannel":"b","sub_channel":"c"}',
            '{"id":"w-2","question":"Q","answer":"A","explanation":"E","difficulty":"beginner","channel":"a","sub_channel":"c","tags":"[1.0"}',
            '{"id":"w-3","question":"Q","answer":"A","explanation":"E","difficulty":"beginner","channel":"a","sub_channel":"c","videos":"{\\"a\\":1,\\"a\\":2}"}',
        ];
        const same = {
            ...rows["bot-runs"],
            startedAt: "2026-01-02 03:04:05",
            botName: "creator",
            summary: { message: "M" },
        };
        const { code, rejects, counts } = await loadFiles(database, {
            "q.json": `[${written.join(",")}]`,
            "same.json": [same],
        });
        expect([code, counts["bot-runs"]]).toMatchObject([5, { read: 1, unchanged: 1 }]);
        expect(rejects.map((rejection) => [rejection.code, rejection.message])).toEqual([
            ["two-spellings", "'subChannel' and 'sub_channel' name the same column, but their values differ"],
            ["invalid-tags", "tags: is a text that is not a JSON array or object"],
            ["repeated-key", "the key 'a' is there twice in one object, so one of its values would be lost"],
        ]);
        expect(rejects.map(({ record }) => JSON.stringify(record))).toEqual(written);
        expect(await hashContents(database.client)).toBe(before);
    });

    test("keeps a number that is a whole JSON value as it is written, under either name, and compares both names so", async () => {
        const values: readonly (readonly [data: string, kept: string | undefined])[] = [
            ['"session_data":9007199254740993', "9007199254740993"],
            ['"session_data":1.0', "1.0"],
            ['"session_data":"1e400"', "1e400"],
            ['"sessionData":1e400', "1e400"],
            ['"sessionData":9007199254740993,"session_data":"9007199254740993"', "9007199254740993"],
            ['"sessionData":9007199254740993,"session_data":"9007199254740992"', undefined],
            ['"sessionData":1.0,"session_data":1', undefined],
        ];
        const { userId: _, sessionData: __, ...session } = records["user-sessions"] as Fields;
        const texts = values.map(([data], at) => {
            const text = JSON.stringify({ ...session, id: `number-${at}`, sessionKey: `number-${at}` });
            return `${text.slice(0, -1)},${data}}`;
        });
        const { code, codes } = await loadFiles(database, { "numbers.json": `[${texts.join(",")}]` });
        expect([code, codes]).toEqual([5, ["two-spellings 5", "two-spellings 6"]]);
        const stored = await readRows(
            database.client,
            "SELECT session_data FROM user_sessions WHERE id LIKE 'number-%' ORDER BY id",
        );
        expect(stored.map((row) => row.session_data)).toEqual(values.flatMap(([, kept]) => kept ?? []));
    });

    test("of a table without rows is a blank file, which is named and not rejected", async () => {
        const before = await hashContents(database.client);
        const files = { "users.json": "", "runs.json": "\n", "tests.json.gz": "", "dump.json": [rows.certifications] };
        const { code, stderr, stdout, counts } = await loadFiles(database, files);
        expect([code, counts]).toMatchObject([0, { certifications: { read: 1, unchanged: 1 } }]);
        const lines = stderr.replace(/^skipped \S*\/in\//gm, "");
        expect(lines).toBe("runs.json: it is empty\ntests.json.gz: it is empty\nusers.json: it is empty\n");
        expect(Object.values(JSON.parse(stdout).otherFiles)).toContainEqual({
            says: "is empty",
            documents: 0,
            isRejected: false,
        });
        expect(await hashContents(database.client)).toBe(before);
        const alone = await loadFiles(database, { "users.json": "" });
        expect([alone.code, alone.counts]).toEqual([0, {}]);
    });

    test("of several tables in one file is a sequence of arrays, each placed by its line; a damaged one is rejected once", async () => {
        const before = await hashContents(database.client);
        const print = (...dumped: unknown[]): string => `[${dumped.map((row) => JSON.stringify(row)).join(",\n")}]\n`;
        const certification = rows.certifications;
        const wrong = { ...certification, id: "c-2", difficulty: "hard" };
        const [one, two] = [print(rows.users), print(certification, wrong)];
        const { code, codes, counts } = await loadFiles(database, {
            "one.json": one + two,
            "several.json": `\n${two}\n${one}`,
            "cut.json": (one + two).slice(0, -3),
            "both-cut.json": two.slice(0, -3) + one,
            "lines.json": `${JSON.stringify(rows.users)}\n{"id":\n`,
        });
        expect([code, counts]).toMatchObject([
            5,
            { users: { read: 3, unchanged: 3 }, certifications: { read: 4, unchanged: 2, rejected: 2 } },
        ]);
        expect(codes).toEqual([
            "invalid-json ",
            "invalid-json ",
            "invalid-json line 2",
            "invalid-difficulty line 2/1",
            "invalid-difficulty line 2/1",
        ]);
        expect(await hashContents(database.client)).toBe(before);
    });

    test("of columns and rows is read as objects, and keeps numbers as they are written; a row of another length is no record", async () => {
        const before = await hashContents(database.client);
        const toGrid = (row: Fields) => ({ columns: Object.keys(row), rows: [Object.values(row)] });
        const tables = loaders.map(({ name, table }) => [table, toGrid(rows[name] ?? {})] as const);
        const whole = await loadFiles(database, { "dump.json": Object.fromEntries(tables) });
        expect([whole.code, Object.keys(whole.counts)]).toEqual([0, loaders.map(({ name }) => name)]);
        for (const { read, unchanged } of Object.values(whole.counts)) expect(unchanged).toBe(read);
        const { user_id: _, session_data: __, ...session } = rows["user-sessions"] as Fields;
        const own = { ...session, id: "grid", session_key: "grid" };
        const [columns, values] = [Object.keys(own), Object.values(own)];
        const text = `{"columns":${JSON.stringify([...columns, "session_data"])},"rows":[${JSON.stringify(values).slice(0, -1)},1.0]]}`;
        const short = { columns: ["id", "username", "password"], rows: [["u-9", "eve"]] };
        const twice = { columns: ["id", "username", "password", "id"], rows: [["u-9", "eve", "p", "u-9"]] };
        const wrong = toGrid({ ...rows.certifications, difficulty: "hard" });
        const files = { "a.json": text, "b.json": short, "c.json": twice, "d.json": wrong };
        const { code, counts, codes, rejects } = await loadFiles(database, files);
        expect([code, counts["user-sessions"], codes]).toMatchObject([
            5,
            { read: 1, created: 1 },
            ["unknown-shape ", "unknown-shape ", "invalid-difficulty 0"],
        ]);
        expect(rejects[2]?.record).toEqual({ ...rows.certifications, difficulty: "hard" });
        expect(await readValue(database.client, "SELECT session_data FROM user_sessions WHERE id = 'grid'")).toBe(
            "1.0",
        );
        await database.client.execute("DELETE FROM user_sessions WHERE id = 'grid'");
        expect(await hashContents(database.client)).toBe(before);
    });
});
