import path from "node:path";
import fc from "fast-check";
import Database from "libsql";
import { expect } from "vitest";
import { makeFolder } from "../support/project.ts";
import type { Target } from "../support/targets.ts";
import { readManifest, restoreHere, takeBackup } from "./running.ts";

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const hex = (bytes: Uint8Array): string => `X'${Buffer.from(bytes).toString("hex")}'`;

/** A value as SQL that every version reads alike. */
const values: fc.Arbitrary<string> = fc.oneof(
    { weight: 2, arbitrary: fc.constant("NULL") },
    { weight: 4, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
    { weight: 4, arbitrary: fc.integer({ min: -3, max: 40 }).map(String) },
    {
        weight: 4,
        arbitrary: fc
            .double({ noNaN: true })
            .map((value) =>
                Number.isFinite(value) ? `${value}`.replace(/^(-?\d+)$/, "$1.0") : value > 0 ? "9e999" : "-9e999",
            ),
    },
    {
        weight: 3,
        arbitrary: fc.constantFrom(..."1.0|-0.0|0.0 * -1|'1'|'1.0'|'9e999'|''|X''|' '|'a'|'A'|'a '".split("|")),
    },
    {
        weight: 4,
        arbitrary: fc
            .string({ unit: "binary", maxLength: 12 })
            .map((text) => `CAST(${hex(Buffer.from(text))} AS TEXT)`),
    },
    { weight: 2, arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => `CAST(${hex(bytes)} AS TEXT)`) },
    { weight: 3, arbitrary: fc.uint8Array({ maxLength: 12 }).map(hex) },
    {
        weight: 1,
        arbitrary: fc.integer({ min: 149_990, max: 150_010 }).map((length) => `printf('%.*c', ${length}, 'é')`),
    },
);

const rowids = ["rowid", "oid", "_rowid_"];
const names = fc.oneof(
    fc.constantFrom(...rowids, "a", "select", "x'y", 'q"r', "a b", ") VALUES\n(", "; --", "ü", "%s", "a\nb"),
    fc.string({ minLength: 1, maxLength: 6 }).filter((name) => !name.includes("\0")),
);
const types = fc.constantFrom(..."INTEGER|INT|TEXT|REAL|BLOB|NUMERIC|VARCHAR(9)|FLOATING POINT|ANY|".split("|"));
const collations = fc.constantFrom("", " COLLATE NOCASE", " COLLATE RTRIM", " COLLATE BINARY");

const tables = fc.record({
    name: names,
    columns: fc
        .uniqueArray(fc.record({ name: names, type: types, collation: collations }), {
            minLength: 1,
            maxLength: 6,
            selector: ({ name }) => name.toLowerCase(),
        })
        .filter((columns) => !rowids.every((alias) => columns.some(({ name }) => name.toLowerCase() === alias))),
    keys: fc.array(collations, { maxLength: 3 }),
    isWithoutRowid: fc.boolean(),
    isNumbered: fc.boolean(),
    rows: fc.array(fc.array(values, { minLength: 6, maxLength: 6 }), { maxLength: 120 }),
});

type Table = typeof tables extends fc.Arbitrary<infer T> ? T : never;

/** Makes a table of random columns and rows; rows that its keys refuse are left out. */
function renderTable({ name, columns, keys, isWithoutRowid, isNumbered, rows }: Table): string[] {
    const key = columns.slice(0, keys.length).map((column, at) => `${quote(column.name)}${keys[at]}`);
    const without = isWithoutRowid && key.length > 0;
    const definitions = columns.map(({ name: column, type, collation }, at) => {
        const isAlias = isNumbered && keys.length === 0 && at === 0;
        return `${quote(column)} ${isAlias ? "INTEGER PRIMARY KEY AUTOINCREMENT" : type}${collation}`;
    });
    const primary = key.length > 0 ? [`PRIMARY KEY (${key.join(", ")})`] : [];
    const target = `INSERT OR IGNORE INTO ${quote(name)} (${columns.map((column) => quote(column.name)).join(", ")}) VALUES`;
    return [
        `CREATE TABLE ${quote(name)} (${[...definitions, ...primary].join(", ")})${without ? " WITHOUT ROWID" : ""}`,
        ...rows.map((row) => `${target} (${columns.map((_, at) => row[at]).join(", ")})`),
    ];
}

/** Every value of a file, by its type and bytes. */
function dump(file: string): Record<string, unknown> {
    const database = new Database(file);
    const all = (sql: string): unknown[][] => database.prepare(sql).raw().safeIntegers().all() as unknown[][];
    const found = all(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_schema' ORDER BY name",
    );
    const contents = found.map(([name, without]) => {
        const columns = all(`SELECT name FROM pragma_table_xinfo('${String(name).replaceAll("'", "''")}')`).map(
            ([column]) => String(column),
        );
        const rowid =
            without || name === "sqlite_sequence"
                ? undefined
                : rowids.find((alias) => !columns.some((column) => column.toLowerCase() === alias));
        const read = columns.flatMap((column) => [
            `typeof(${quote(column)})`,
            `iif(typeof(${quote(column)}) = 'real', ${quote(column)}, hex(CAST(${quote(column)} AS BLOB)))`,
        ]);
        const rows = all(`SELECT ${[...(rowid ? [rowid] : []), ...read].join(", ")} FROM ${quote(String(name))}`);
        const lines = rows.map((row) => row.map((value) => (Object.is(value, -0) ? "-0" : String(value))).join("|"));
        return [String(name), lines.sort()];
    });
    database.close();
    return Object.fromEntries(contents);
}

function makeFile(made: readonly Table[]): string {
    const file = path.join(makeFolder(), "first.db");
    const database = new Database(file);
    for (const sql of made.flatMap(renderTable)) {
        try {
            database.exec(sql);
        } catch (error) {
            // A name that is taken, or a value that a key does not take.
            if (!/datatype mismatch|reserved|NOT NULL|no such/.test(String(error))) throw new Error(`${sql}: ${error}`);
        }
    }
    database.close();
    return file;
}

/**
 * Backs up random databases, restores them into this kind of database, and from there into a file; compares all.
 *
 * @param seed gives the same databases each time; others each time where it is not given
 */
export async function bringBackAny(target: Target, runs: number, seed?: number): Promise<void> {
    const databases = fc.uniqueArray(tables, {
        minLength: 1,
        maxLength: 3,
        selector: ({ name }) => name.toLowerCase(),
    });
    const bringBack = async (made: readonly Table[]): Promise<void> => {
        const [first, last] = [makeFile(made), path.join(makeFolder(), "last.db")];
        const backup = await takeBackup(`file:${first}`);
        const between = await target.createDatabase();
        const ran = await restoreHere({ url: between.url, args: [backup] });
        expect([ran.stderr, ran.code]).toEqual(["", 0]);
        const second = await takeBackup(between.url);
        expect((await readManifest(second)).tables).toEqual((await readManifest(backup)).tables);
        const back = await restoreHere({ url: `file:${last}`, args: [second] });
        expect([back.stderr, back.code]).toEqual(["", 0]);
        expect(dump(last)).toEqual(dump(first));
        await between.close();
    };
    await fc.assert(fc.asyncProperty(databases, bringBack), { numRuns: runs, ...(seed === undefined ? {} : { seed }) });
}
