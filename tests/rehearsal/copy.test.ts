import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import nodePath from "node:path";
import { pathToFileURL } from "node:url";
import { type Client, createClient } from "@libsql/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openFile } from "../../src/database/file/connection.ts";
import { type CopyReport, copyDatabase } from "../../src/rehearsal/copy.ts";
import { readHealth } from "../../src/rehearsal/inspect.ts";
import { openTestConnection } from "../support/deployed.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const odd = [
    "CREATE TABLE every (a, b ANY, c TEXT, d REAL, e BLOB) STRICT;".replace("(a,", "(a ANY,"),
    "INSERT INTO every VALUES (1, 1.0, 'it''s ü 🎉', 1, x'00ff'), (9007199254740993, -9223372036854775808, '', 0.1, x''),",
    "    (NULL, '1', NULL, 1e300, NULL), (-9e999, NULL, NULL, -9e999, NULL), ('text', x'61', 'line\nline', -0.5, zeroblob(3));",
    "DELETE FROM every WHERE rowid = 2;",
    'CREATE TABLE "odd ""name" (rowid TEXT, "select" INTEGER, made AS ("select" * 2) STORED, CHECK ("select" < 10));',
    "INSERT INTO \"odd \"\"name\" VALUES ('not the rowid', 3), ('neither', NULL);",
    "CREATE TABLE pairs (a TEXT, b INTEGER, n, PRIMARY KEY (a, b)) WITHOUT ROWID;",
    "INSERT INTO pairs SELECT char(97 + value % 3), value, NULL FROM generate_series(1, 500);",
    "CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT);",
    "INSERT INTO counted (x) SELECT 'x' FROM generate_series(1, 300);",
    "DELETE FROM counted WHERE id > 290;",
    "CREATE INDEX odd_part ON counted (upper(x)) WHERE id > 10;",
    "CREATE TABLE log (what TEXT);",
    "CREATE TRIGGER watch AFTER INSERT ON counted BEGIN INSERT INTO log VALUES ('never while copying'); END;",
    "CREATE VIEW v AS SELECT x FROM counted;",
    "CREATE VIRTUAL TABLE words USING fts5 (body);",
    "INSERT INTO words VALUES ('the quick fox'), ('the slow fox');",
    "CREATE TABLE points (id INTEGER PRIMARY KEY, at F32_BLOB(3));",
    "INSERT INTO points VALUES (1, vector32('[1,2,3]')), (2, vector32('[3,2,1]'));",
    "CREATE INDEX near ON points (libsql_vector_idx(at));",
].join("\n");

const family = [
    "CREATE TABLE people (id INTEGER PRIMARY KEY, boss INTEGER REFERENCES people, name TEXT);",
    "INSERT INTO people SELECT value, CASE WHEN value > 1 THEN 501 - value / 2 END, 'n' FROM generate_series(1, 500);",
    "CREATE TABLE cities (code TEXT, land TEXT, PRIMARY KEY (code, land));",
    "INSERT INTO cities SELECT 'c' || value, 'l' FROM generate_series(1, 500);",
    "CREATE TABLE homes (id INTEGER PRIMARY KEY, code TEXT, land TEXT, owner INTEGER REFERENCES people (id),",
    "    FOREIGN KEY (code, land) REFERENCES cities);",
    "INSERT INTO homes SELECT value, 'c' || (1 + value * 7 % 500), 'l', 1 + value * 13 % 500 FROM generate_series(1, 1000);",
    "CREATE TABLE schemaversion (version INTEGER PRIMARY KEY) STRICT;",
    "INSERT INTO schemaversion SELECT value FROM generate_series(1, 30);",
    "CREATE TABLE log (what TEXT);",
    "CREATE TRIGGER watch BEFORE DELETE ON homes BEGIN INSERT INTO log VALUES (OLD.id); END;",
].join("\n");

