import path from "node:path";
import { describe, expect, test } from "vitest";
import { channelMappings } from "../../seeds/channel-mappings.ts";
import { questions } from "../../seeds/questions.ts";
import { listFiles } from "../../src/loading/sources/files.ts";
import { normalizeTime } from "../../src/loading/time.ts";
import { writeProject } from "../support/project.ts";
import { readAll } from "./reading.ts";
import { makeQuestion } from "./records.ts";

const [one, two] = [makeQuestion("q-1"), makeQuestion("q-2")];

/** `position: id` of what a loader finds in a document. */
function findIn(loader: typeof questions, document: unknown): string[] | undefined {
    const found = loader.find(document);
    return found && [...found].map(({ position, value }) => `${position}: ${(value as { id?: unknown } | null)?.id}`);
}

describe("questions are found", () => {
    test.each([
        ["an array", [one, two], ["0: q-1", "1: q-2"]],
        ["an object by id", { "q-1": one, "q-2": two }, ["q-1: q-1", "q-2: q-2"]],
        ["an array below questions", { questions: [one], lastUpdated: "x" }, ["0: q-1"]],
        ["an object below questions", { questions: { "q-1": one } }, ["q-1: q-1"]],
        ["a single object", one, [": q-1"]],
        ["an array with a stranger in it", [one, "text"], ["0: q-1", "1: undefined"]],
    ])("in %s", (_, document, found) => expect(findIn(questions, document)).toEqual(found));

    test("questions take their key as id where they have none", () => {
        const { id, ...nameless } = one as { id: string };
        expect(findIn(questions, { questions: { "q-7": nameless } })).toEqual(["q-7: q-7"]);
        expect(findIn(questions, { questions: { "q-7": one } })).toEqual(["q-7: q-1"]);
    });

    test.each([
        ["text", "questions"],
        ["null", null],
        ["an empty object", {}],
        ["a certification", [{ id: "c-1", name: "C" }]],
        ["mappings", { channels: { linux: { subChannels: { shell: ["q-1"] } } } }],
    ])("nowhere in %s", (_, document) => expect(findIn(questions, document)).toBeUndefined());
});

describe("mappings are found", () => {
    const triple = { channelId: "linux", subChannel: "shell", questionId: "q-1" };
    const listOf = (document: unknown): unknown[] | undefined => {
        const found = channelMappings.find(document);
        return found && [...found].map(({ value }) => value);
    };

    test.each([
        ["channels with their sub-channels", { channels: { linux: { subChannels: { shell: ["q-1"] } } } }],
        ["the same without the wrapper", { linux: { subChannels: { shell: ["q-1"] } } }],
        ["an array of triples", [triple]],
        ["a single triple", triple],
    ])("in %s", (_, document) => expect(listOf(document)).toEqual([triple]));

    test("no mapping is found in questions", () => expect(listOf([one])).toBeUndefined());
});

describe("a source", () => {
    test("is a file, or every .json, .ndjson and .jsonl file below a folder but those of rejected records", async () => {
        const root = writeProject({
            "b.json": "1",
            "a/deep/c.ndjson": "1",
            "a/d.jsonl": "1",
            "notes.md": "no",
            "old.rejects.ndjson": "1",
        });
        const found = (await listFiles(root)).map((file) => path.relative(root, file));
        expect(found).toEqual(["a/d.jsonl", "a/deep/c.ndjson", "b.json"]);
        expect(await listFiles(path.join(root, "old.rejects.ndjson"))).toHaveLength(1);
    });

    test("holds one document a file, or one a line, whatever the file is called; what is no JSON is rejected", async () => {
        const root = writeProject({
            "bom.json": `\uFEFF${JSON.stringify(one, null, 2)}\n`,
            "lines.json": '{"a":1}\r\n\r\n{"a":2}\n{"a":\n',
            "lines.ndjson": '{"a":3}',
            "broken.json": '[\n  {"a": 4},\n',
            "empty.ndjson": "\n",
            "blank.json": "\uFEFF \r\n",
        });
        const { documents, rejected, empty } = await readAll(await listFiles(root));
        const place = (file: string, position: string): string => `${path.basename(file)} ${position}`.trim();
        expect(documents.map(({ file, position, value }) => [place(file, position), value])).toEqual([
            ["bom.json", one],
            ["lines.json line 1", { a: 1 }],
            ["lines.json line 3", { a: 2 }],
            ["lines.ndjson line 1", { a: 3 }],
        ]);
        expect(rejected.map(({ file, position, code, record }) => [place(file, position), code, record])).toEqual([
            ["broken.json", "invalid-json", '[\n  {"a": 4},\n'],
            ["lines.json line 4", "invalid-json", '{"a":'],
        ]);
        expect(empty.map((file) => path.basename(file))).toEqual(["blank.json", "empty.ndjson"]);
    });
});

describe("a time", () => {
    test.each([
        ["2026-01-26T04:05:41.427Z", "2026-01-26T04:05:41.427Z"],
        ["2026-01-26 04:05:41", "2026-01-26T04:05:41.000Z"],
        ["2026-05-01 03:04:05.123456+00", "2026-05-01T03:04:05.123Z"],
        ["2026-05-01T03:04:05.1+02:00", "2026-05-01T01:04:05.100Z"],
        ["2024-02-29T00:30:00+0100", "2024-02-28T23:30:00.000Z"],
        [" 2026-01-26T04:05:41Z ", "2026-01-26T04:05:41.000Z"],
        ["2026-01-26", "2026-01-26T00:00:00.000Z"],
    ])("written as '%s' is %s", (text, time) => expect(normalizeTime(text)).toBe(time));

    test.each([
        "",
        "now",
        "2026-02-30",
        "2026-01-26T",
        "2026-01-26Z",
        "26.01.2026 04:05:41",
        "2026-02-30T00:00:00Z",
        "2026-02-30T00:00:00+02:00",
        "2026-13-01T00:00:00Z",
        "2026-01-01T25:00:00Z",
    ])("is not what '%s' says", (text) => expect(normalizeTime(text)).toBeUndefined());
});
