import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import Database from "libsql";
import { expect, test } from "vitest";
import { makeFolder } from "../support/project.ts";
import { backupHere, readManifest, restoreHere, takeBackup } from "./running.ts";

function make(name: string, script: string): string {
    const file = path.join(makeFolder(), name);
    const database = new Database(file);
    database.exec(script);
    database.close();
    return file;
}

const all = (file: string, sql: string): unknown[] => {
    const database = new Database(file);
    const rows = database.prepare(sql).raw().all();
    database.close();
    return rows;
};

async function bringBack(file: string): Promise<string> {
    const backup = await takeBackup(`file:${encodeURIComponent(file)}`);
    const copy = path.join(makeFolder(), "copy.db");
    const ran = await restoreHere({ url: `file:${copy}`, args: [backup] });
    expect([ran.stderr, ran.code]).toEqual(["", 0]);
    const stock = spawnSync("sqlite3", ["-bail", ":memory:"], { input: gunzipSync(readFileSync(backup)) });
    if (stock.error === undefined) expect([String(stock.stderr), stock.status]).toEqual(["", 0]);
    const again = await takeBackup(`file:${copy}`);
    const [one, two] = [await readManifest(backup), await readManifest(again)];
    expect([two.tables, two.objects]).toEqual([one.tables, one.objects]);
    return copy;
}

test.each([
    ["a line end before the semicolon", "CREATE TABLE t (a INT) STRICT\n;"],
    ["a comment before the semicolon", "CREATE TABLE t (a INT) STRICT -- why\n;"],
    ["a comment at the end", "CREATE TABLE t (a INT) STRICT -- why"],
    ["a comment that is not closed", "CREATE TABLE t (a INT) STRICT /* why"],
    ["a view with a comment that is not closed", "CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t /* why"],
    ["a name with a comment in it", 'CREATE TABLE t ("a; --" TEXT PRIMARY KEY) WITHOUT ROWID\n;'],
    ["names with all that a row is found by", 'CREATE TABLE t ("a) VALUES\n(" INT); INSERT INTO t VALUES (1), (2)'],
])("%s comes back, and back again", async (_, script) => {
    const copy = await bringBack(make("odd.db", script));
    expect(all(copy, "SELECT count(*) FROM sqlite_schema WHERE name = 't'")).toEqual([[1]]);
});

test("an infinite number beside a text that is no text comes back as a number", async () => {
    const file = make("odd.db", "CREATE TABLE t (a, b, c); INSERT INTO t VALUES (9e999, CAST(X'FF' AS TEXT), -9e999)");
    const read = "SELECT typeof(a), a = 9e999, hex(b), typeof(c), c = -9e999 FROM t";
    expect(all(await bringBack(file), read)).toEqual([["real", 1, "FF", "real", 1]]);
});

test("a table is read to its end by a key of numbers that no version prints exactly", async () => {
    // Bound, for a literal might be read as another number.
    const file = make("odd.db", "CREATE TABLE t (k REAL PRIMARY KEY, b) WITHOUT ROWID");
    const database = new Database(file);
    const insert = database.prepare("INSERT INTO t VALUES (?, CAST(X'80' AS TEXT))");
    const numbers = [-Number.MAX_VALUE, Number.MAX_VALUE, 5e-324, -1e-310];
    for (let at = 1; at <= 400; at++) numbers.push(Math.sin(at) * 10 ** (at - 200));
    for (const number of numbers) insert.run([number]);
    database.close();
    expect(all(await bringBack(file), "SELECT k FROM t")).toEqual(all(file, "SELECT k FROM t"));
});

test("a table is read to its end by a key of numbers and texts that look like them", async () => {
    const file = make(
        "odd.db",
        `CREATE TABLE t (k PRIMARY KEY) WITHOUT ROWID;
        INSERT INTO t SELECT value FROM generate_series(1, 400); INSERT INTO t SELECT CAST(value AS TEXT) FROM generate_series(1, 400)`,
    );
    expect(all(await bringBack(file), "SELECT typeof(k), count(*) FROM t GROUP BY 1")).toEqual([
        ["integer", 400],
        ["text", 400],
    ]);
});

test("a table is read to its end by a key that compares in another way than its column", async () => {
    const file = make(
        "odd.db",
        `CREATE TABLE t (k TEXT COLLATE NOCASE, PRIMARY KEY (k COLLATE BINARY)) WITHOUT ROWID;
        INSERT INTO t SELECT iif(value % 2, 'k', 'K') || (value / 2) FROM generate_series(3, 402)`,
    );
    expect(all(await bringBack(file), "SELECT count(*) FROM t")).toEqual([[400]]);
});

test("a file and a table with line ends in their names are backed up so that they can be restored", async () => {
    const file = make("my\ndb; DROP TABLE x.db", 'CREATE TABLE "a\nb" (a); INSERT INTO "a\nb" VALUES (1)');
    expect(all(await bringBack(file), 'SELECT * FROM "a\nb"')).toEqual([[1]]);
    const folder = makeFolder();
    const url = `file:${encodeURIComponent(file)}`;
    const named = path.join(folder, "one.sql.gz");
    expect((await backupHere({ url, args: [named] }, { table: ["a\nb"] })).code).toBe(0);
    expect((await readManifest(named)).tables.map(({ name }) => name)).toEqual(["a\nb"]);
});

test("a table with as many columns as fit beside its rowid comes back with all kinds of values", async () => {
    const names = Array.from({ length: 1_999 }, (_, at) => `c${at}`);
    const [ints, mixed] = [
        names.map((_, at) => at),
        names.map((_, at) => ["1.5", "X'00ff'", "'a''b'", "NULL"][at % 4]),
    ];
    const large = [`'${"x".repeat(200_000)}'`, ...ints.slice(1)];
    const rows = [ints, mixed, large].map((values) => `INSERT INTO wide VALUES (${values.join(", ")});`);
    const file = make("wide.db", `CREATE TABLE wide (${names.join(", ")}); ${rows.join(" ")}`);
    expect(all(await bringBack(file), "SELECT * FROM wide")).toEqual(all(file, "SELECT * FROM wide"));
});
