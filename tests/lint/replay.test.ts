import { expect, test } from "vitest";
import { lintFiles } from "../../src/lint/lint.ts";
import { findFailingStatements } from "../../src/lint/replay.ts";
import { readFiles } from "../../src/planning/files.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { base, type Files, migration, rebuild, second } from "./corpus/base.ts";

/** The statements that fail, as the lint reports them: `path:line message`. */
async function findFailures(files: Files): Promise<string[]> {
    const root = writeProject(base);
    changeProject(root, files);
    const found = await readFiles(root);
    const { findings } = lintFiles(found, undefined, await findFailingStatements(found));
    return findings
        .filter(({ rule }) => rule === "failing-statement")
        .map(({ path, line, message }) => `${path}:${line} ${message}`);
}

const undo = second.replace(".do.", ".undo.");
const view = (body: string): string => `CREATE VIEW v_more AS\n${body};\n`;
const trigger = "triggers/trg_notes_insert.sql";
const broken = (event: string): string => `CREATE TRIGGER ${event}\nBEGIN\n    UPDATE notes SET sizes = 1;\nEND;\n`;
const throughView = (sql: string): Files => ({
    ...migration(sql),
    "views/v_more.sql": view("SELECT body AS body FROM notes"),
    "triggers/trg_v_more_insert.sql":
        "CREATE TRIGGER trg_v_more_insert INSTEAD OF INSERT ON v_more\nBEGIN\n    INSERT INTO notes (id, body) VALUES (1, NEW.body);\nEND;\n",
});

