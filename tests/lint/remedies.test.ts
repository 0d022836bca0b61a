import { execSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { lintFiles } from "../../src/lint/lint.ts";
import { findFailingStatements } from "../../src/lint/replay.ts";
import type { Finding } from "../../src/lint/rule.ts";
import { rules } from "../../src/lint/rules.ts";
import { readFiles } from "../../src/planning/files.ts";
import { deploy, rollback } from "../migrations/deploy.ts";
import { createDeployedProject, type TestProject } from "../support/deployed.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { describeTarget } from "../support/targets.ts";
import { base, type Files, migration, rebuild, second } from "./corpus/base.ts";

/** A rule, what its remedy says, the file that it reports, and that file as the remedy says; texts are the second migration. */
type Case = readonly [rule: string, remedy: string, wrong: string | Files, right: string | Files];

const undo = second.replace(".do.", ".undo.");
const [third, fourth] = ["migrations/003.do.change-more.sql", "migrations/004.do.change-more.sql"];
const trigger = "triggers/trg_notes_insert.sql";
const copy = "INSERT INTO notes_new (id, body, size) SELECT id, body, size FROM notes;";
const after = (path: string, sql: string): Files => ({ [path]: `-- Changes more.\n${sql}\n` });
const aView = "CREATE VIEW v_long AS SELECT id AS id FROM notes WHERE size > 9;";
const aTrigger = "CREATE TRIGGER trg_tags AFTER INSERT ON tags BEGIN SELECT 1; END;";
const strictly = (extra: string): string => rebuild.replace("    size INTEGER,", `    size INTEGER,\n${extra}`);
const spoiled = (from: string, to: string): string => rebuild.replace(from, to);
const withLang = (constraint: string): string =>
    strictly(`    -- Its language.\n    lang TEXT ${constraint},`).replace(
        copy,
        "INSERT INTO notes_new (id, body, size, lang) SELECT id, body, size, lang FROM notes;",
    );
const allowed = (rule: string, statement: string): string =>
    `-- lint: allow ${rule}: counted on production\n${statement}`;
const archive = allowed("rename", "ALTER TABLE notes RENAME TO notes_2023;");
const fresh =
    "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT, size INTEGER, lang TEXT) STRICT;\n" +
    "INSERT INTO notes (id, body, size) SELECT id, body, size FROM notes_2023 WHERE size > 2;";
const beside = fresh.replace(/(TABLE|INTO) notes/g, "$1 notes_new").replace("notes_2023", "notes");

const cases: readonly Case[] = [
    ["file-name", "restore its do file, or delete it", { [undo]: "-- Undoes it.\nSELECT 1;\n" }, { [undo]: undefined }],
    [
        "no-statement",
        "`SELECT 1;` does nothing on purpose",
        { [second]: "-- Later.\n" },
        { [second]: "-- Later.\nSELECT 1;\n" },
    ],
    [
        "no-statement",
        "or delete it with its undo file",
        { [second]: "-- Later.\n", [undo]: "-- Later.\n" },
        { [second]: undefined, [undo]: undefined },
    ],
    [
        "tool-marker",
        `move what stands below it to ${undo}, and remove the markers from both files`,
        {
            [second]:
                "-- migrate:up\nUPDATE tags SET note_id = 3 WHERE id = 1;\n-- migrate:down\nUPDATE tags SET note_id = 1 WHERE id = 1;\n",
        },
        {
            [second]: "UPDATE tags SET note_id = 3 WHERE id = 1;\n",
            [undo]: "UPDATE tags SET note_id = 1 WHERE id = 1;\n",
        },
    ],
    [
        "own-transaction",
        "remove it",
        "BEGIN;\nDELETE FROM tags WHERE id = 1;\nCOMMIT;",
        "DELETE FROM tags WHERE id = 1;",
    ],
    [
        "pragma",
        "remove it: the runner switches foreign keys off for a rebuild",
        `PRAGMA foreign_keys = OFF;\n${rebuild}\nPRAGMA foreign_keys = ON;`,
        rebuild,
    ],
    [
        "pragma",
        "write parents before their children and delete them after",
        "PRAGMA defer_foreign_keys = ON;\nDELETE FROM notes WHERE id = 1;\nDELETE FROM tags WHERE note_id = 1;",
        "DELETE FROM tags WHERE note_id = 1;\nDELETE FROM notes WHERE id = 1;",
    ],
    [
        "pragma",
        "remove it and the statements that write sqlite_schema, and rebuild the table instead",
        "PRAGMA writable_schema = ON;\nUPDATE sqlite_schema SET sql = replace(sql, 'size >= 0', 'size >= -1') WHERE name = 'notes';",
        rebuild,
    ],
    [
        "pragma",
        "remove it: the runner needs none; views, triggers and foreign keys then follow a rename, so check what they reference after it",
        `PRAGMA legacy_alter_table = ON;\n${rebuild}`,
        rebuild,
    ],
    ["pragma", "remove it: in the runner's transaction", "PRAGMA user_version = 2;\nSELECT 1;", "SELECT 1;"],
    ["refused-statement", "remove it", "ANALYZE;\nSELECT 1;", "SELECT 1;"],
    [
        "temporary-object",
        "use an ordinary table and drop it at the end of the file",
        "CREATE TEMP TABLE aside AS SELECT id FROM notes WHERE size > 2;\nDELETE FROM tags WHERE note_id IN (SELECT id FROM aside);",
        "CREATE TABLE aside (id INTEGER NOT NULL PRIMARY KEY) STRICT;\nINSERT INTO aside (id) SELECT id FROM notes WHERE size > 2;\n" +
            "DELETE FROM tags WHERE note_id IN (SELECT id FROM aside);\nDROP TABLE aside;",
    ],
    [
        "temporary-object",
        "create it in views/v_long.sql, without TEMP",
        aView.replace("CREATE", "CREATE TEMP"),
        { ...migration("SELECT 1;"), "views/v_long.sql": aView },
    ],
    ["bookkeeping-table", "remove the statement", "DELETE FROM schemaversion;\nSELECT 1;", "SELECT 1;"],
    [
        "view-in-migration",
        "move it to views/v_long.sql",
        aView,
        { ...migration("SELECT 1;"), "views/v_long.sql": aView },
    ],
    [
        "view-in-migration",
        "give it a name of letters, digits, _ and $ that begins with no digit, and move it to views/<that name>.sql, with 'words' in place of 'tags'",
        {
            ...migration('CREATE VIEW "My View" AS SELECT id AS id FROM tags;'),
            ...after(third, allowed("rename", "ALTER TABLE tags RENAME TO words;")),
        },
        {
            ...migration("SELECT 1;"),
            ...after(third, allowed("rename", "ALTER TABLE tags RENAME TO words;")),
            "views/My_View.sql": "CREATE VIEW My_View AS SELECT id AS id FROM words;",
        },
    ],
    [
        "view-in-migration",
        "and move it to triggers/<that name>.sql",
        aTrigger.replace("trg_tags", '"1st tag"'),
        { ...migration("SELECT 1;"), "triggers/trg_tags.sql": aTrigger },
    ],
    [
        "view-in-migration",
        "remove it: views/v_notes.sql defines it",
        "CREATE VIEW v_notes AS SELECT 1 AS one;",
        "SELECT 1;",
    ],
    [
        "view-in-migration",
        `remove it, and the DROP at ${third}:2`,
        { ...migration(aView), ...after(third, "DROP VIEW v_long;\nSELECT 2;") },
        { ...migration("SELECT 1;"), ...after(third, "SELECT 2;") },
    ],
    [
        "view-in-migration",
        `remove it: ${fourth}:2 creates it again`,
        { ...migration(aView), ...after(third, "SELECT 1;"), ...after(fourth, aView.replace("9", "99")) },
        {
            ...migration("SELECT 1;"),
            ...after(third, "SELECT 1;"),
            ...after(fourth, "SELECT 1;"),
            "views/v_long.sql": aView,
        },
    ],
    [
        "view-in-migration",
        `remove it: ${third}:3 drops 'tags', which it needs`,
        { ...migration(aTrigger), ...after(third, "-- lint: allow drop-table: unread\nDROP TABLE tags;") },
        { ...migration("SELECT 1;"), ...after(third, "-- lint: allow drop-table: unread\nDROP TABLE tags;") },
    ],
    [
        "view-in-migration",
        "move it to triggers/trg_tags.sql, with 'words' in place of 'tags'",
        { ...migration(aTrigger), ...after(third, "ALTER TABLE tags RENAME TO words;") },
        {
            ...migration("SELECT 1;"),
            ...after(third, "ALTER TABLE tags RENAME TO words;"),
            "triggers/trg_tags.sql": aTrigger.replace("ON tags", "ON words"),
        },
    ],
    [
        "view-in-migration",
        "remove it: a rollback creates the views and triggers",
        { ...migration("SELECT 1;"), [undo]: `-- Undoes it.\n${aView}\n` },
        { ...migration("SELECT 1;"), [undo]: "-- Undoes it.\nSELECT 1;\n" },
    ],
    [
        "object-file",
        "write one statement into it: CREATE VIEW v_notes …",
        { "views/v_notes.sql": "CREATE VIEW notes_all AS SELECT 1 AS one;\n" },
        { "views/v_notes.sql": "CREATE VIEW v_notes AS SELECT 1 AS one;\n" },
    ],
    [
        "vector-in-strict-table",
        "in a separate table that is not STRICT, and allow that there",
        "CREATE TABLE v (\n    id INTEGER PRIMARY KEY,\n    e F32_BLOB(3)\n) STRICT;",
        allowed("strict", "CREATE TABLE v (\n    id INTEGER PRIMARY KEY,\n    e F32_BLOB(3)\n);"),
    ],
    [
        "case-in-trigger",
        "use iif(condition, one, other)",
        { [trigger]: (base[trigger] ?? "").replace("length(NEW.body)", "CASE WHEN NEW.body = '' THEN 0 ELSE 1 END") },
        { [trigger]: (base[trigger] ?? "").replace("length(NEW.body)", "iif(NEW.body = '', 0, 1)") },
    ],
    [
        "failing-statement",
        "or delete the file, if nothing needs it any more",
        { ...migration(allowed("rename", "ALTER TABLE notes RENAME TO pages;")), [trigger]: undefined },
        {
            ...migration(allowed("rename", "ALTER TABLE notes RENAME TO pages;")),
            [trigger]: undefined,
            "views/v_notes.sql": undefined,
        },
    ],
    [
        "failing-statement",
        "correct the statement",
        "CRATE TABLE more (id INTEGER PRIMARY KEY);",
        "CREATE TABLE more (id INTEGER PRIMARY KEY);",
    ],
    [
        "alter-column",
        "rebuild the table",
        "ALTER TABLE notes ALTER COLUMN size TO size INTEGER CHECK (size < 9000);",
        rebuild,
    ],
    [
        "renamed-away",
        "create 'notes_new' first, fill it, drop 'notes', then rename",
        `ALTER TABLE notes RENAME TO notes_old;\n${rebuild.replace("notes_new (\n", "notes (\n").replace("notes_new (id", "notes (id").replace("FROM notes", "FROM notes_old").replace("DROP TABLE notes;", "DROP TABLE notes_old;").replace("ALTER TABLE notes_new RENAME TO notes;", "")}`,
        rebuild,
    ],
    [
        "renamed-away",
        "put the CREATE TABLE, and the statements after it, into a migration of its own after this one; 'tags' then references 'notes_2023'",
        `${archive}\n${fresh}`,
        { ...migration(archive), ...after(third, fresh) },
    ],
    [
        "renamed-away",
        "put the RENAME, and the statements after it, into a migration of its own after this one; 'tags' then references 'notes_2023'",
        `${beside}\n${archive}\nALTER TABLE notes_new RENAME TO notes;`,
        {
            ...migration(`${beside}\n${archive}`),
            ...after(third, allowed("rename", "ALTER TABLE notes_new RENAME TO notes;")),
        },
    ],
    [
        "dropped-parent",
        "drop 'tags'",
        "DROP TABLE notes;",
        {
            ...migration(`${allowed("drop-table", "DROP TABLE tags;")}\n${allowed("drop-table", "DROP TABLE notes;")}`),
            "views/v_notes.sql": undefined,
            [trigger]: undefined,
        },
    ],
    [
        "unwatched-write",
        "move these statements to a migration of their own",
        "ALTER TABLE settings RENAME COLUMN writer TO author;\nINSERT INTO notes (body) VALUES ('c');",
        {
            ...migration("ALTER TABLE settings RENAME COLUMN writer TO author;"),
            ...after(third, "INSERT INTO notes (body) VALUES ('c');"),
        },
    ],
    [
        "drop-table",
        "allow it here with the reason",
        "DROP TABLE settings;",
        allowed("drop-table", "DROP TABLE settings;"),
    ],
    [
        "drop-column",
        "then rebuild the table, and allow it there with the reason",
        "ALTER TABLE settings DROP COLUMN writer;",
        `CREATE TABLE settings_new (id INTEGER NOT NULL PRIMARY KEY, CONSTRAINT settings_has_one_row CHECK (id = 1)) STRICT;\n` +
            `INSERT INTO settings_new (id) SELECT id FROM settings;\n${allowed("rebuild-loses-columns", "DROP TABLE settings;")}\n` +
            "ALTER TABLE settings_new RENAME TO settings;",
    ],
    [
        "rename",
        "allow it with the reason",
        "ALTER TABLE tags RENAME TO words;",
        allowed("rename", "ALTER TABLE tags RENAME TO words;"),
    ],
    ["if-exists", "remove the words", "DROP INDEX IF EXISTS idx_notes_size;", "DROP INDEX idx_notes_size;"],
    ["if-exists", "remove the statement where nothing", "DROP INDEX IF EXISTS idx_x;\nSELECT 1;", "SELECT 1;"],
    [
        "create-table-as",
        "write the CREATE TABLE with its columns, then fill it",
        "CREATE TABLE aside AS SELECT id FROM notes WHERE size > 9;",
        "CREATE TABLE aside (id INTEGER NOT NULL PRIMARY KEY) STRICT;\nINSERT INTO aside (id) SELECT id FROM notes WHERE size > 9;",
    ],
    ["no-where", "allow it with the reason", "DELETE FROM tags;", allowed("no-where", "DELETE FROM tags;")],
    [
        "not-null-without-default",
        "add a constant default",
        "ALTER TABLE notes ADD COLUMN lang TEXT NOT NULL;",
        "ALTER TABLE notes ADD COLUMN lang TEXT NOT NULL DEFAULT 'en';",
    ],
    [
        "not-null-without-default",
        "or add it without NOT NULL, fill it, and rebuild the table",
        "ALTER TABLE notes ADD COLUMN lang TEXT NOT NULL;",
        {
            ...migration(
                "ALTER TABLE notes ADD COLUMN lang TEXT;\nUPDATE notes SET lang = lower(body) WHERE lang IS NULL;",
            ),
            ...after(third, withLang("NOT NULL")),
        },
    ],
    [
        "add-column-default",
        "add it without that, fill it, and rebuild the table with the wanted definition",
        "ALTER TABLE notes ADD COLUMN lang TEXT DEFAULT (lower('EN')) UNIQUE;",
        {
            ...migration(
                "ALTER TABLE notes ADD COLUMN lang TEXT;\nUPDATE notes SET lang = body || id WHERE lang IS NULL;",
            ),
            ...after(
                third,
                withLang("DEFAULT (lower('EN')) UNIQUE").replace(
                    "CREATE TABLE",
                    `-- lint: allow unique-over-rows: ids\nCREATE TABLE`,
                ),
            ),
        },
    ],
    [
        "unique-over-rows",
        "allow it with the result",
        "CREATE UNIQUE INDEX idx_notes_body ON notes (body);",
        allowed("unique-over-rows", "CREATE UNIQUE INDEX idx_notes_body ON notes (body);"),
    ],
    [
        "rebuild-loses-objects",
        "create it again after the rename",
        spoiled(/CREATE INDEX[^;]*;/.exec(rebuild)?.[0] ?? "", ""),
        rebuild,
    ],
    [
        "rebuild-loses-objects",
        "or drop it by name first, if it is no longer wanted",
        spoiled(/CREATE INDEX[^;]*;/.exec(rebuild)?.[0] ?? "", ""),
        `DROP INDEX idx_notes_size;\n${spoiled(/CREATE INDEX[^;]*;/.exec(rebuild)?.[0] ?? "", "")}`,
    ],
    [
        "rebuild-loses-rows",
        "with every column by name",
        spoiled(copy, "INSERT INTO notes_new SELECT * FROM notes;"),
        rebuild,
    ],
    [
        "rebuild-drops-rows",
        `\`mv ${second} ${third.replace("more", "notes")} && mv ${undo} ${undo.replace("002", "003")}\` before these are applied anywhere; ` +
            "delete the rows in migrations/002.do.delete-rows.sql, and copy all rows here",
        spoiled(copy, copy.replace(";", " WHERE id > 1;")),
        {
            ...migration("DELETE FROM tags WHERE note_id = 1;\nDELETE FROM notes WHERE id = 1;"),
            ...after(third, rebuild),
        },
    ],
    ["rebuild-loses-rules", "add it to the new definition", spoiled(" AUTOINCREMENT", ""), rebuild],
    [
        "foreign-key-index",
        "add CREATE INDEX idx_tags_note_id ON tags (note_id)",
        { "migrations/002.do.change-notes.sql": "-- Drops.\nDROP INDEX idx_tags_note_id;\n" },
        {
            ...after(second, "DROP INDEX idx_tags_note_id;"),
            ...after(third, "CREATE INDEX idx_tags_note_id ON tags (note_id);"),
        },
    ],
    [
        "foreign-key-parent",
        "correct the name, or create the table",
        "CREATE TABLE links (a INTEGER PRIMARY KEY REFERENCES note (id)) STRICT;",
        "CREATE TABLE links (a INTEGER PRIMARY KEY REFERENCES notes (id)) STRICT;",
    ],
    [
        "foreign-key-parent",
        "or columns with a UNIQUE index of their own",
        "CREATE TABLE links (a INTEGER PRIMARY KEY REFERENCES tags (note_id)) STRICT;",
        "CREATE UNIQUE INDEX idx_settings_writer ON settings (writer);\nCREATE TABLE links (a TEXT PRIMARY KEY REFERENCES settings (writer)) STRICT;",
    ],
    [
        "foreign-key-parent",
        "make 'a' INTEGER before this file is applied",
        "CREATE TABLE links (a TEXT PRIMARY KEY REFERENCES notes (id)) STRICT;",
        "CREATE TABLE links (a INTEGER PRIMARY KEY REFERENCES notes (id)) STRICT;",
    ],
    ["column-type", "correct the word", "CREATE TABLE loose (a TEXT NOTNUL);", "CREATE TABLE loose (a TEXT NOT NULL);"],
    ["no-undo", "write the undo file beside it", { [second]: "-- Looks.\nSELECT 1;\n" }, migration("SELECT 1;")],
];

/** Rules whose remedy leaves open what to write, or says no more than to take something out. */
const plain = [
    "open-text",
    "nul-character",
    "ordered-aggregate",
    "having-without-group-by",
    "parameter",
    "statement-size",
    "deep-parentheses",
    "too-many-terms",
    "whole-table",
    "replace-with-children",
    "rebuild-loses-columns",
    "undo-incomplete",
    "index-query",
];

const filesOf = (part: string | Files): Files => (typeof part === "string" ? migration(part) : part);

async function lint(files: Files): Promise<readonly Finding[]> {
    const root = writeProject(base);
    changeProject(root, files);
    const found = await readFiles(root);
    return lintFiles(found, undefined, await findFailingStatements(found)).findings;
}

test("the remedy of every rule of what runs and what is safe is followed here, or leaves open what to write", () => {
    const ids = rules.filter(({ group }) => group !== "style").map(({ id }) => id);
    expect([...new Set([...cases.map(([id]) => id), ...plain])].sort()).toEqual([...ids].sort());
});

test("a comment that is missing and a gap of numbers have a remedy of their own place", async () => {
    const found = await lint({
        "migrations/005.do.change-notes.sql": "-- Adds.\nCREATE INDEX idx_notes_body ON notes (body);\n",
        "migrations/005.undo.change-notes.sql": "-- Undoes it.\nDROP INDEX idx_notes_body;\n",
        "views/v_notes.sql": "CREATE VIEW v_notes AS\nSELECT\n    id AS id\nFROM\n    notes;\n",
    });
    expect(found.map(({ rule, remedy }) => [rule, remedy])).toEqual([
        [
            "version-gap",
            "`mv migrations/005.do.change-notes.sql migrations/002.do.change-notes.sql` and `mv migrations/005.undo.change-notes.sql " +
                "migrations/002.undo.change-notes.sql` before the migration is applied anywhere, or allow it with the reason",
        ],
        ["object-comment", "say which queries it serves: write ON notes (/* Serves … */ before its columns"],
        ["object-comment", "say what one row is: write AS /* One row is … */ before its SELECT"],
    ]);
});

describeTarget("file:", (target) => {
    const rows =
        "INSERT INTO notes (body) VALUES ('a'), ('bb'), ('ccc'); INSERT INTO tags (note_id) VALUES (1), (3); INSERT INTO settings (id) VALUES (1);";

    async function createNotes(): Promise<TestProject> {
        const project = await createDeployedProject(target, writeProject(base));
        await project.client.executeMultiple(rows);
        return project;
    }

    test.each(cases)("%s: '%s' works on data when it is followed", async (id, remedy, wrong, right) => {
        const found = (await lint(filesOf(wrong))).filter(({ rule }) => rule === id);
        expect(found.map((finding) => finding.remedy).join("\n")).toContain(remedy);
        const left = await lint(filesOf(right));
        expect(left.filter(({ rule, level }) => rule === id || level === "error")).toEqual([]);
        const { root, database } = await createNotes();
        changeProject(root, filesOf(right));
        await deploy(root, database);
    });

    test("rows are deleted before a rebuild whose number and the next ones are taken, with the commands of the lint and of the deploy", async () => {
        const deletes = "DELETE FROM tags WHERE note_id = 1;\nDELETE FROM notes WHERE id = 1;\n";
        const files = {
            ...migration(spoiled(copy, copy.replace(";", " WHERE id > 1;"))),
            ...after(third, "UPDATE notes SET size = 9 WHERE id = 2;"),
            ...after("migrations/0010.do.change-last.sql", "SELECT 1;"),
        };
        const [finding] = (await lint(files)).filter(({ rule }) => rule === "rebuild-drops-rows");
        const { root, database, client } = await createNotes();
        changeProject(root, files);
        const error = await deploy(root, database).catch((reason: unknown) => reason);
        const hint = error instanceof AppError ? (error.hint ?? "") : "";
        const [commands = ""] = /mv [^`]+/.exec(hint) ?? [];
        expect(finding?.remedy).toContain(`\`${commands}\``);
        expect(hint).toBe(
            `copy every row; if rows should go, \`${commands}\`, then delete them in migrations/002.do.delete-rows.sql ` +
                "(DELETE FROM notes WHERE …; after what references them), and copy all rows here",
        );
        execSync(commands, { cwd: root });
        changeProject(root, {
            "migrations/002.do.delete-rows.sql": deletes,
            "migrations/003.do.change-notes.sql": rebuild,
        });
        expect(readdirSync(join(root, "migrations")).filter((name) => /^\d/.test(name))).toEqual([
            "001.do.create-notes.sql",
            "001.undo.create-notes.sql",
            "0010.do.change-last.sql",
            "002.do.delete-rows.sql",
            "003.do.change-notes.sql",
            "003.undo.change-notes.sql",
            "004.do.change-more.sql",
        ]);
        expect((await deploy(root, database)).version).toBe(10);
        expect((await client.execute("SELECT id, size FROM notes ORDER BY id")).rows).toMatchObject([
            { id: 2, size: 9 },
            { id: 3, size: 3 },
        ]);
    });

    test("an archived table keeps its rows, and its children follow it, when the new one has a migration of its own", async () => {
        const { root, database, client } = await createNotes();
        changeProject(root, { ...migration(archive), ...after(third, fresh) });
        expect((await deploy(root, database)).version).toBe(3);
        const counts = "SELECT (SELECT count(*) FROM notes_2023) AS old, (SELECT count(*) FROM notes) AS new";
        expect((await client.execute(counts)).rows).toMatchObject([{ old: 3, new: 1 }]);
        const parents = "SELECT \"table\" AS parent FROM pragma_foreign_key_list('tags')";
        expect((await client.execute(parents)).rows).toMatchObject([{ parent: "notes_2023" }]);
        await client.execute("INSERT INTO notes (body) VALUES ('four')");
        expect((await client.execute("SELECT size FROM notes ORDER BY id DESC LIMIT 1")).rows).toMatchObject([
            { size: 4 },
        ]);
    });

    test("an undo file that does nothing on purpose is applied, and the version goes back", async () => {
        const { root, database, client } = await createNotes();
        changeProject(root, migration("DELETE FROM tags WHERE note_id = 1;"));
        expect((await deploy(root, database)).version).toBe(2);
        expect((await rollback(root, database, 1)).version).toBe(1);
        const { rows: tags } = await client.execute("SELECT note_id FROM tags");
        expect(tags.map(({ note_id }) => note_id)).toEqual([3]);
    });
});