describeTargets("a copy", (target) => {
    let database: TestDatabase;
    let folder: string;
    let copy: Client;

    beforeEach(async () => {
        database = await target.createDatabase();
        folder = mkdtempSync(nodePath.join(tmpdir(), "copy-test-"));
    });
    afterEach(async () => {
        copy?.close();
        await database.close();
        rmSync(folder, { recursive: true, force: true });
    });

    async function make(sample?: number): Promise<CopyReport> {
        const path = nodePath.join(folder, "copy.db");
        const connection = await openTestConnection(database);
        connection.close();
        const report = await copyDatabase(connection.target, path, { sample });
        copy = createClient({ url: pathToFileURL(path).href });
        return report;
    }

    async function ask(client: Client, sql: string): Promise<unknown[]> {
        return (await client.execute(sql)).rows.map((row) => Array.from(row));
    }

    async function expectEqual(sql: string): Promise<void> {
        expect(await ask(copy, sql)).toEqual(await ask(database.client, sql));
    }

    test("holds every value, row, key and object as the database does", async () => {
        await database.client.executeMultiple(odd);
        const before = await ask(database.client, "SELECT * FROM counted ORDER BY id");
        const { rows, tables, notes, views } = await make();
        expect([tables, views, notes]).toEqual([6, 1, []]);
        expect(rows).toBeGreaterThanOrEqual(3 + 2 + 500 + 290);
        await expectEqual("SELECT rowid, quote(a), quote(b), quote(c), quote(d), typeof(d), quote(e) FROM every");
        await expectEqual('SELECT _rowid_, * FROM "odd ""name"');
        await expectEqual("SELECT * FROM pairs");
        await expectEqual("SELECT * FROM counted ORDER BY id");
        await expectEqual("SELECT * FROM log");
        await expectEqual("SELECT * FROM sqlite_sequence");
        await expectEqual("SELECT id FROM vector_top_k('near', vector32('[3,2,0]'), 1)");
        await expectEqual("SELECT rowid, body FROM words WHERE words MATCH 'quick'");
        await expectEqual(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE '%shadow%' ORDER BY type, name",
        );
        const path = nodePath.join(folder, "copy.db");
        const connection = openFile({ kind: "file", path, label: path, local: true });
        const transaction = await connection.begin("write");
        expect(await readHealth(transaction)).toEqual({ integrity: new Map(), broken: new Map() });
        await transaction.close();
        connection.close();
        expect(await ask(database.client, "SELECT * FROM counted ORDER BY id")).toEqual(before);
    });

    test("holds rows that break a rule of their table, or says how many it could not take", async () => {
        await database.client.executeMultiple(
            "CREATE TABLE strict (n INTEGER, t TEXT) STRICT;\nINSERT INTO strict VALUES (1, 'a'), (NULL, 'b'), (3, 'c');\n" +
                "ALTER TABLE strict ALTER COLUMN t TO t TEXT CHECK (t <> 'a');\n" +
                "ALTER TABLE strict ALTER COLUMN n TO n INTEGER NOT NULL;",
        );
        const { notes } = await make();
        const isFile = target.name === "file:";
        expect(await ask(copy, "SELECT n, t FROM strict")).toEqual(
            isFile
                ? [
                      [1, "a"],
                      [null, "b"],
                      [3, "c"],
                  ]
                : [
                      [1, "a"],
                      [3, "c"],
                  ],
        );
        const refused = "1 row of 'strict' was not copied: it breaks a NOT NULL or the type of a column.";
        expect(notes).toEqual(isFile ? [] : [refused]);
    });

    test("has SQLite's table of sequences also where the last table with AUTOINCREMENT is gone", async () => {
        await database.client.executeMultiple(
            "CREATE TABLE gone (id INTEGER PRIMARY KEY AUTOINCREMENT);\nINSERT INTO gone DEFAULT VALUES;\nDROP TABLE gone;\n" +
                "CREATE TABLE stays (id INTEGER PRIMARY KEY);\nINSERT INTO sqlite_sequence VALUES ('gone', 7);",
        );
        for (const sample of [undefined, 5]) {
            rmSync(nodePath.join(folder, "copy.db"), { force: true });
            expect((await make(sample)).notes).toEqual([]);
            // VACUUM INTO leaves an unused one out, and the plan of a rehearsal follows the copy.
            if (target.name !== "file:") {
                await expectEqual("SELECT name, sql FROM sqlite_schema ORDER BY name");
                await expectEqual("SELECT * FROM sqlite_sequence");
            }
            copy.close();
        }
    });

    test("takes large rows in smaller answers than a server refuses", async () => {
        await database.client.executeMultiple(
            "CREATE TABLE large (id INTEGER PRIMARY KEY, body TEXT);\n" +
                "INSERT INTO large SELECT value, printf('%.*c', 3000000, 'x') FROM generate_series(1, 9);",
        );
        expect((await make()).rows).toBe(9);
        await expectEqual("SELECT count(*), sum(length(body)), min(id), max(id) FROM large");
    });

    test("holds a text that is not UTF-8 byte by byte, also where rows point by it", async () => {
        await database.client.executeMultiple(
            "CREATE TABLE words (word TEXT PRIMARY KEY);\nCREATE TABLE uses (id INTEGER PRIMARY KEY, word TEXT REFERENCES words, n REAL) STRICT;\n" +
                "INSERT INTO words VALUES ('a'), (CAST(x'ff61' AS TEXT)), ('ü'), (CAST(x'61eda080' AS TEXT)), ('z');\n" +
                "INSERT INTO uses (word, n) SELECT word, rowid FROM words;",
        );
        expect((await make()).rows).toBe(10);
        await expectEqual("SELECT rowid, typeof(word), hex(word) FROM words");
        await expectEqual("SELECT id, typeof(word), hex(word), n FROM uses");
        expect(await ask(copy, "PRAGMA foreign_key_check")).toEqual([]);
    });

    test("holds a key that is not UTF-8", async () => {
        await database.client.executeMultiple(
            "CREATE TABLE words (word TEXT PRIMARY KEY) WITHOUT ROWID;\nINSERT INTO words VALUES (CAST(x'ff61' AS TEXT));",
        );
        expect((await make()).rows).toBe(1);
        await expectEqual("SELECT typeof(word), hex(word) FROM words");
        expect(await ask(copy, "SELECT hex(word) FROM words")).toEqual([["FF61"]]);
    });

    test("holds a table of nothing but blobs, and one whose key is NULL again and again", async () => {
        await database.client.executeMultiple(
            "CREATE TABLE blobs (a BLOB PRIMARY KEY) WITHOUT ROWID;\nINSERT INTO blobs SELECT randomblob(8) FROM generate_series(1, 300);\n" +
                "CREATE TABLE nulls (a INTEGER PRIMARY KEY DESC, b);\nINSERT INTO nulls SELECT NULL, value FROM generate_series(1, 300);",
        );
        expect((await make()).rows).toBe(600);
        await expectEqual("SELECT hex(a) FROM blobs");
        await expectEqual("SELECT rowid, a, b FROM nulls");
    });

    test("takes a sample beside a table without a key, which it leaves out or keeps whole", async () => {
        await database.client.executeMultiple(
            "CREATE TABLE odd (rowid INTEGER, oid INTEGER, _rowid_ INTEGER UNIQUE);\nINSERT INTO odd VALUES (1, 2, 3), (4, 5, 6), (7, 8, 9);\n" +
                "CREATE TABLE uses (id INTEGER PRIMARY KEY, r INTEGER REFERENCES odd (_rowid_));\nINSERT INTO uses VALUES (1, 3), (2, 6);",
        );
        const { notes } = await make(1);
        expect([await ask(copy, "SELECT count(*) FROM odd"), notes]).toEqual(
            target.name === "file:"
                ? [[[3]], ["Not sampled, but whole: odd."]]
                : [[[0]], ["The rows of 'odd' were not copied: they have no key to read them by."]],
        );
    });

    test("follows a chain of rows in one request, not in one for each link", async () => {
        await database.client.executeMultiple(
            "CREATE TABLE edits (id INTEGER PRIMARY KEY, part TEXT, before INTEGER, UNIQUE (id, part),\n" +
                "    FOREIGN KEY (before, part) REFERENCES edits (id, part));\n" +
                "INSERT INTO edits SELECT value, 'p' || value % 2, iif(value > 2, value - 2, NULL) FROM generate_series(1, 3000);",
        );
        const { rows, requests } = await make(2);
        expect([rows, requests < 10]).toEqual([1501, true]);
        expect(await ask(copy, "PRAGMA foreign_key_check")).toEqual([]);
    });

    test("takes a sample from both ends of each table, with every row that it points to", async () => {
        await database.client.executeMultiple(family);
        const { rows, notes } = await make(20);
        expect(await ask(copy, "PRAGMA foreign_key_check")).toEqual([]);
        expect(await ask(copy, "PRAGMA integrity_check")).toEqual([["ok"]]);
        expect(await ask(copy, "SELECT count(*), min(id), max(id) FROM homes")).toEqual([[20, 1, 1000]]);
        const [[people, cities] = []] = (await ask(
            copy,
            "SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM cities)",
        )) as [number, number][];
        expect([people, cities].map((count) => count !== undefined && count >= 20 && count < 500)).toEqual([
            true,
            true,
        ]);
        expect(await ask(copy, "SELECT count(*) FROM schemaversion UNION ALL SELECT count(*) FROM log")).toEqual([
            [30],
            [0],
        ]);
        expect(notes).toEqual(["Not sampled, but whole: schemaversion."]);
        expect(rows).toBe(20 + (people ?? 0) + (cities ?? 0) + 30);
    });
});
