import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { createGzip, gzipSync } from "node:zlib";
import { createClient } from "@libsql/client";
import { describe, expect, test } from "vitest";
import {
    firstWords,
    type Manifest,
    renderManifest,
    renderStatement,
    type StatementNote,
} from "../../src/backup/format.ts";
import { createRowHash, summarizeObjects } from "../../src/backup/hash.ts";
import { seal } from "../../src/backup/seal.ts";
import { makeFolder } from "../support/project.ts";
import { restoreHere } from "./running.ts";

const folder = makeFolder();
const other = path.join(folder, "other.db");
const table = "CREATE TABLE t (a)";
const attach = `ATTACH '${other}' AS o; CREATE TABLE o.gone (a)`;

type Part = readonly [sql: string, note: Omit<StatementNote, "bytes">];

const makeTable: Part = [`${table};`, { does: "table", name: "t", table: "t" }];
const makeRow = (literals: string): Part => [
    `INSERT INTO "t" ("a") VALUES\n(${literals});`,
    { does: "rows", table: "t", rows: [Buffer.byteLength(literals)] },
];

const makeRowOf = (name: string): Part => [
    `INSERT INTO "${name}" ("a") VALUES\n(1);`,
    { does: "rows", table: name, rows: [1] },
];
const makeTrigger: Part = [
    "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = 'changed'; END;",
    { does: "trigger", name: "g", table: "t" },
];
const endless = "WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n) SELECT a FROM n";

/** A file of somebody who knows the format: its seal and its hashes are right. */
async function forge(parts: readonly Part[], change: object = {}): Promise<string> {
    const hash = createRowHash();
    for (const [sql, { does }] of parts) {
        if (does === "rows") hash.add(Buffer.from(sql.slice(sql.indexOf("\n(") + 2, -2)));
    }
    const objects = parts.flatMap(([sql, { does, name = "" }]) =>
        does === "table" || does === "index" || does === "view" || does === "trigger"
            ? [{ type: does, name, sql: sql.replace(/;$/, "") }]
            : [],
    );
    const manifest = {
        format: 1,
        writtenBy: "somebody 1",
        schemaVersion: "1",
        database: "file:theirs.db",
        startedAt: "2026-01-01T00:00:00.000Z",
        endedAt: "2026-01-01T00:00:00.000Z",
        versions: {},
        userVersion: null,
        views: 1,
        only: null,
        tables: [{ name: "t", rows: hash.rows, sha256: hash.digest() }],
        objects: summarizeObjects(objects),
        bytes: 1,
        ...change,
    } as Manifest;
    const bytes = Buffer.concat([
        Buffer.from(`${firstWords}1\n`),
        ...parts.map(([sql, note]) => renderStatement(sql.includes("\xe9") ? [Buffer.from(sql, "latin1")] : sql, note)),
        renderManifest(manifest),
    ]);
    return pack(Readable.from([gzipSync(bytes)]));
}

async function pack(packed: AsyncIterable<Buffer>): Promise<string> {
    const file = path.join(folder, "forged.sql.gz");
    await writeFile(file, seal(packed));
    return file;
}

const restoreForged = async (file: string, verify = false) => {
    const database = path.join(makeFolder(), "mine.db");
    const ran = await restoreHere({ url: `file:${database}`, args: [file] }, verify ? { verify } : {});
    return { ...ran, made: existsSync(database), path: database };
};

test("a file that was made by hand is restored when it holds nothing but objects and rows", async () => {
    const { stderr, code, path: database } = await restoreForged(await forge([makeTable, makeRow("'x;'';'")]));
    expect([stderr, code]).toEqual(["", 0]);
    const client = createClient({ url: `file:${database}` });
    expect((await client.execute("SELECT a FROM t")).rows[0]?.a).toBe("x;';");
    client.close();
});

