import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { LoadCounts, Rejection } from "../../src/loading/loader.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets } from "../support/targets.ts";
import { addOutcomes } from "./records.ts";

const data = new URL("../../seeds/data/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, data), "utf8"));
type Fields = Record<string, unknown>;
const listOf = (value: unknown): Fields[] =>
    Array.isArray(value) ? value : (Object.values(value as object)[0] as Fields[]);

/** Good records of each kind, by the file that they go to. */
const good: Readonly<Record<string, readonly Fields[]>> = {
    questions: listOf(read("questions/linux.json")),
    certifications: listOf(read("certifications.json")).slice(0, 4),
    "learning-paths": listOf(read("learning-paths.json")).slice(0, 4),
    "voice-sessions": listOf(read("voice-sessions.json")).slice(0, 4),
    "question-relationships": listOf(read("question-relationships.json")).slice(0, 4),
    "question-history": ["created", "updated", "flagged"].map((eventType, at) => ({
        questionId: listOf(read("questions/linux.json"))[at]?.id,
        questionType: "question",
        eventType,
        eventSource: "bot",
        changedFields: ["answer"],
        beforeSnapshot: { answer: "Before." },
        createdAt: `2025-01-0${at + 1}T00:00:00.000Z`,
    })),
    "work-queue": (read("bots.json") as { queue: Fields[] }).queue.slice(0, 4),
    "bot-ledger": (read("bots.json") as { ledger: Fields[] }).ledger.slice(0, 4),
    "bot-runs": (read("bots.json") as { runs: Fields[] }).runs.slice(0, 4),
};
const deep = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);
const strange: readonly unknown[] = [
    null,
    undefined,
    true,
    -1,
    0.5,
    1e308,
    "",
    " ",
    "\0",
    "a\0b",
    "\ud83d",
    "\udd12 x",
    "\u{1F512}",
    "x".repeat(100_000),
    "ü".repeat(1_100_000),
    [],
    {},
    [null],
    ["\0"],
    { "\ud83d": 1 },
    [1, ["2"]],
    "active",
    "expert",
    "2026-02-30T00:00:00Z",
    "2026-01-01 00:00:00",
    "'; DROP TABLE questions; --",
    "__proto__",
    deep(950),
    deep(3_000),
    { constructor: 1 },
];

const mutation = fc.record({
    at: fc.nat(),
    field: fc.oneof(fc.nat(), fc.constantFrom("unknown", "__proto__", "constructor", "id", "createdAt", "lastUpdated")),
    value: fc.oneof(fc.constantFrom(...strange), fc.jsonValue(), fc.string({ unit: "binary" })),
});
const file = fc.record({
    kind: fc.constantFrom(...Object.keys(good)),
    mutations: fc.array(mutation, { maxLength: 6 }),
    double: fc.boolean(),
    shape: fc.constantFrom("array", "lines", "by id", "single"),
    /** What share of the text is left; mostly all of it. */
    cut: fc.oneof(
        { weight: 4, arbitrary: fc.constant(1) },
        { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
    ),
});

interface Document {
    readonly text: string;
    readonly records: number;
    readonly isCut: boolean;
}

function render({
    kind,
    mutations,
    double,
    shape,
    cut,
}: typeof file extends fc.Arbitrary<infer T> ? T : never): Document {
    const records = (good[kind] ?? []).map((record) => ({ ...record }));
    for (const { at, field, value } of mutations) {
        const record = records[at % records.length] ?? {};
        const keys = Object.keys(record);
        const name = typeof field === "number" ? (keys[field % keys.length] ?? "id") : field;
        Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
    }
    const [first = {}] = records;
    const all = double ? [...records, first] : records;
    const texts = all.map((record) => JSON.stringify(record));
    const byId = Object.fromEntries(all.map((record, at) => [`${at}`, record]));
    const whole = {
        array: JSON.stringify(all),
        lines: texts.join("\n"),
        "by id": JSON.stringify(byId),
        single: texts[0] ?? "",
    };
    const text = whole[shape].slice(0, Math.floor(whole[shape].length * cut));
    return { text, records: shape === "single" ? 1 : all.length, isCut: text.length < whole[shape].length };
}

describeTargets("records that were changed at random", (target) => {
    test("are all accounted for, and leave a sound database and no stack trace", async () => {
        const root = copyProject();
        const database = await createDeployedDatabase(target);
        const base = writeProject({ "questions.json": JSON.stringify(good.questions) });
        await migrateHere({ root, url: database.url }, { from: base });
        const seen = new Map<string, number>();
        const property = async (documents: readonly Document[], force: boolean): Promise<void> => {
            const folder = writeProject(Object.fromEntries(documents.map(({ text }, at) => [`in/${at}.json`, text])));
            const options = { from: path.join(folder, "in"), rejects: path.join(folder, "left.ndjson"), force };
            const ran = await migrateHere({ root, url: database.url, json: true }, options);
            expect([0, 5]).toContain(ran.code);
            expect(ran.stdout + ran.stderr).not.toMatch(/unexpected|\n +at /);
            const { loaded, rejected } = JSON.parse(ran.stdout) as {
                loaded: Record<string, LoadCounts>;
                rejected: number;
            };
            const left = rejected === 0 ? [] : readFileSync(options.rejects, "utf8").trimEnd().split("\n");
            const rejects = left.map((line) => JSON.parse(line) as Rejection);
            for (const { code } of rejects) seen.set(code, (seen.get(code) ?? 0) + 1);
            let [reads, rejectedRecords] = [0, 0];
            for (const [name, counts] of Object.entries(loaded)) {
                expect(addOutcomes(counts)).toBe(counts.read);
                rejectedRecords += counts.rejected;
                if (name !== "channel-mappings") reads += counts.read;
            }
            const documentCodes = ["invalid-json", "unknown-shape"];
            const lost = rejects.filter(({ code }) => documentCodes.includes(code)).length;
            expect([rejects.length, rejects.length - lost]).toEqual([rejected, rejectedRecords]);
            // A document that no loader knows stands for all that is in it, and a cut one for what is left of it.
            const isWhole = lost === 0 && documents.every(({ isCut }) => !isCut) && Object.keys(loaded).length > 0;
            if (isWhole) expect(reads).toBeGreaterThanOrEqual(documents.reduce((sum, one) => sum + one.records, 0));
            expect(await readValue(database.client, "SELECT * FROM pragma_integrity_check")).toBe("ok");
            expect(await readRows(database.client, "SELECT * FROM pragma_foreign_key_check")).toEqual([]);
        };
        const documents = fc.array(file.map(render), { minLength: 1, maxLength: 3 });
        await fc.assert(fc.asyncProperty(documents, fc.boolean(), property), {
            numRuns: target.name === "file:" ? 60 : 15,
        });
        // All that is in can be read back.
        await hashContents(database.client);
        tell(`${target.name}: rejected ${[...seen].map(([code, times]) => `${code} ${times}`).join(", ")}`);
    });
});
