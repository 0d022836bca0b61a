import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { baseline } from "../../src/cli/commands/baseline.ts";
import { push } from "../../src/cli/commands/push.ts";
import { rollback } from "../../src/cli/commands/rollback.ts";
import { showStatus } from "../../src/cli/commands/status.ts";
import { showVerification, type VerifyOptions } from "../../src/cli/commands/verify.ts";
import { hashContents, readRows } from "../support/contents.ts";
import { type Ran, runHere } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { library, libraryRows } from "./library.ts";

describeTargets("db:verify --write-files", (target) => {
    async function deploy(files: Readonly<Record<string, string>>, sql: string) {
        const root = writeProject(files);
        const database = await target.createDatabase();
        await runHere((context) => push(context, {}), { root, url: database.url });
        await database.client.executeMultiple(libraryRows);
        await database.client.executeMultiple(sql);
        return { root, database };
    }

    // Whatever is written, the database is as it was.
    async function write(root: string, { client, url }: TestDatabase, options: VerifyOptions = {}, json = false) {
        const before = await hashContents(client);
        const ran = await runHere((context) => showVerification(context, { writeFiles: true, ...options }), {
            root,
            url,
            json,
        });
        expect(await hashContents(client)).toBe(before);
        return ran;
    }

    const verify = (root: string, { url }: TestDatabase): Promise<Ran> => runHere(showVerification, { root, url });

    function listFiles(root: string): string[] {
        return ["migrations", "views", "triggers"].flatMap((folder) =>
            readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`),
        );
    }

    // Recorded here, run elsewhere, undone: each is as the files say, and no row is lost.
    async function expectSound(root: string, database: TestDatabase, versions: number): Promise<void> {
        const settings = { root, url: database.url };
        const before = await readRows(database.client, "SELECT * FROM authors, books");
        const recorded = await runHere((context) => baseline(context, {}), settings);
        expect([recorded.code, recorded.stdout]).toEqual([
            0,
            expect.stringContaining(`\nRecorded ${versions} migration${versions === 1 ? "" : "s"}. `),
        ]);
        expect((await verify(root, database)).code).toBe(0);
        expect((await runHere(showStatus, settings)).code).toBe(0);
        expect((await runHere((context) => push(context, {}), settings)).stdout).toContain("\nNothing to do. ");
        expect(await readRows(database.client, "SELECT * FROM authors, books")).toEqual(before);

        const other = await target.createDatabase();
        const own = { root, url: other.url };
        expect((await runHere((context) => push(context, { to: 3 }), own)).code).toBe(0);
        await other.client.executeMultiple(libraryRows);
        for (const action of [
            push,
            (context: Parameters<typeof push>[0]) => rollback(context, { to: 3, discardRows: true }),
            push,
        ]) {
            const ran = await runHere((context) => action(context, {}), own);
            expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining("error")]);
            expect((await verify(root, other)).code).toBe(0);
            expect(await readRows(other.client, "SELECT count(*) AS n FROM authors, books")).toEqual([{ n: 1 }]);
        }
    }

    test("follows indexes, a column at the end, views and triggers, in files that lead to the same everywhere", async () => {
        const { root, database } = await deploy(
            library,
            `DROP INDEX idx_authors_born;
            DROP INDEX idx_authors_name;
            CREATE INDEX idx_authors_name ON authors (name, id);
            CREATE UNIQUE INDEX "idx by hand" ON authors (id, born);
            ALTER TABLE books ADD COLUMN pages INTEGER CHECK (pages > 0);
            CREATE INDEX idx_books_pages ON books (pages);
            DROP VIEW v_titles;
            CREATE VIEW v_titles AS SELECT b.title AS title, b.pages AS pages FROM books AS b;
            DROP VIEW v_names;
            CREATE TRIGGER trg_by_hand AFTER INSERT ON books BEGIN SELECT ';'; SELECT 2; END;
            CREATE TABLE notes (body TEXT); CREATE INDEX notes_body ON notes (body);`,
        );
        const { code, stdout } = await write(root, database, { strict: true });
        expect(code).toBe(4);
        expect(stdout).toContain("\nWrote:    migrations/004.do.align-authors.sql\n");
        expect(stdout).toContain("\nRemoved:  views/v_names.sql\n");
        expect(stdout).toMatch(
            /\nNext: review the files, then run `pnpm db:baseline` to record the new migrations here /,
        );
        expect(listFiles(root).filter((file) => !(file in library))).toEqual([
            "migrations/004.do.align-authors.sql",
            "migrations/004.undo.align-authors.sql",
            "migrations/005.do.align-books.sql",
            "migrations/005.undo.align-books.sql",
            "triggers/trg_by_hand.sql",
        ]);
        expect(readFileSync(path.join(root, "views/v_titles.sql"), "utf8")).toBe(
            "-- Kept: a heading of the file.\nCREATE VIEW v_titles AS SELECT b.title AS title, b.pages AS pages FROM books AS b;\n",
        );
        expect(existsSync(path.join(root, "views/v_names.sql"))).toBe(false);
        const added = readFileSync(path.join(root, "migrations/005.do.align-books.sql"), "utf8");
        expect(added).toContain("ALTER TABLE books\nADD COLUMN pages INTEGER CHECK (pages > 0);\n");
        const all = listFiles(root).map((file) => readFileSync(path.join(root, file), "utf8"));
        expect(all.join("\n")).not.toContain("notes");
        await expectSound(root, database, 2);
    });

    test("rebuilds a table whose constraints differ, with its rows, its children and its indexes", async () => {
        const { root, database } = await deploy(library, "");
        await database.client.executeMultiple(`
            PRAGMA foreign_keys = OFF;
            BEGIN IMMEDIATE;
            DROP VIEW v_names;
            CREATE TABLE authors_made (
                id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
                nickname TEXT DEFAULT 'none', -- Put in the middle.
                name TEXT NOT NULL CONSTRAINT authors_name_is_short CHECK (length(name) < 80)
            ) STRICT;
            INSERT INTO authors_made (id, name) SELECT id, name FROM authors;
            DROP TABLE authors;
            ALTER TABLE authors_made RENAME TO authors;
            CREATE INDEX idx_authors_name ON authors (name);
            CREATE INDEX idx_of_an_application ON authors (nickname);
            CREATE VIEW v_names AS SELECT a.name AS name FROM authors AS a;
            COMMIT;
            PRAGMA foreign_keys = ON;`);
        const { code, stdout, stderr } = await write(root, database);
        expect(code).toBe(4);
        expect(stdout).toContain(
            "\ntable authors\n" +
                "  + nickname TEXT DEFAULT 'none'\n" +
                "  - name TEXT NOT NULL\n" +
                "  + name TEXT NOT NULL CONSTRAINT authors_name_is_short CHECK (length(name) < 80)\n" +
                "  - born INTEGER\n\n",
        );
        expect(stderr).toContain(
            "warning: the new migration drops the column 'born' of 'authors' with its values wherever it runs; if it was renamed, add the copy",
        );
        const text = readFileSync(path.join(root, "migrations/004.do.align-authors.sql"), "utf8");
        expect(text).toContain("\nDROP INDEX idx_authors_born;\n");
        expect(text).toContain("-- Put in the middle.");
        expect(text).not.toContain("idx_of_an_application");
        await expectSound(root, database, 1);
    });

    test("drops tables that are gone, children first, and leaves one that others point to", async () => {
        const { root, database } = await deploy(library, "DROP TABLE boards; DROP TABLE shelves;");
        const gone = await write(root, database, {}, true);
        const { files, left, warnings } = JSON.parse(gone.stdout);
        expect(files.map((file: { path: string }) => file.path)).toEqual([
            "migrations/004.do.drop-boards.sql",
            "migrations/004.undo.drop-boards.sql",
            "migrations/005.do.drop-shelves.sql",
            "migrations/005.undo.drop-shelves.sql",
        ]);
        expect(left).toEqual([]);
        expect(warnings).toHaveLength(2);
        await expectSound(root, database, 2);

        const second = await deploy(
            library,
            "PRAGMA foreign_keys = OFF; DROP TABLE authors; PRAGMA foreign_keys = ON;",
        );
        const { code, stdout } = await write(second.root, second.database);
        expect([code, stdout]).toEqual([
            4,
            expect.stringContaining(
                "\nLeft:     table authors: table 'books' needs it: restore it in the database, or change that table first\n",
            ),
        ]);
        expect(listFiles(second.root).filter((file) => !(file in library))).toEqual([]);
    });

    test("leaves files that are newer than the last deploy, and writes nothing with --dry-run or where nothing differs", async () => {
        const { root, database } = await deploy(library, "CREATE INDEX idx_by_hand ON books (title);");
        const newer = "CREATE VIEW v_names AS SELECT a.id AS id FROM authors AS a;\n";
        changeProject(root, { "views/v_names.sql": newer, "triggers/trg_books_title.sql": undefined });
        const before = listFiles(root);
        const dry = await write(root, database, { strict: true, dryRun: true });
        expect([dry.code, dry.stdout]).toEqual([
            4,
            expect.stringContaining("\nWould:    write migrations/004.do.align-books.sql\n"),
        ]);
        expect(dry.stdout).toMatch(
            /\nview +v_names +CHANGED \(only the file changed: `pnpm db:push`\n +deploys it\)\n/,
        );
        expect(dry.stdout).toContain("\nDry run: no file was written.\n");
        expect(listFiles(root)).toEqual(before);

        const { stdout } = await write(root, database, { strict: true });
        expect(stdout).toContain("\nLeft:     view v_names: only its file has changed; `pnpm db:push` deploys it\n");
        expect(stdout).toContain("\nLeft:     trigger trg_books_title: only its file has changed; `pnpm db:push` ");
        expect(readFileSync(path.join(root, "views/v_names.sql"), "utf8")).toBe(newer);
        await runHere((context) => baseline(context, {}), { root, url: database.url });
        const after = await write(root, database);
        expect([after.code, after.stdout]).toEqual([0, expect.stringContaining(" matches the files: ")]);
        expect(listFiles(root)).toEqual([
            ...before.slice(0, 5),
            "migrations/004.do.align-books.sql",
            "migrations/004.undo.align-books.sql",
            ...before.slice(5),
        ]);
    });

    test("needs no migration where only views and triggers differ: the next deploy notes it, and changes nothing else", async () => {
        const { root, database } = await deploy(
            library,
            `DROP VIEW v_names;
            DROP VIEW v_titles;
            CREATE VIEW v_titles AS SELECT upper(b.title) AS title FROM books AS b;`,
        );
        const { stdout } = await write(root, database);
        expect(stdout).toContain(
            "\nNext: review the files, then run `pnpm db:push` to record that they are deployed; ",
        );
        expect((await verify(root, database)).code).toBe(0);
        const before = await readRows(database.client, "SELECT * FROM sqlite_schema");
        const pushed = await runHere((context) => push(context, {}), { root, url: database.url });
        expect([pushed.code, pushed.stderr, pushed.stdout]).toEqual([
            0,
            "",
            expect.stringContaining("\nBrought the bookkeeping up to date. "),
        ]);
        expect(await readRows(database.client, "SELECT * FROM sqlite_schema")).toEqual(before);
        expect((await runHere(showStatus, { root, url: database.url })).code).toBe(0);
    });

    test("refuses while migrations are pending, and writes no file", async () => {
        const { root, database } = await deploy(library, "CREATE INDEX idx_by_hand ON books (title);");
        changeProject(root, {
            "migrations/004.do.create-pens.sql": "CREATE TABLE pens (id INTEGER PRIMARY KEY) STRICT;\n",
        });
        const before = listFiles(root);
        const { code, error } = await write(root, database, { strict: true });
        expect([code, error?.message, error?.details, error?.outcome]).toEqual([
            4,
            "migrations are pending, and a new one would come after them",
            ["migrations/004.do.create-pens.sql"],
            "No file was written.",
        ]);
        expect(listFiles(root)).toEqual(before);
    });

    test.skipIf(target.name === "sqld" || process.seteuid === undefined)(
        "writes all files or none: where one cannot be written, the others are as before",
        async () => {
            const { root, database } = await deploy(
                library,
                "CREATE UNIQUE INDEX idx_books_title ON books (id, title); DROP VIEW v_titles; " +
                    "CREATE VIEW v_titles AS SELECT 1 AS title;",
            );
            const before = listFiles(root).map((name) => [name, readFileSync(path.join(root, name), "utf8")]);
            const isRoot = process.getuid?.() === 0;
            chmodSync(root, 0o755);
            chmodSync(path.join(root, "migrations"), 0o777);
            chmodSync(path.dirname(fileURLToPath(database.url)), 0o755);
            for (const name of readdirSync(path.join(root, "views"))) chmodSync(path.join(root, "views", name), 0o444);
            if (isRoot) process.seteuid?.(65_534);
            const ran = await write(root, database).finally(() => isRoot && process.seteuid?.(0));
            expect([ran.code, ran.stderr]).toEqual([
                1,
                expect.stringMatching(/^error: the files cannot be written: EACCES: permission denied, open '.*'\n/),
            ]);
            expect(ran.error?.outcome).toBe("No file was written.");
            expect(ran.stdout).not.toContain("Wrote");
            expect(listFiles(root).map((name) => [name, readFileSync(path.join(root, name), "utf8")])).toEqual(before);
        },
    );

    test("brings this repository's files to what was changed by hand, formatted as the house has it", async () => {
        const root = copyProject({}, { "sql-formatter.json": readFileSync("sql-formatter.json", "utf8") });
        const database = await target.createDatabase();
        const settings = { root, url: database.url };
        await runHere((context) => push(context, {}), settings);
        await database.client.executeMultiple(`
            CREATE UNIQUE INDEX idx_by_hand ON questions (id, tldr);
            DROP VIEW v_queue_health;
            CREATE VIEW v_queue_health AS SELECT w.status, count(*) AS items FROM work_queue AS w GROUP BY w.status;`);
        expect((await write(root, database)).code).toBe(4);
        expect(readFileSync(path.join(root, "views/v_queue_health.sql"), "utf8")).toContain(
            "\nFROM\n    work_queue AS w\n",
        );
        const recorded = await runHere((context) => baseline(context, {}), settings);
        expect([recorded.code, recorded.stdout]).toEqual([0, expect.stringContaining("\nRecorded 1 migration. ")]);
        expect((await verify(root, database)).code).toBe(0);
    });
});
