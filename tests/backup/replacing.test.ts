import { readdirSync } from "node:fs";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import type { Ran } from "../support/here.ts";
import { makeFolder } from "../support/project.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { backupHere, readManifest, readScript, restoreHere, takeBackup } from "./running.ts";

const shop = `
    CREATE TABLE makers (id TEXT PRIMARY KEY, name TEXT) STRICT;
    CREATE TABLE goods (id INTEGER PRIMARY KEY AUTOINCREMENT, maker TEXT NOT NULL REFERENCES makers (id), name TEXT NOT NULL) STRICT;
    CREATE TABLE log (what TEXT);
    CREATE INDEX goods_by_maker ON goods (maker);
    CREATE VIEW names AS SELECT name FROM goods;
    CREATE VIRTUAL TABLE search USING fts5(name, content='goods', content_rowid='id');
    CREATE TRIGGER goods_added AFTER INSERT ON goods BEGIN
        INSERT INTO log VALUES ('added ' || new.id);
        INSERT INTO search (rowid, name) VALUES (new.id, new.name);
    END;
    CREATE TRIGGER goods_gone AFTER DELETE ON goods BEGIN
        INSERT INTO log VALUES ('gone ' || old.id);
        INSERT INTO search (search, rowid, name) VALUES ('delete', old.id, old.name);
    END;
    INSERT INTO makers VALUES ('a', 'Ann'), ('b', 'Bob');
    INSERT INTO goods (maker, name) VALUES ('a', 'apple'), ('a', 'pear'), ('b', 'plum');
    DELETE FROM log;`;

