import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test, vi } from "vitest";
import { loaders } from "../../seeds/index.ts";
import { createIntake } from "../../src/loading/sources/intake.ts";
import { readPieces } from "../../src/loading/sources/large-files.ts";
import { readSource } from "../../src/loading/sources/read-source.ts";
import { openStaging } from "../../src/loading/sources/staging.ts";
import { writeJson } from "../../src/text/written.ts";
import { writeProject } from "../support/project.ts";
import { makeQuestion } from "./records.ts";

const whole = { whole: 1 << 25 };
/** Sizes at which every few records are a part, and blocks end within words and letters. */
const small = { whole: 10, pieces: { block: 67, head: 4_096, part: 300, line: 2_000, value: 100_000 } };

/** What files hold, read with these limits, and whether it all stayed in memory. */
async function readRecords(files: readonly string[], limits: typeof small | typeof whole, room?: number) {
    const staging = openStaging(room);
    try {
        const intake = createIntake(staging, loaders, { nameFile: (file) => path.basename(file) });
        const checksum = await readSource(files, "", intake, limits);
        const records = [...intake.records].map(([name, items]) => [name, [...items]] as const);
        const isHeld = [...intake.records.values()].every(({ held, length }) => held === length);
        return { records, rejected: [...intake.rejections], others: [...intake.otherFiles], checksum, isHeld };
    } finally {
        staging.close();
    }
}

const questions = Array.from({ length: 40 }, (_, at) =>
    makeQuestion(`q-${at}`, { answer: `Ü\u{1F512} "${at}"`, videos: { shortVideo: null }, tags: ["a", "b\\c"] }),
);
const byId = Object.fromEntries(questions.map(({ id, ...question }) => [id, question]));
const events = Array.from({ length: 30 }, (_, at) => ({
    eventType: "updated",
    eventSource: "bot",
    createdAt: `2026-01-01T00:00:${10 + at}.000Z`,
}));
const mapping = { aws: { subChannels: { basics: questions.map(({ id }) => id) } } };

// Before a record by id says anything of itself, it looks like one more container of records.
const paths = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => {
        const lists = { channels: ["linux", "unix", "operating-systems"], questionIds: ["q-1", "q-2", `q-${at}`] };
        return [`path-${at}`, { ...lists, title: `Path ${at}`, description: "From one to the other." }];
    }),
);

