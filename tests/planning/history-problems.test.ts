import { beforeEach, expect, test } from "vitest";
import { deploy, readAll, readColumn, refusal } from "../migrations/deploy.ts";
import { readRows } from "../support/contents.ts";
import { createDeployedProject } from "../support/deployed.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const files = {
    "migrations/001.do.create-notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT) STRICT;\n",
    "migrations/003.do.add-author.sql": "-- who\nALTER TABLE notes ADD COLUMN author TEXT;\n",
    "migrations/003.undo.add-author.sql": "ALTER TABLE notes DROP COLUMN author;\n",
    "migrations/005.do.add-tag.sql": "ALTER TABLE notes ADD COLUMN tag TEXT;\n",
    "views/v_notes.sql": "CREATE VIEW v_notes AS SELECT body AS body FROM notes;\n",
};

describeTargets("files that no longer agree with the database", (target) => {
    let database: TestDatabase;
    let root: string;
    let before: Record<string, unknown>;

    beforeEach(async () => {
        ({ database, root } = await createDeployedProject(target, writeProject(files)));
        await database.client.execute("INSERT INTO notes (body) VALUES ('kept')");
        before = await readAll(database.client);
    });

    /** Deploys with changed files: the error's text, after a look at the database. */
    async function refuse(changes: Record<string, string | undefined>): Promise<{ code: string; text: string }> {
        changeProject(root, changes);
        const { error, text } = await refusal(deploy(root, database));
        expect(await readAll(database.client)).toEqual(before);
        return { code: error.code, text };
    }

    test("are refused when late, each with the exact rename of its do and undo file", async () => {
        const { code, text } = await refuse({
            "migrations/002.do.a.sql": "ALTER TABLE notes ADD COLUMN a TEXT;",
            "migrations/0004.do.b.sql": "ALTER TABLE notes ADD COLUMN b TEXT;",
            "migrations/0004.undo.b.sql": "ALTER TABLE notes DROP COLUMN b;",
            "migrations/006.do.c.sql": "ALTER TABLE notes ADD COLUMN c TEXT;",
        });
        expect(code).toBe("invalid-files");
        expect(text).toBe(
            [
                "the SQL files have 2 problems",
                "migrations/002.do.a.sql: is out of order: the database is already at version 5",
                "    mv migrations/002.do.a.sql migrations/007.do.a.sql",
                "migrations/0004.do.b.sql: is out of order: the database is already at version 5",
                "    mv migrations/0004.do.b.sql migrations/0008.do.b.sql && " +
                    "mv migrations/0004.undo.b.sql migrations/0008.undo.b.sql",
                "Nothing was applied.",
            ].join("\n"),
        );
        // The remedy is one.
        const late = "ALTER TABLE notes ADD COLUMN b TEXT;";
        const moved = { "migrations/0004.do.b.sql": undefined, "migrations/0004.undo.b.sql": undefined };
        changeProject(root, { ...moved, "migrations/0008.do.b.sql": late, "migrations/002.do.a.sql": undefined });
        expect((await deploy(root, database)).version).toBe(8);
    });

    test("are refused when edited, with the time of the run that applied them", async () => {
        const edit = {
            "migrations/003.do.add-author.sql": "-- who\nALTER TABLE notes ADD COLUMN author TEXT NOT NULL;\n",
        };
        const { code, text } = await refuse(edit);
        expect(code).toBe("invalid-files");
        expect(text).toMatch(
            /migrations\/003\.do\.add-author\.sql: was changed after it was applied on \d{4}-\d\d-\d\dT[\d:.]+Z\n {4}restore the applied text, and write a new migration for the change \(`pnpm db:new <name>`\)/,
        );
    });

    test("are not edited by another comment, layout, line ending or undo file", async () => {
        changeProject(root, {
            "migrations/003.do.add-author.sql":
                "\uFEFF/* by whom */\r\nALTER TABLE notes\r\n    ADD COLUMN author TEXT;",
            "migrations/003.undo.add-author.sql": "ALTER TABLE notes DROP COLUMN author; -- gone\nSELECT 1;",
        });
        const { steps, requests } = await deploy(root, database);
        expect(steps).toEqual([]);
        expect(requests).toBe(target.name === "sqld" ? 1 : 0);
        expect(await readAll(database.client)).toEqual(before);
    });

    test("have the checksums of such an edit brought up to date by the next run that applies something", async () => {
        const read = (): Promise<Record<string, unknown>[]> =>
            readRows(database.client, "SELECT md5, checksum FROM schemaversion WHERE version = 3");
        const [old] = await read();
        changeProject(root, {
            "migrations/003.do.add-author.sql": "/* by whom */ ALTER TABLE notes ADD COLUMN author TEXT;\n",
            "migrations/006.do.c.sql": "ALTER TABLE notes ADD COLUMN c TEXT;",
        });
        await deploy(root, database);
        const [fresh] = await read();
        expect(fresh?.checksum).toBe(old?.checksum);
        expect(fresh?.md5).not.toBe(old?.md5);
        expect((await deploy(root, database)).steps).toEqual([]);
    });

    test("are missed when deleted, with the way to find them", async () => {
        const { code, text } = await refuse({
            "migrations/003.do.add-author.sql": undefined,
            "migrations/003.undo.add-author.sql": undefined,
        });
        expect(code).toBe("invalid-files");
        expect(text).toContain(
            "migrations/003.do.add-author.sql: was applied to the database, but the file is missing",
        );
        expect(text).toContain("restore it: `git log --diff-filter=D -- migrations` shows the commit that deleted it");
    });

    test("are told to be older than the database, which is not touched: exit code 4", async () => {
        changeProject(root, { "migrations/006.do.c.sql": "ALTER TABLE notes ADD COLUMN c TEXT;" });
        await deploy(root, database);
        before = await readAll(database.client);
        // An older checkout has another form of the view, which must not come back, and may lack files in between.
        const older = {
            "migrations/006.do.c.sql": undefined,
            "views/v_notes.sql": "CREATE VIEW v_notes AS SELECT 1 AS a;",
        };
        changeProject(root, older);
        const { error, text } = await refusal(deploy(root, database));
        expect(error).toMatchObject({ code: "database-newer", exitCode: 4 });
        expect(text).toBe(
            "the database is newer than these files: it has 6 c\n" +
                "update this checkout (`git pull`), then run the command again\n" +
                "Nothing was changed. The database is at version 6.",
        );
        expect(await readAll(database.client)).toEqual(before);
    });

    test("are refused when a table of a pending one is there already, though not by its hand", async () => {
        await database.client.execute("CREATE TABLE tags (a TEXT)");
        before = await readAll(database.client);
        const { text } = await refuse({ "migrations/006.do.c.sql": "SELECT 1;\n\nCREATE TABLE Tags (a TEXT) STRICT;" });
        expect(text).toContain(
            "migrations/006.do.c.sql:3: the database already has 'Tags', but no record of this migration",
        );
        expect(text).toContain(
            "give the table another name in the file, or drop or rename the old one in an earlier migration",
        );
        expect(text).not.toContain("db:baseline");
        // With its row, which a file that drops and creates the table would lose.
        await database.client.execute("INSERT INTO tags (a) VALUES ('old')");
        const copy = await target.createCopy(database);
        changeProject(root, {
            "migrations/006.do.c.sql": "ALTER TABLE tags RENAME TO old_tags;",
            "migrations/007.do.d.sql": "CREATE TABLE tags (a TEXT) STRICT;",
        });
        expect((await deploy(root, copy)).version).toBe(7);
        expect(await readColumn(copy.client, "SELECT a FROM old_tags")).toEqual(["old"]);
        await copy.close();
        changeProject(root, {
            "migrations/006.do.c.sql": "SELECT 1;\n\nCREATE TABLE Tags (a TEXT) STRICT;",
            "migrations/007.do.d.sql": undefined,
        });
        await database.client.execute("DELETE FROM schemaversion");
        before = await readAll(database.client);
        const { text: unrecorded } = await refuse({});
        expect(unrecorded).toMatch(/^something else made this database: it has no record of these migrations\n/);
        expect(unrecorded).not.toContain("the SQL files have");
        expect(unrecorded.split("adopt the database with its rows: `pnpm db:adopt`")).toHaveLength(2);
        expect(unrecorded.split("record it with `pnpm db:baseline`")).toHaveLength(2);
    });

    test("may make a table under a name that another one had until a pending migration", async () => {
        changeProject(root, {
            "migrations/006.do.c.sql": "ALTER TABLE notes RENAME TO papers;",
            "migrations/007.do.d.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT;",
            "migrations/008.do.e.sql": "DROP TABLE notes;",
            "migrations/009.do.f.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT;",
            "views/v_notes.sql": "CREATE VIEW v_notes AS SELECT body AS body FROM papers;",
        });
        expect((await deploy(root, database)).version).toBe(9);
        expect(await readColumn(database.client, "SELECT body FROM v_notes")).toEqual(["kept"]);
    });
});
