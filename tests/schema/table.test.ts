import { expect, test } from "vitest";
import { findRowOrder, readTables, type Table } from "../../src/schema/table.ts";
import { readTableDefinition } from "../../src/sql/create-table.ts";
import { openTestConnection } from "../support/deployed.ts";
import { describeTargets, type Target } from "../support/targets.ts";

/** Tables that their text and SQLite must describe alike. */
const corpus = [
    "CREATE TABLE plain (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'x, (y', b INT DEFAULT -1) STRICT",
    "CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, a DEFAULT (1 + (2)), b DEFAULT CURRENT_TIMESTAMP)",
    'CREATE TABLE pair (a ANY, "b, c" TEXT COLLATE NOCASE, PRIMARY KEY ("b, c" DESC, a), UNIQUE (a)) WITHOUT ROWID, STRICT',
    "CREATE TABLE descending (id INTEGER PRIMARY KEY DESC, rowid TEXT, [check] TEXT CHECK ([check] <> 'a)b'))",
    "CREATE TABLE taken (rowid, oid, _rowid_, key TEXT PRIMARY KEY NOT NULL)",
    "CREATE TABLE keyless (rowid, oid, _rowid_, key TEXT PRIMARY KEY)",
    "CREATE TABLE generated (a INTEGER, b TEXT GENERATED ALWAYS AS (CAST(a AS TEXT)) STORED NOT NULL, c AS (a + 1), d UNIQUE, UNIQUE (a, d))",
    "CREATE TABLE typed (a VARCHAR(20), b UNSIGNED BIG INT, c DECIMAL(10,2) NOT NULL, d 'quoted type', e /* none */)",
    `CREATE TABLE child (
    /* One child. */
    -- The id of it.
    id INTEGER PRIMARY KEY,
    parent INTEGER REFERENCES plain ON DELETE SET NULL ON UPDATE NO ACTION DEFERRABLE INITIALLY DEFERRED,
    a TEXT NOT NULL CONSTRAINT child_a_is_known CHECK (a IN ('x', 'y''z')) REFERENCES "typed" (a),
    b TEXT, c TEXT,
    CONSTRAINT child_pair FOREIGN KEY (b, c) REFERENCES pair ("b, c", a) ON DELETE CASCADE,
    CHECK (b <> c), CONSTRAINT "child: twice" CHECK (length(b) > (1 + 1))
)`,
    "CREATE TABLE lost (a REFERENCES nowhere, b REFERENCES plain)",
    'CREATE TABLE "a ""quoted"" name" ("select" TEXT, `from` TEXT)',
    "CREATE TABLE copied AS SELECT id AS id, a AS b FROM plain",
];

async function read(target: Target, statements: readonly string[]): Promise<Table[]> {
    const database = await target.createDatabase();
    for (const statement of statements) await database.client.execute(statement);
    const connection = await openTestConnection(database);
    return readTables(connection).finally(() => connection.close());
}

const find = (tables: readonly Table[], name: string): Table => {
    const table = tables.find((other) => other.name === name);
    if (!table) throw new Error(`no table ${name}`);
    return table;
};

const sorted = (lists: readonly (readonly string[])[]): string[] => lists.map((list) => list.join(" ")).sort();