test.each<[string, readonly Part[]]>([
    ["a row with a statement in it", [makeTable, makeRow(`1); ${attach}; INSERT INTO "t" ("a") VALUES (2`)]],
    ["a row that reads a table", [makeTable, makeRow("(SELECT sql FROM sqlite_schema)")]],
    ["a row that calls a function", [makeTable, makeRow("randomblob(9)")]],
    ["a row with a comment in it", [makeTable, makeRow("1--2")]],
    ["a row with a longer comment in it", [makeTable, makeRow("1 /* , 'x' */")]],
    ["rows of another table", [makeTable, [`INSERT INTO "u" ("a") VALUES\n(1);`, makeRow("1")[1]]]],
    ["a table with a statement behind it", [[`${table}; ${attach};`, makeTable[1]]]],
    [
        "a table that is a trigger",
        [makeTable, ["CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;", makeTable[1]]],
    ],
    ["a table that ends the transaction", [[`${table}; COMMIT;`, makeTable[1]]]],
    ["a statement with a NUL", [[`${table} \0;`, makeTable[1]]]],
    [
        "a trigger with a statement behind it",
        [
            makeTable,
            [
                `CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END; ${attach};`,
                { does: "trigger", name: "g", table: "t" },
            ],
        ],
    ],
    ["clearing that does more", [makeTable, [`DELETE FROM "t"; ${attach};`, { does: "clear", table: "t" }]]],
    ["a sequence that is none", [makeTable, [`${attach};`, { does: "sequence", table: "t" }]]],
    ["a trigger before the rows", [makeTable, makeTrigger, makeRow("1")]],
    [
        "a view before the rows",
        [makeTable, ["CREATE VIEW v AS SELECT 1;", { does: "view", name: "v", table: "v" }], makeRow("1")],
    ],
    ["a table filled by a query", [[`CREATE TABLE t AS ${endless};`, makeTable[1]]]],
    ["a table filled by a query, written apart", [[`CREATE TABLE "t"/**/\nAS\n${endless};`, makeTable[1]]]],
    ["a table of another name", [makeTable, ["CREATE TABLE u (a);", makeTable[1]]]],
    ["a table of the temporary database", [["CREATE TEMP TABLE t (a);", makeTable[1]]]],
    ["a table of a named database", [["CREATE TABLE temp.t (a);", makeTable[1]]]],
    ["a table that may exist already", [["CREATE TABLE IF NOT EXISTS t (a);", makeTable[1]]]],
    ["a trigger on another table than it says", [makeTable, [makeTrigger[0], { ...makeTrigger[1], table: "u" }]]],
    ["an index that is a table", [["CREATE TABLE i (a);", { does: "index", name: "i", table: "t" }]]],
    [
        "a statement that is not UTF-8",
        [makeTable, ["CREATE VIEW v AS SELECT 'caf\xe9';", { does: "view", name: "v", table: "v" }]],
    ],
    ["rows of SQLite's own table", [makeTable, makeRowOf("sqlite_sequence")]],
    ["rows of a table that it does not create", [makeTable, makeRowOf("u")]],
    ["rows of a virtual table", [["CREATE VIRTUAL TABLE t USING fts5(a);", makeTable[1]], makeRow("'rebuild'")]],
    ["a purpose that nobody knows", [makeTable, [`${attach};`, { does: "more" as "begin" }]]],
])("a file with a right seal is refused, before anything runs, for %s", async (_, parts) => {
    const file = await forge(parts);
    for (const verify of [false, true]) {
        const { code, stderr, made } = await restoreForged(file, verify);
        expect([code, stderr]).toEqual([
            1,
            expect.stringMatching(/^error: the backup is damaged: (a statement|a comment|rows|it holds rows)/m),
        ]);
        expect([made, existsSync(other)]).toEqual([false, false]);
    }
});

test.each<[string, string, readonly string[]]>([
    ["are given other values by a default", "CREATE TABLE t (a, b DEFAULT 5)", ["the rows of 't' differ"]],
    ["change their type", "CREATE TABLE t (a TEXT)", ["the rows of 't' differ"]],
    ["replace each other", "CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE)", ["'t' has 1 rows instead of 2"]],
])("rows that %s are refused after they were written, and nothing is restored", async (_, sql, details) => {
    const file = await forge([[`${sql};`, makeTable[1]], makeRow("1"), makeRow("1")]);
    for (const verify of [false, true]) {
        const { error, made } = await restoreForged(file, verify);
        expect([error?.code, error?.details, made]).toEqual(["corrupt", details, false]);
        expect(error?.outcome).toBe("Nothing was restored. The database is as it was.");
    }
});

