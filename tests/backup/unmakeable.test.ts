import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { createClient } from "@libsql/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findUnmakeable } from "../../src/schema/unmakeable.ts";
import { readRows, readValue } from "../support/contents.ts";
import { leave } from "../support/foreign.ts";
import { makeFolder } from "../support/project.ts";
import { backupHere, restoreHere } from "./running.ts";

const foreign = leave(
    [
        "CREATE TABLE states (id INTEGER PRIMARY KEY, state TEXT CHECK (state IN ('on', 'off')), made TEXT AS (state || 'tail'));",
        "INSERT INTO states (state) VALUES ('on'), ('off'), (NULL);",
        "CREATE INDEX idx_states ON states (state) WHERE state <> 'off';",
        "CREATE INDEX idx_lower ON states (lower(state));",
        "CREATE TABLE names (name TEXT COLLATE nocase CHECK (lower(name) <> 'x'), low TEXT AS (lower(name)) STORED);",
        "INSERT INTO names (name) VALUES ('ä'), ('b');",
        "CREATE TABLE keyed (name TEXT PRIMARY KEY COLLATE nocase, any COLLATE nocase);",
        "INSERT INTO keyed VALUES ('a', -9e999), ('b', 0.1), ('c', printf('%.*c', 300000, 'x')), ('d', 9e999);",
        "CREATE VIEW v_states AS SELECT id FROM states WHERE state = 'on';",
    ].join("\n"),
    ["'on'", '"on"'],
    ["'off'", '"off"'],
    ["'tail'", '"tail"'],
    ["nocase", "german"],
    ["lower(", "app_lower("],
);

const says = [
    "libSQL can use the table 'states', but not create it again (no such column: on): a restored backup has it with 'on' in single quotes and with 'off' in single quotes and with 'tail' in single quotes",
    "libSQL can use the table 'names', but not create it again (no such collation sequence: german): a restored backup has it without COLLATE german and without what calls app_lower()",
    "libSQL can use the index 'idx_states', but not create it again (no such column: off): a restored backup has it with 'off' in single quotes",
    "libSQL can use the index 'idx_lower', but not create it again (no such function: app_lower): a restored backup lacks it",
];