/** With escapes where JSON.stringify() writes none, in keys, values and JSON columns. */
function escapeText(json: string): string {
    return json
        .replace(/[aÜ/]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`)
        .replaceAll("b\\\\c", "b\\\\u00e9\\/\\u000a\\u0000\\\\");
}

const shapes: Readonly<Record<string, string | Buffer>> = {
    "array.json": JSON.stringify(questions),
    "array-indented.json": JSON.stringify(questions, null, 2),
    "by-id.json": JSON.stringify(byId),
    "wrapped.json": JSON.stringify({ version: 3, questions, note: "after" }, null, 1),
    "wrapped-by-id.json": JSON.stringify({ questions: byId }),
    "history.json": JSON.stringify({ questionId: "q-1", questionType: "question", history: events }),
    "arrays-first.json": JSON.stringify(paths),
    "scalars-between.json": JSON.stringify([...questions.slice(0, 9), null, 5, "x", ...questions.slice(9)]),
    "two.json": JSON.stringify({ questions, history: events }),
    "mapping.json": JSON.stringify({ channels: mapping }),
    "single.json": JSON.stringify(questions[0]),
    "lines.ndjson": questions.map((question) => JSON.stringify(question)).join("\n"),
    "lines.json": `${questions.map((question) => JSON.stringify(question)).join("\r\n\n")}\n`,
    "escapes.json": `[${questions.map((question) => escapeText(JSON.stringify(question))).join()}]`,
    "bom.json": `\uFEFF${JSON.stringify(questions)}`,
    "packed.json.gz": gzipSync(JSON.stringify({ questions })),
    "packed-lines.json": gzipSync(questions.map((question) => JSON.stringify(question)).join("\n")),
};

test.each(Object.keys(shapes))("%s in pieces gives the same records at the same places as read whole", async (name) => {
    const file = path.join(writeProject({}), name);
    writeFileSync(file, shapes[name] ?? "");
    const expected = await readRecords([file], whole);
    expect(expected.records.flatMap(([, records]) => records).length).toBeGreaterThan(0);
    const { isHeld: _, ...inMemory } = expected;
    const { isHeld, ...pieces } = await readRecords([file], small);
    expect(pieces).toEqual(inMemory);
    expect(pieces.records.map(([, list]) => writeJson(list))).toEqual(
        inMemory.records.map(([, list]) => writeJson(list)),
    );
    expect(isHeld).toBe(false);
    for (const room of [5_000, 0]) {
        const { isHeld: _held, ...spooled } = await readRecords([file], whole, room);
        expect(spooled).toEqual(inMemory);
    }
});

test("a large file that is blank is empty, packed or not, and blanks before a value are none of it", async () => {
    const blank = " \r\n".repeat(100);
    const folder = writeProject({
        "a.json": blank,
        "b.ndjson": blank,
        "d.json": `${blank}[${JSON.stringify(questions[0])}]`,
    });
    writeFileSync(path.join(folder, "c.json.gz"), gzipSync(blank));
    const names = ["a.json", "b.ndjson", "c.json.gz", "d.json"];
    const { records, rejected, others } = await readRecords(
        names.map((name) => path.join(folder, name)),
        small,
    );
    expect([records.map(([name, list]) => [name, list.length]), rejected]).toEqual([[["questions", 1]], []]);
    expect(others.map(([file, { says }]) => `${file} ${says}`)).toEqual([
        "a.json is empty",
        "b.ndjson is empty",
        "c.json.gz is empty",
    ]);
});

test("a large file that breaks off is rejected as one, and gives none of its records", async () => {
    const folder = writeProject({});
    const text = JSON.stringify(questions);
    const broken: Readonly<Record<string, string | Buffer>> = {
        "cut.json": text.slice(0, text.length - 300),
        "garbage.json": `${text}]`,
        "middle.json": text.replace("},{", "}},{"),
        "cut.json.gz": gzipSync(text).subarray(0, 150),
    };
    for (const [name, bytes] of Object.entries({ ...broken, "good.json": text })) {
        writeFileSync(path.join(folder, name), bytes);
    }
    const files = [...Object.keys(broken), "good.json"].map((name) => path.join(folder, name));
    const { records, rejected } = await readRecords(files, small);
    expect(rejected.map(({ file, code, record }) => [file, code, record])).toEqual([
        ["cut.json", "invalid-json", null],
        ["garbage.json", "invalid-json", null],
        ["middle.json", "invalid-json", null],
        ["cut.json.gz", "invalid-gzip", null],
    ]);
    expect(records.map(([name, list]) => [name, list.length, new Set(list.map(({ file }) => file))])).toEqual([
        ["questions", questions.length, new Set(["good.json"])],
    ]);
});

test("a large file keeps its numbers as they are written and its bytes, and is rejected for a repeated key", async () => {
    const folder = writeProject({});
    const numbers = '{"n":[9007199254740993,1e400,1.0,-0]}';
    const written = `${JSON.stringify(makeQuestion("n")).slice(0, -1)},"videos":${numbers}}`;
    const bytes = Buffer.from(
        `[${Array(20).fill(written).join(",\n")},${JSON.stringify(makeQuestion("caf\xe9"))}]`,
        "latin1",
    );
    writeFileSync(path.join(folder, "a.json"), bytes);
    writeFileSync(path.join(folder, "b.json"), `[${Array(20).fill(written).join()},{"id":"a","id":"b"}]`);
    writeFileSync(path.join(folder, "c.json"), `[${Array(20).fill(written).join()},{"id":"a","\\u0069d":"b"}]`);
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    writeFileSync(path.join(folder, "d.json"), `[${Array(20).fill(written).join()},{"id":"\\u00e9","x":${deep}}]`);
    const { records, rejected } = await readRecords(
        ["a.json", "b.json", "c.json", "d.json"].map((name) => path.join(folder, name)),
        small,
    );
    expect(rejected).toMatchObject([
        { code: "repeated-key" },
        { code: "repeated-key" },
        { code: "too-large", message: "a value is nested too deep for a file with escapes" },
    ]);
    const values = records.flatMap(([, list]) => list.map(({ value }) => value as Record<string, unknown>));
    expect(values.slice(0, 20).map(({ videos }) => writeJson(videos))).toEqual(Array(20).fill(numbers));
    expect(values[20]?.id).toBe("caf\udce9");
});

test("in a large file of lines, what is no JSON and what is too long are rejected with their lines", async () => {
    const file = path.join(writeProject({}), "lines.ndjson");
    const long = JSON.stringify(makeQuestion("long", { answer: "x".repeat(3_000) }));
    writeFileSync(file, [questions[0], questions[1]].map((item) => JSON.stringify(item)).join(`\n${long}\n{"a":\n`));
    const { records, rejected } = await readRecords([file], small);
    expect(records.map(([, list]) => list.map(({ position }) => position))).toEqual([["line 1", "line 4"]]);
    expect(rejected).toMatchObject([
        { position: "line 2", code: "too-large", record: null },
        { position: "line 3", code: "invalid-json", record: '{"a":' },
    ]);
});

test("a large file is read in parts also where numbers and texts stand among its records", async () => {
    const file = path.join(writeProject({}), "mixed.json");
    const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`q-${at}`, { question: "x" }]));
    for (const value of [[null, ...questions, 5], { version: 1, ...many }, { questions: { note: "x", ...many } }]) {
        writeFileSync(file, JSON.stringify(value));
        let parts = 0;
        for await (const { kind } of readPieces(file, small.pieces)) if (kind === "part") parts++;
        expect(parts).toBeGreaterThan(10);
    }
});

test("what has no room in memory leaves no file that anybody finds", () => {
    const folder = writeProject({});
    vi.stubEnv("TMPDIR", folder);
    const staging = openStaging(0);
    const items = staging.createList<string>();
    items.push("secret", 6);
    expect([items.at(0), items.held]).toEqual(["secret", 0]);
    expect(readdirSync(folder)).toEqual([]);
    staging.close();
    vi.unstubAllEnvs();
});

test("short records stay in memory only as long as there is room for more than their texts", async () => {
    const file = path.join(writeProject({}), "mapping.json");
    writeFileSync(file, shapes["mapping.json"] ?? "");
    expect((await readRecords([file], whole, 5_000)).isHeld).toBe(false);
    expect((await readRecords([file], whole, 50_000)).isHeld).toBe(true);
});

test("a record that is larger than a part stays whole", async () => {
    const file = path.join(writeProject({}), "large.json");
    const large = makeQuestion("large", { relevanceDetails: { parts: events, more: { events } }, answer: "after" });
    writeFileSync(file, JSON.stringify([large, { ...large, id: "again" }]));
    const { records } = await readRecords([file], small);
    expect(records).toEqual((await readRecords([file], whole)).records);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(records[0]?.[1].map(({ value }) => value));
});

test.each([
    ["a text", '{"questions":[{"id":"', "x", "has over 100000 characters"],
    ["a list deep inside", '{"a":{"b":{"c":[', "1,", "has over 100000 characters"],
    ["nesting", "", "[", "is nested over 100000 levels deep"],
])("a large file whose value has no end is rejected before it fills the memory: %s", async (_, start, piece, why) => {
    const folder = writeProject({ "a.json": start + piece.repeat(2_000_000 / piece.length) });
    const limits = { whole: 10, pieces: { ...small.pieces, block: 1 << 14, value: piece === "[" ? 1e9 : 100_000 } };
    const { rejected } = await readRecords([path.join(folder, "a.json")], limits);
    expect(rejected).toMatchObject([{ code: "too-large", message: expect.stringContaining(why) }]);
});