test("--table fills a table whose columns stand in another order, and refuses columns that change the values", async () => {
    const file = await forge([
        ["CREATE TABLE t (a, b TEXT);", makeTable[1]],
        [`INSERT INTO "t" ("a", "b") VALUES\n(1, 'x');`, { does: "rows", table: "t", rows: [6] }],
    ]);
    for (const [columns, code] of [
        ["b TEXT, a", 0],
        ["b TEXT, a TEXT", 1],
    ] as const) {
        const url = `file:${path.join(makeFolder(), "theirs.db")}`;
        const client = createClient({ url });
        await client.executeMultiple(`CREATE TABLE t (${columns}); INSERT INTO t VALUES ('before', 0)`);
        const ran = await restoreHere({ url, args: [file] }, { table: ["t"], replace: true, yes: true });
        expect([ran.code, ran.error?.details]).toEqual([code, code === 0 ? undefined : ["the rows of 't' differ"]]);
        expect((await client.execute("SELECT b FROM t")).rows[0]?.b).toBe(code === 0 ? "x" : "before");
        client.close();
    }
});

test.each<[string, object]>([
    ["tables that are none", { tables: 5 }],
    ["no tables", { tables: undefined }],
    ["a user_version that is SQL", { userVersion: `1; ${attach}` }],
    ["a hash that is a number", { objects: { count: 1, sha256: 1 } }],
])("a file whose last lines hold %s is refused", async (_, change) => {
    const { code, stderr, made } = await restoreForged(await forge([makeTable], change));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: the backup is damaged: /m)]);
    expect([made, existsSync(other)]).toEqual([false, false]);
});

test.each([-1, 1e15, 9e9, 5e6, 1.5, null, "9"])(
    "a statement whose length is said to be %j is refused",
    async (bytes) => {
        const note = { does: "begin", bytes } as unknown as StatementNote;
        const { code, stderr } = await restoreForged(await forge([["BEGIN;", note]]));
        expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: the backup is damaged: /m)]);
    },
);

describe("a file that is small and grows without end", () => {
    const written = (bytes: Iterable<Buffer>): Promise<string> => pack(Readable.from(bytes).pipe(createGzip()));
    function* repeat(start: string, piece: string, megabytes: number): Generator<Buffer> {
        yield Buffer.from(start);
        const block = Buffer.from(piece.repeat(1e6 / piece.length));
        for (let at = 0; at < megabytes; at++) yield block;
    }
    const head = `${firstWords}1\n`;

    test.each<[string, string, string]>([
        ["its first line", "", "x"],
        ["a line", head, "-- x"],
        ["a comment", `${head}-- {"bytes":1,"does":"rows","rows":[`, "1,"],
        ["its header", head, `-- ${"x".repeat(996)}\n`],
        ["its manifest", `${head}-- manifest:\n`, `-- ${"x".repeat(9_996)}\n`],
        ["a statement", `${head}-- {"bytes":9000000000,"does":"rows","table":"t","rows":[9]}\n`, "x"],
        ["a view", `${head}-- {"bytes":100000000,"does":"view","name":"v","table":"v"}\n`, "x"],
    ])("is called damaged, soon and in little memory: %s", async (_, start, piece) => {
        const file = await written(repeat(start, piece, start.includes("manifest") ? 66 : 9));
        const peak = watchMemory();
        const { stderr, code } = await restoreForged(file);
        expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: the backup is damaged: |is not a backup$/m)]);
        expect(peak()).toBeLessThan(300e6);
    });
});

function watchMemory(): () => number {
    const before = process.memoryUsage().rss;
    let peak = before;
    const timer = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    return () => {
        clearInterval(timer);
        return peak - before;
    };
}