describeTargets("db:restore", (target) => {
    let made: TestDatabase;
    let database: TestDatabase;
    let whole: string;

    beforeAll(async () => {
        made = await target.createDatabase();
        await made.client.executeMultiple(shop);
        whole = await takeBackup(made.url);
    });

    beforeEach(async () => {
        database = await target.createCopy(made);
        return () => database.close();
    });

    const run = (options: Parameters<typeof restoreHere>[1], file = whole): Promise<Ran> =>
        restoreHere({ url: database.url, args: [file] }, options);

    async function expectRefused(ran: Promise<Ran>, code: number, message: RegExp, before: string): Promise<void> {
        const { code: ended, error } = await ran;
        expect([ended, error?.message]).toEqual([code, expect.stringMatching(message)]);
        expect(error?.outcome).toBe("Nothing was restored. The database is as it was.");
        expect(await hashContents(database.client)).toBe(before);
    }

    test("refuses a database that is not empty, and names what it holds", async () => {
        const before = await hashContents(database.client);
        await expectRefused(
            run({ yes: true }),
            1,
            /^the database is not empty: it holds the tables makers, goods, log, /,
            before,
        );
        await expectRefused(run({ yes: true, table: ["goods"] }), 1, /^the database is not empty: /, before);
    });

    test("replaces everything with --replace, after a yes", async () => {
        await database.client.executeMultiple(
            "DROP TRIGGER goods_added; DELETE FROM goods; CREATE TABLE other (a); CREATE VIEW v AS SELECT * FROM other",
        );
        const before = await hashContents(database.client);
        const unasked = await run({ replace: true });
        expect([unasked.code, unasked.error?.message]).toEqual([
            2,
            expect.stringMatching(/is not empty, and there is no terminal/),
        ]);
        expect(await hashContents(database.client)).toBe(before);
        const { code, stdout } = await run({ replace: true, yes: true });
        expect([code, stdout]).toEqual([0, expect.stringMatching(/\nDrops: {4}\d+ objects: .*other/)]);
        const [one, other] = [await readManifest(whole), await readManifest(await takeBackup(database.url))];
        expect([other.tables, other.objects]).toEqual([one.tables, one.objects]);
    });

    test("replaces the rows of one table alone, without what its triggers do, and keeps the full-text index right", async () => {
        await database.client.executeMultiple(
            "DELETE FROM goods WHERE id = 1; UPDATE makers SET name = 'Anna'; INSERT INTO goods (maker, name) VALUES ('b', 'fig'); DELETE FROM log",
        );
        const objects = await readRows(database.client, "SELECT type, name, sql FROM sqlite_schema ORDER BY name");
        const { code, stdout, stderr } = await run({ replace: true, yes: true, table: ["goods"] });
        expect([stderr, code]).toEqual(["", 0]);
        expect(stdout).toContain("\nReplaces: the rows of 'goods'\n");
        expect(stdout).toContain("\nRestored 3 rows of 1 table, ");
        expect(await readRows(database.client, "SELECT id, name FROM goods ORDER BY id")).toEqual([
            { id: 1, name: "apple" },
            { id: 2, name: "pear" },
            { id: 3, name: "plum" },
        ]);
        expect(await readValue(database.client, "SELECT count(*) FROM log")).toBe(0);
        expect(await readValue(database.client, "SELECT name FROM makers WHERE id = 'a'")).toBe("Anna");
        expect(await readRows(database.client, "SELECT type, name, sql FROM sqlite_schema ORDER BY name")).toEqual(
            objects,
        );
        expect(await readRows(database.client, "SELECT rowid FROM search WHERE search MATCH 'apple'")).toEqual([
            { rowid: 1 },
        ]);
        expect(await readRows(database.client, "SELECT rowid FROM search WHERE search MATCH 'fig'")).toEqual([]);
        // An id that was given once is not given again.
        await database.client.execute("INSERT INTO goods (maker, name) VALUES ('a', 'new')");
        expect(await readValue(database.client, "SELECT max(id) FROM goods")).toBe(5);
    });

    test("gives no id again that was given before the backup, also where one table is replaced", async () => {
        await made.client.executeMultiple(
            "INSERT INTO goods (id, maker, name) VALUES (90, 'a', 'gone'); DELETE FROM goods WHERE id = 90",
        );
        const file = await takeBackup(made.url);
        expect((await run({ replace: true, yes: true, table: ["goods"] }, file)).code).toBe(0);
        await database.client.execute("INSERT INTO goods (maker, name) VALUES ('a', 'new')");
        expect(await readValue(database.client, "SELECT max(id) FROM goods")).toBe(91);
    });

    test("takes user_version along with --replace, also where it is none", async () => {
        await database.client.execute("PRAGMA user_version = 5");
        expect((await run({ replace: true, yes: true, table: ["goods"] })).code).toBe(0);
        expect(await readValue(database.client, "PRAGMA user_version")).toBe(5);
        expect((await run({ replace: true, yes: true })).code).toBe(0);
        expect(await readValue(database.client, "PRAGMA user_version")).toBe(0);
    });

    test("refuses rows of one table that would point to none of another, and takes both at once", async () => {
        await database.client.executeMultiple("DELETE FROM goods WHERE maker = 'b'; DELETE FROM makers WHERE id = 'b'");
        const before = await hashContents(database.client);
        const ran = run({ replace: true, yes: true, table: ["goods"] });
        await expectRefused(ran, 1, /^the restored rows do not match the other tables$/, before);
        expect((await ran).stderr).toContain("1 rows of 'goods' that refer to a missing row of 'makers', 0 before");
        expect((await run({ replace: true, yes: true, table: ["goods", "makers"] })).code).toBe(0);
        expect(await readValue(database.client, "SELECT count(*) FROM goods")).toBe(3);
    });

    test("refuses a table with other columns, and one that the backup does not hold", async () => {
        await database.client.execute("ALTER TABLE goods ADD COLUMN price INTEGER");
        const before = await hashContents(database.client);
        const options = { replace: true, yes: true };
        const other = /^'goods' has other columns than in the backup: the backup lacks 'price'$/;
        await expectRefused(run({ ...options, table: ["goods"] }), 4, other, before);
        await expectRefused(
            run({ ...options, table: ["nothing"] }),
            2,
            /^the backup does not hold the table 'nothing'$/,
            before,
        );
    });

    test("makes one table of a backup in an empty database, with its index and without triggers", async () => {
        const empty = await target.createDatabase();
        const { code } = await restoreHere({ url: empty.url, args: [whole] }, { table: ["goods"] });
        expect(code).toBe(0);
        const objects =
            "SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY name)";
        expect(await readValue(empty.client, objects)).toBe("goods,goods_by_maker");
        expect(await readValue(empty.client, "SELECT count(*) FROM goods")).toBe(3);
        await empty.close();
    });

    test("takes a backup of some tables for what it is", async () => {
        const folder = makeFolder();
        const { code, stdout } = await backupHere(
            { url: database.url, args: [folder] },
            { table: ["makers", "goods"] },
        );
        expect([code, stdout]).toEqual([0, expect.stringContaining("\nBacked up 5 rows of 2 tables, ")]);
        const [name = ""] = readdirSync(folder);
        expect(name).toMatch(/^[\w-]+\.makers\+goods(~\w{6})?-\d{8}T\d{6}Z\.sql\.gz$/);
        const file = `${folder}/${name}`;
        expect(readScript(file)).not.toMatch(/CREATE (VIEW|TRIGGER|VIRTUAL)/);
        expect((await readManifest(file)).only).toEqual(["makers", "goods"]);
        const before = await hashContents(database.client);
        const all = run({ replace: true, yes: true }, file);
        await expectRefused(
            all,
            2,
            /^this backup holds only 'makers', 'goods', but --replace would drop everything$/,
            before,
        );
        const unknown = await backupHere({ url: database.url, args: [folder] }, { table: ["good"] });
        expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("there is no table 'good'")]);
        expect(unknown.stderr).toContain("hint: the tables are: makers, goods, log\n");
        expect(readdirSync(folder)).toEqual([name]);
    });
});
