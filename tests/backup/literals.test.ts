import { spawnSync } from "node:child_process";
import path from "node:path";
import fc from "fast-check";
import Database from "libsql";
import { expect, test } from "vitest";
import { renderReal } from "../../src/backup/literals.ts";
import { splitRows } from "../../src/backup/restore/row-check.ts";
import { makeFolder } from "../support/project.ts";

/** Together: one database for all of them. */
const numbers = fc.sample(
    fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
        fc.integer().map((whole) => whole / 100),
    ),
    6_000,
);
const odd = [
    0,
    -0,
    1,
    -1,
    0.1,
    0.1 + 0.2,
    5e-324,
    -5e-324,
    2.2250738585072014e-308,
    Number.MAX_VALUE,
    2 ** 53,
    1e21,
    1e22,
    1e-7,
];
const all = [...numbers, ...odd];

const create = "CREATE TABLE numbers (id INTEGER PRIMARY KEY, value ANY) STRICT;";
const inserts: string[] = [];
for (let from = 0; from < all.length; from += 500) {
    const rows = all.slice(from, from + 500).map((value, at) => `(${from + at}, ${renderReal(value)})`);
    inserts.push(`INSERT INTO numbers VALUES ${rows.join(", ")};`);
}

function findWrong(database: Database.Database): number[] {
    const sql = "SELECT value, typeof(value) FROM numbers ORDER BY id";
    const read = database.prepare(sql).raw().all() as [number, string][];
    database.close();
    return all.filter((value, at) => !Object.is(read[at]?.[0], value) || read[at]?.[1] !== "real");
}

test("a number is written so that it is read back bit by bit", () => {
    const database = new Database(":memory:");
    for (const sql of [create, ...inserts]) database.exec(sql);
    expect(findWrong(database)).toEqual([]);
});

test("a number is taken by the check of a restore", () => {
    for (let from = 0; from < all.length; from += 500) {
        const literals = all.slice(from, from + 500).map((value) => Buffer.from(renderReal(value)));
        const rows = literals.map((row) => row.length);
        const sql = Buffer.from(`INSERT INTO "t" ("v") VALUES\n${literals.map((row) => `(${row})`).join(",\n")};`);
        expect([...splitRows({ bytes: sql.length, does: "rows", table: "t", rows }, sql)]).toEqual(literals);
    }
});

test.skipIf(spawnSync("sqlite3", ["--version"]).status !== 0)("so it is by a stock sqlite3", () => {
    const file = path.join(makeFolder(), "numbers.db");
    const { status, stderr } = spawnSync("sqlite3", ["-bail", file], {
        input: [create, ...inserts].join("\n"),
        encoding: "utf8",
    });
    expect([stderr, status]).toEqual(["", 0]);
    expect(findWrong(new Database(file))).toEqual([]);
});