const cases: readonly (readonly [string, Files, readonly string[]])[] = [
    ["nothing in a rebuild", migration(rebuild), []],
    [
        "a misspelt table once, and not the index, the copy, the view and the undo file that need it",
        {
            [second]: "-- Adds.\nCREATE TABEL moods (id INTEGER) STRICT;\n",
            [undo]: "-- Undoes it.\nDROP TABLE moods;\n",
            "migrations/003.do.fill-moods.sql":
                "-- Fills.\nCREATE INDEX idx_moods_id ON moods (id);\nINSERT INTO moods (id) VALUES (1);\n",
            "views/v_more.sql": view("SELECT id AS id FROM moods"),
        },
        [`${second}:2 near "TABEL": syntax error`],
    ],
    [
        "each of two failures in one file, and one that comes after them",
        {
            ...migration("CREATE INDEX idx_notes_lang ON notes (lang);\nINSERT INTO tags (id, word) VALUES (1, 2);"),
            "views/v_more.sql": view("SELECT id AS id FROM moods"),
        },
        [
            `${second}:2 no such column: lang`,
            `${second}:3 table tags has no column named word`,
            "views/v_more.sql:2 no such table: main.moods",
        ],
    ],
    [
        "a column type that a STRICT table refuses",
        migration("CREATE TABLE moods (\n    id INTEGER PRIMARY KEY,\n    a TEXT NOTNUL\n) STRICT;"),
        [`${second}:2 unknown datatype for moods.a: "TEXT NOTNUL"`],
    ],
    [
        "an undo file that fails after its do file, whatever other undo files leave",
        {
            ...migration("ALTER TABLE notes ADD COLUMN lang TEXT;"),
            "migrations/003.do.drop-lang.sql": "-- Drops.\nALTER TABLE notes DROP COLUMN lang;\n",
            "migrations/003.undo.drop-lang.sql": "-- Undoes it.\nALTER TABLE notes DROP COLUMN lang;\n",
        },
        ['migrations/003.undo.drop-lang.sql:2 no such column: "lang"'],
    ],
    [
        "one trigger that writes a column that is not there, and not the ones on its table",
        { "triggers/trg_notes_other.sql": broken("trg_notes_other AFTER INSERT ON notes") },
        ["triggers/trg_notes_other.sql:3 no such column: sizes"],
    ],
    [
        "a view that reads no table, and not the view and the trigger that read it",
        {
            "views/v_more.sql": view("SELECT\n    id AS id\nFROM\n    moods"),
            "views/v_a_reader.sql": "CREATE VIEW v_a_reader AS\nSELECT id AS id FROM v_more;\n",
            "triggers/trg_more.sql":
                "CREATE TRIGGER trg_more INSTEAD OF INSERT ON v_more\nBEGIN\n    SELECT 1 FROM v_more;\nEND;\n",
        },
        ["views/v_more.sql:5 no such table: main.moods"],
    ],
    [
        "one of two views that read each other",
        {
            "views/v_more.sql": view("SELECT id AS id FROM v_other"),
            "views/v_other.sql": "CREATE VIEW v_other AS\nSELECT id AS id FROM v_more;\n",
        },
        ["views/v_more.sql:1 view v_more is circularly defined"],
    ],
    [
        "rows of a migration that no parent has, where their foreign key is checked",
        migration("INSERT INTO tags (id, note_id) VALUES (1, 99);"),
        [`${second}:2 FOREIGN KEY constraint failed`],
    ],
    [
        "rows that a trigger of the files refuses",
        {
            ...migration("INSERT INTO notes (id, body) VALUES (1, 'a');"),
            [trigger]: `CREATE TRIGGER trg_notes_insert BEFORE INSERT ON notes\nBEGIN\n    SELECT RAISE(ABORT, 'closed');\nEND;\n`,
        },
        [`${second}:2 closed`],
    ],
    [
        "nothing that a file with a wrong name would have created",
        {
            "migrations/002-create-moods.sql": "CREATE TABLE moods (id INTEGER) STRICT;\n",
            "migrations/003.do.fill-moods.sql": "-- Fills.\nINSERT INTO moods (id) VALUES (1);\nSELEC 1;\n",
        },
        ['migrations/003.do.fill-moods.sql:3 near "SELEC": syntax error'],
    ],
    [
        "a foreign key to what is not a key, where its rule is allowed",
        migration(
            "-- lint: allow foreign-key-parent: tried\nCREATE TABLE links (\n    id INTEGER PRIMARY KEY,\n    size INTEGER REFERENCES notes (size)\n) STRICT;",
        ),
        [`${second}:5 foreign key mismatch - "links" referencing "notes"`],
    ],
    [
        "nothing of such a foreign key where its rule is not allowed",
        migration("CREATE TABLE links (id INTEGER PRIMARY KEY REFERENCES notes (size)) STRICT;"),
        [],
    ],
    ["nothing where another rule tells why it fails", migration("ALTER TABLE notes ADD COLUMN code TEXT UNIQUE;"), []],
    [
        "no row that is written through a view, whose file a deploy creates before, nor what needs that row",
        throughView("INSERT INTO v_more (body) VALUES ('x');\nINSERT INTO tags (id, note_id) VALUES (1, 1);"),
        [],
    ],
    [
        "a view that a migration reads before a deploy creates it",
        throughView("INSERT INTO tags (id, note_id) SELECT 1, count(*) FROM v_more;"),
        [`${second}:2 no such table: v_more`],
    ],
    [
        "an undo file that fails, beside a row that is written through a view",
        {
            ...throughView("INSERT INTO v_more (body) VALUES ('x');"),
            [undo]: "-- Undoes it.\nDELETE FROM moods;\n",
        },
        [`${undo}:2 no such table: moods`],
    ],
    [
        "nothing that a file would need which ends inside a literal",
        {
            ...migration("CREATE TABLE moods (id INTEGER) STRICT;\nSELECT 'open;"),
            "views/v_more.sql": view("SELECT id AS id FROM moods"),
        },
        [],
    ],
];

test.each(cases)("finds %s", async (_, files, failures) => {
    expect(await findFailures(files)).toEqual(failures);
});

test("says what a rebuild of the files would lose of their own rows, and what to do", async () => {
    const root = writeProject(base);
    const kept = rebuild.replace("FROM notes;", "FROM notes WHERE size > 1;");
    expect(kept).not.toBe(rebuild);
    changeProject(root, {
        ...migration("INSERT INTO notes (id, body) VALUES (1, 'a'), (2, 'bb');"),
        "migrations/003.do.rebuild-notes.sql": `-- Rebuilds.\n${kept}\n`,
    });
    expect(await findFailingStatements(await readFiles(root))).toEqual([
        {
            rule: "failing-statement",
            path: "migrations/003.do.rebuild-notes.sql",
            message: "the rebuild would lose what the table has now; would be lost: 1 row of notes",
            remedy: expect.stringMatching(
                /^copy every row; if rows should go, `mv \S+ \S+`, then delete them in migrations\/003.do.delete-rows.sql/,
            ),
        },
    ]);
});