describe("a backup of a schema that libSQL reads and does not create", () => {
    let folder: string;
    let url: string;
    const clients: ReturnType<typeof createClient>[] = [];
    const open = (address: string) => {
        const client = createClient({ url: address });
        clients.push(client);
        return client;
    };
    beforeEach(() => {
        folder = makeFolder();
        url = `file:${path.join(folder, "source.db")}`;
    });
    afterEach(() => {
        for (const client of clients.splice(0)) client.close();
    });

    test("names a table without rowids that is ordered by a collation of another program, and backs up the others", async () => {
        await open(url).executeMultiple(
            leave(
                "CREATE TABLE w (k TEXT COLLATE nocase PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES ('a'); CREATE TABLE other (v); INSERT INTO other VALUES (1);",
                ["nocase", "german"],
            ),
        );
        const file = path.join(folder, "a.sql.gz");
        const { code, error } = await backupHere({ url, args: [file] });
        expect([code, error?.message, error?.outcome]).toEqual([
            1,
            `${url} uses a collation of another program, which libSQL does not have (the rows of 'w' are ordered by it: no such collation sequence: german)`,
            "No backup was written.",
        ]);
        expect(error?.hint).toContain("`pnpm db:backup --table <name...>` backs up other tables");
        expect(existsSync(file)).toBe(false);
        expect((await backupHere({ url, args: [file] }, { table: ["other"] })).code).toBe(0);
    });

    test("is refused where the texts are not UTF-8, with the way to convert the file", async () => {
        await open(url).executeMultiple(
            "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (v); INSERT INTO t VALUES ('é');",
        );
        const { code, stderr } = await backupHere({ url, args: [folder] });
        expect(code).toBe(1);
        expect(stderr).toContain("the texts of this database are in UTF-16le, and only UTF-8 can be backed up");
        expect(stderr).toContain("sqlite3 <this file> .dump | sqlite3 <new file>");
        expect(readdirSync(folder).filter((name) => name.endsWith(".gz"))).toEqual([]);
    });

    test("names each object, and is restored with every row and verified", async () => {
        const source = open(url);
        await source.executeMultiple(foreign);
        const file = path.join(folder, "a.sql.gz");
        const taken = await backupHere({ url, args: [file] });
        expect([taken.code, taken.error]).toEqual([0, undefined]);
        for (const line of says) expect(taken.stderr).toContain(`warning: ${line}\n`);

        const copy = `file:${path.join(folder, "copy.db")}`;
        const restored = await restoreHere({ url: copy, args: [file] });
        expect([restored.code, restored.error]).toEqual([0, undefined]);
        for (const line of says) expect(restored.stderr).toContain(`warning: ${line}\n`);
        const client = open(copy);
        for (const sql of [
            "SELECT id, state, made FROM states ORDER BY id",
            "SELECT rowid, name FROM names",
            "SELECT any FROM keyed ORDER BY rowid",
        ]) {
            expect(await readRows(client, sql)).toEqual(await readRows(source, sql));
        }
        expect(await readRows(client, "SELECT type, name FROM sqlite_schema ORDER BY type, name")).toEqual([
            { type: "index", name: "idx_states" },
            { type: "index", name: "sqlite_autoindex_keyed_1" },
            { type: "table", name: "keyed" },
            { type: "table", name: "names" },
            { type: "table", name: "states" },
            { type: "view", name: "v_states" },
        ]);
        await expect(client.execute("INSERT INTO states (state) VALUES ('other')")).rejects.toThrow("CHECK");
        // What was restored can be created again.
        expect(
            await findUnmakeable(
                (await client.execute('SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema')).rows as never,
            ),
        ).toEqual([]);

        const verified = await restoreHere({ args: [file] }, { verify: true });
        expect([verified.code, verified.error]).toEqual([0, undefined]);
        // Only rows, into what is there.
        await client.execute("DELETE FROM states");
        const refilled = await restoreHere(
            { url: copy, args: [file] },
            { table: ["states"], replace: true, yes: true },
        );
        expect([refilled.code, refilled.error]).toEqual([0, undefined]);
        expect(await readValue(client, "SELECT count(*) FROM states")).toBe(3);
    });
});

test.each([
    [
        "CREATE TABLE t (a TEXT CONSTRAINT z CHECK (f(a)) NOT NULL, CHECK (a <> ''), CONSTRAINT y CHECK (f(a) = 1)) STRICT",
        "CREATE TABLE t (a TEXT  NOT NULL, CHECK (a <> '')) STRICT",
    ],
    ["CREATE TABLE t (b TEXT AS (f(a)), a TEXT)", "CREATE TABLE t ( a TEXT)"],
    // Only what names no column was a text.
    [`CREATE TABLE t (a TEXT, b AS (f(a)), CHECK ("b" <> "q"))`, "CREATE TABLE t (a TEXT)"],
    [
        `CREATE TABLE t (a TEXT, CONSTRAINT "on" CHECK (a <> "o'n"))`,
        `CREATE TABLE t (a TEXT, CONSTRAINT "on" CHECK (a <> 'o''n'))`,
    ],
    [
        "CREATE TABLE t (a TEXT PRIMARY KEY COLLATE x, b TEXT COLLATE NOCASE)",
        "CREATE TABLE t (a TEXT PRIMARY KEY , b TEXT COLLATE NOCASE)",
    ],
    ["CREATE VIRTUAL TABLE t USING unknown (a)", undefined],
])("is created as it can be: %s", async (sql, expected) => {
    const found = await findUnmakeable([{ type: "table", name: "t", table: "t", sql }]);
    expect(found.map((object) => object.sql)).toEqual([expected]);
});
