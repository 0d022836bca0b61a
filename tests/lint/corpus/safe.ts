import { base, inMigration, migration, rebuild, type Sample, second } from "./base.ts";

const cascading =
    "CREATE TABLE marks (\n    id INTEGER PRIMARY KEY REFERENCES notes (id) ON DELETE CASCADE\n) STRICT;\n";
const replace = "INSERT OR REPLACE INTO notes (id, body) VALUES (1, 'a');";
const third = "migrations/003.do.save-notes.sql";
const fourth = "migrations/004.do.unite-notes.sql";
const undo = "migrations/002.undo.change-notes.sql";
const withUndo = (sql: string): Record<string, string> => ({
    [second]: "-- Adds.\nALTER TABLE notes ADD COLUMN lang TEXT;\nCREATE INDEX idx_notes_lang ON notes (lang);\n",
    [undo]: `-- Undoes it.\n${sql}\n`,
});
const first = base["migrations/001.do.create-notes.sql"] ?? "";
const copy = "INSERT INTO notes_new (id, body, size) SELECT id, body, size FROM notes;";
const spoil = (from: string, to: string): string => {
    if (!rebuild.includes(from)) throw new Error(`The rebuild does not hold: ${from}`);
    return rebuild.replace(from, to);
};

/** Rules of what rows and readers meet. */
export const safe: Readonly<Record<string, Sample>> = {
    "alter-column": inMigration(
        "ALTER TABLE notes ALTER COLUMN size TO size TEXT;",
        [1],
        "ALTER TABLE notes ADD COLUMN alter_ego TEXT;",
    ),
    "renamed-away": inMigration(
        "ALTER TABLE notes RENAME TO notes_old;\nCREATE TABLE notes (id INTEGER) STRICT;\nDROP TABLE notes_old;",
        [2],
        rebuild,
    ),
    "dropped-parent": inMigration("DROP TABLE notes;", [0], "DROP TABLE tags;\nDROP TABLE notes;"),
    "unwatched-write": inMigration(
        "ALTER TABLE settings RENAME COLUMN writer TO author;\nINSERT INTO notes (body) VALUES ('c');",
        [2],
        "ALTER TABLE settings RENAME COLUMN writer TO author;\nDELETE FROM notes WHERE body = 'c';",
    ),
    "drop-table": inMigration("SELECT 1;\nDROP TABLE tags;", [2], rebuild),
    "drop-column": inMigration(
        "ALTER TABLE notes DROP COLUMN size;",
        [1],
        "CREATE TABLE fresh (id INTEGER, a TEXT) STRICT;\nALTER TABLE fresh DROP COLUMN a;",
    ),
    rename: inMigration("ALTER TABLE notes RENAME COLUMN size TO length;", [1], rebuild),
    "if-exists": inMigration(
        "CREATE TABLE IF NOT EXISTS fresh (id INTEGER) STRICT;\nDROP INDEX IF EXISTS idx_notes_size;",
        [1, 2],
        "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM notes);",
    ),
    "create-table-as": inMigration(
        "CREATE TABLE aside AS SELECT id FROM notes;",
        [1],
        "CREATE TABLE aside (id INTEGER, twice INTEGER AS (id * 2)) STRICT;",
    ),
    "no-where": inMigration(
        "UPDATE notes\nSET size = (SELECT 1 WHERE 1);\nDELETE FROM tags WHERE 1 = 1;",
        [1, 3],
        "UPDATE settings SET writer = 'x';\nUPDATE notes SET size = 1 WHERE size IS NULL;\n" +
            "CREATE TABLE fresh (id INTEGER) STRICT;\nDELETE FROM fresh;",
    ),
    "not-null-without-default": inMigration(
        "ALTER TABLE notes ADD COLUMN lang TEXT NOT NULL;\nALTER TABLE notes ADD a TEXT NOT NULL DEFAULT NULL;",
        [1, 2],
        "ALTER TABLE notes ADD COLUMN lang TEXT NOT NULL DEFAULT 'en';\nCREATE TABLE fresh (id INTEGER) STRICT;\n" +
            "ALTER TABLE fresh ADD COLUMN lang TEXT NOT NULL;",
    ),
    "add-column-default": inMigration(
        "ALTER TABLE notes ADD COLUMN at TEXT DEFAULT (strftime('%Y'));\nALTER TABLE notes ADD COLUMN on_day TEXT DEFAULT CURRENT_DATE;\n" +
            "ALTER TABLE notes ADD COLUMN other INTEGER DEFAULT 1 REFERENCES notes (id);\n" +
            "ALTER TABLE notes ADD COLUMN twice INTEGER AS (size * 2) STORED;\nALTER TABLE notes ADD COLUMN sum INTEGER DEFAULT (1 + 1);",
        [1, 2, 3, 4, 5],
        "ALTER TABLE notes ADD COLUMN minus INTEGER DEFAULT -1;\n" +
            "ALTER TABLE notes ADD COLUMN other INTEGER REFERENCES notes (id);\n" +
            "ALTER TABLE notes ADD COLUMN twice INTEGER AS (size * 2);",
    ),
    "unique-over-rows": inMigration(
        "CREATE UNIQUE INDEX idx_notes_body ON notes (body);",
        [1],
        "CREATE INDEX idx_notes_body ON notes (body);\nCREATE TABLE fresh (id INTEGER) STRICT;\n" +
            "CREATE UNIQUE INDEX idx_fresh_id ON fresh (id);",
    ),
    "whole-table": inMigration(
        "CREATE TABLE fresh (id INTEGER) STRICT;\nINSERT INTO fresh (id) SELECT id FROM notes;",
        [2],
        `INSERT INTO tags (note_id) SELECT id FROM notes WHERE size > 9;\n${rebuild}`,
    ),
    "replace-with-children": {
        caught: { ...migration(cascading), [third]: `-- Saves.\n${replace}\n` },
        at: [`${third}:2`],
        fine: {
            ...migration(cascading),
            [third]:
                "-- Saves.\nINSERT INTO notes (id, body) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET body = 'a';\n" +
                "REPLACE INTO tags (id, note_id) VALUES (1, 1);\n",
        },
    },
    "rebuild-loses-objects": inMigration(spoil(/CREATE INDEX[^;]*;/.exec(rebuild)?.[0] ?? "", ""), [14], rebuild),
    "rebuild-loses-rows": inMigration(
        spoil(copy, "INSERT INTO notes_new (id, body, size) SELECT id, size, body FROM notes;"),
        [12, 12],
        spoil(
            copy,
            "INSERT INTO notes_new (id, body, size) SELECT old.id, trim(old.body), size AS size FROM notes AS old;",
        ),
    ),
    "rebuild-drops-rows": {
        caught: {
            ...migration(`DELETE FROM notes WHERE size < 0;\n${spoil(copy, copy.replace(";", " WHERE size > 1;"))}`),
            [third]: `-- Joins.\n${spoil(copy, copy.replace("size FROM notes;", "notes.size FROM notes LEFT JOIN tags AS t ON t.note_id = notes.id JOIN settings AS s ON s.id = t.id;"))}`,
            [fourth]: `-- Unites.\n${spoil(copy, copy.replace(";", " UNION SELECT 9, 'nine', 9;"))}`,
        },
        at: [`${second}:2`, `${second}:14`, `${third}:13`, `${fourth}:13`],
        fine: {
            ...migration(
                `DELETE FROM tags WHERE note_id = 1;\n${spoil(copy, copy.replace("size FROM notes;", "t.id FROM notes LEFT JOIN tags AS t ON t.note_id = notes.id LEFT OUTER JOIN settings AS s ON s.id = t.id WHERE true;"))}`,
            ),
            [third]: `-- Unites.\n${spoil(copy, copy.replace(";", " UNION ALL SELECT 9, 'nine', 9;"))}`,
        },
    },
    "rebuild-loses-columns": inMigration(
        spoil(
            "    -- How long it is.\n    size INTEGER,\n    CONSTRAINT notes_size_is_small CHECK (size < 9000)\n",
            "    more TEXT\n",
        ).replace(copy, "INSERT INTO notes_new (id, body) SELECT id, body FROM notes;"),
        [12],
        spoil("    size INTEGER,", "    length INTEGER,").replace(
            "notes_new (id, body, size)",
            "notes_new (id, body, length)",
        ),
    ),
    "rebuild-loses-rules": inMigration(spoil(" AUTOINCREMENT", ""), [14], rebuild),
    "no-undo": { caught: { [second]: "-- Looks.\nSELECT 1;\n" }, at: [`${second}:1`], fine: migration("SELECT 1;") },
    "undo-incomplete": {
        caught: withUndo("DROP INDEX idx_notes_lang;"),
        at: [`${undo}:1`],
        fine: withUndo("DROP INDEX idx_notes_lang;\nALTER TABLE notes DROP COLUMN lang;"),
    },
    "column-type": inMigration(
        "CREATE TABLE loose (\n    id INTEGER PRIMARI KEY,\n    a TEXT NOTNUL,\n    b UUID\n);\nALTER TABLE loose ADD COLUMN c INTEGER UNIQE;",
        [2, 3, 6],
        "CREATE TABLE loose (\n    id INTEGER PRIMARY KEY,\n    a varchar (20) NOT NULL,\n    b UNSIGNED BIG INT,\n    c,\n    d DECIMAL(10, 2)\n);",
    ),
    "foreign-key-parent": {
        caught: {
            ...migration(
                "CREATE TABLE links (\n    id TEXT PRIMARY KEY,\n    a INTEGER REFERENCES note (id),\n    b INTEGER REFERENCES notes (size),\n    c INTEGER,\n    d ANY,\n    FOREIGN KEY (c) REFERENCES links\n) STRICT;",
            ),
            [third]: "-- Adds.\nALTER TABLE tags ADD COLUMN other TEXT REFERENCES notes (id);\n",
        },
        at: [`${second}:4`, `${second}:5`, `${second}:6`, `${third}:2`],
        fine: {
            ...migration(
                "CREATE TABLE links_new (\n    id INT PRIMARY KEY,\n    a INTEGER REFERENCES notes,\n    b ANY REFERENCES notes (body),\n    c INTEGER REFERENCES links_new (id)\n) STRICT;\nALTER TABLE links_new RENAME TO links;",
            ),
            [third]:
                "-- Adds.\nCREATE UNIQUE INDEX idx_notes_body ON notes (body);\nALTER TABLE tags ADD COLUMN other INTEGER REFERENCES links (id);\n",
        },
    },
    "foreign-key-index": {
        caught: {
            ...migration(
                "CREATE TABLE links (\n    id INTEGER PRIMARY KEY,\n    a INTEGER REFERENCES notes (id)\n) STRICT;\nCREATE INDEX idx_links_a ON links (a)\nWHERE a > 0;",
            ),
            [third]: "-- Adds.\nALTER TABLE tags ADD COLUMN other INTEGER REFERENCES notes (id);\n",
        },
        at: [`${second}:4`, `${third}:2`],
        fine: {
            ...migration(
                "CREATE TABLE links (\n    a INTEGER PRIMARY KEY REFERENCES notes (id),\n    b INTEGER REFERENCES notes (id),\n    c INTEGER REFERENCES notes (id),\n    UNIQUE (b, c)\n) STRICT;",
            ),
            [third]: "-- Adds.\nCREATE INDEX idx_links_c_a ON links (c, a);\n",
        },
    },
    "index-query": {
        caught: {
            "migrations/001.do.create-notes.sql": first.replace("Serves the longest notes.", "By length."),
            ...migration(
                "CREATE INDEX idx_notes_body ON notes (\n    /* Serves v_note and queries/by-body.sql, the query by-title, the queries by-size and by-day. Serves by-hour. Also by-user-name. */\n    body\n);",
            ),
        },
        at: ["migrations/001.do.create-notes.sql:13", ...Array.from({ length: 7 }, () => `${second}:2`)],
        fine: {
            ...migration(
                "CREATE UNIQUE INDEX idx_notes_body ON notes (\n    /* Says everything once: v_notes, by-body.sql note_id, views/v_notes.sql and trg_notes_insert.sql. Serves by-body. It helps the query by-body, the clean-up, and full-text search. */\n    body\n);",
            ),
            "queries/by-body.sql": "-- Notes by body.\nSELECT id FROM notes ORDER BY body;\n",
        },
    },
};