describeTargets("the tables of a database", (target) => {
    test("are what their statements say", async () => {
        const tables = await read(target, corpus);
        expect(tables.length).toBe(corpus.length);
        for (const table of tables) {
            const text = readTableDefinition(table.sql);
            expect({ ...table, columns: undefined }, table.name).toMatchObject({
                name: text.name,
                isStrict: text.isStrict,
                isWithoutRowid: text.isWithoutRowid,
                isAutoincrement: text.isAutoincrement,
                isVirtual: false,
                isShadow: false,
                isBookkeeping: false,
            });
            expect(
                text.columns.map(({ name, type, generated, isPrimaryKey, default: value }) => ({
                    ...{ name, type, isGenerated: generated !== undefined },
                    ...{ isPrimaryKey, hasDefault: value.length > 0 },
                })),
                table.name,
            ).toEqual(
                table.columns.map(({ name, type, isGenerated, key, defaultSql }) => ({
                    ...{ name, type, isGenerated, isPrimaryKey: key > 0, hasDefault: defaultSql !== null },
                })),
            );
            const unique = table.indexes.filter(({ isUnique }) => isUnique).length;
            expect(unique + Number(table.rowidColumn !== undefined), table.name).toBe(text.uniques.length);
            expect(
                sorted(table.foreignKeys.map(({ columns, parent, onDelete }) => [...columns, parent, onDelete])),
            ).toEqual(sorted(text.references.map(({ columns, parent, onDelete }) => [...columns, parent, onDelete])));
        }
    });

    test("have their columns, keys and defaults as SQLite has them", async () => {
        const tables = await read(target, corpus);
        const pair = find(tables, "pair");
        expect(pair.columns.map(({ name, key }) => [name, key])).toEqual([
            ["a", 2],
            ["b, c", 1],
        ]);
        const indexes = pair.indexes.map(({ origin, columns }) => [origin, columns]);
        expect(Object.fromEntries(indexes)).toEqual({
            pk: [
                { name: "b, c", collation: "NOCASE" },
                { name: "a", collation: "BINARY" },
            ],
            u: [{ name: "a", collation: "BINARY" }],
        });
        expect(find(tables, "plain").columns.map(({ defaultSql }) => defaultSql)).toEqual([null, "'x, (y'", "-1"]);
        expect(find(tables, "typed").columns.map(({ type }) => type)).toEqual([
            ...["VARCHAR(20)", "UNSIGNED BIG INT", "DECIMAL(10,2)", "QUOTED TYPE", ""],
        ]);
        const { checks, foreignKeys } = find(tables, "child");
        expect(checks.map(({ name, expression }) => [name, expression])).toEqual([
            ["child_a_is_known", "a IN ('x', 'y''z')"],
            [undefined, "b <> c"],
            ["child: twice", "length(b) > (1 + 1)"],
        ]);
        expect(foreignKeys.map(({ parent, parentColumns }) => [parent, ...parentColumns])).toEqual([
            ["plain", "id"],
            ["typed", "a"],
            ["pair", "b, c", "a"],
        ]);
        expect(
            find(tables, "lost")
                .foreignKeys.map(({ parentColumns }) => parentColumns)
                .sort(),
        ).toEqual([[], ["id"]]);
    });

    test("can be read in an order that tells all rows apart, where there is one", async () => {
        const tables = await read(target, corpus);
        const orders = Object.fromEntries(tables.map((table) => [table.name, findRowOrder(table)]));
        const number = { collations: [], isNumber: true };
        expect(orders.plain).toEqual({ ...number, columns: ["id"], isRowid: false });
        // INTEGER PRIMARY KEY DESC is not the rowid, and a column has that name.
        expect(orders.descending).toEqual({ ...number, columns: ["_rowid_"], isRowid: true });
        expect(orders.generated).toEqual({ ...number, columns: ["rowid"], isRowid: true });
        const key = { isNumber: false, isRowid: false };
        expect(orders.pair).toEqual({ ...key, columns: ["b, c", "a"], collations: ["NOCASE", "BINARY"] });
        expect(orders.taken).toEqual({ ...key, columns: ["key"], collations: ["BINARY"] });
        expect(orders.keyless).toEqual({ ...key, columns: [], collations: [] });
    });

    test("tell virtual tables, what those and vector indexes keep, bookkeeping, indexes and triggers", async () => {
        const tables = await read(target, [
            "CREATE TABLE notes (/* Bookkeeping: one note. */ id INTEGER PRIMARY KEY, body TEXT, vector F32_BLOB(2))",
            "CREATE VIRTUAL TABLE search USING fts5 (body, content = 'notes', content_rowid = 'id')",
            "CREATE TABLE search_stat (id INTEGER PRIMARY KEY)",
            "CREATE INDEX by_vector ON notes (libsql_vector_idx(vector))",
            "CREATE UNIQUE INDEX some_bodies ON notes (body COLLATE NOCASE, lower(body)) WHERE id > 1",
            "CREATE TRIGGER noted AFTER INSERT ON Notes BEGIN SELECT 1; END",
            "CREATE TABLE schemaversion (version BIGINT PRIMARY KEY, name TEXT, md5 TEXT, run_at TEXT)",
        ]);
        const kept = tables.filter(({ isShadow }) => isShadow).map(({ name }) => name);
        expect(kept).toEqual(expect.arrayContaining(["search_data", "search_idx", "search_docsize", "search_config"]));
        expect(kept.filter((name) => name.startsWith("by_vector") || name.startsWith("libsql_"))).toHaveLength(2);
        // Not one of the full-text index, although another kind of it would have one of that name.
        expect(kept).not.toContain("search_stat");
        const notes = find(tables, "notes");
        expect(notes).toMatchObject({ isBookkeeping: true, rowidColumn: "id", rowid: "rowid" });
        expect(notes.triggers.map(({ name }) => name)).toEqual(["noted"]);
        expect(notes.indexes.find(({ name }) => name === "some_bodies")).toMatchObject({
            origin: "c",
            isUnique: true,
            isPartial: true,
            columns: [
                { name: "body", collation: "NOCASE" },
                { name: undefined, collation: "BINARY" },
            ],
            sql: expect.stringMatching(/^CREATE UNIQUE INDEX some_bodies/),
        });
        expect(find(tables, "search")).toMatchObject({ isVirtual: true, isShadow: false });
        expect(find(tables, "search").columns.map(({ name }) => name)).toEqual(["body"]);
        expect(find(tables, "schemaversion").isBookkeeping).toBe(true);
        expect(tables.some(({ name }) => /^sqlite_/.test(name))).toBe(false);
    });
});
