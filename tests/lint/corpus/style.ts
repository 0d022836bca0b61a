import { base, inMigration, migration, type Sample, second } from "./base.ts";

const view = (columns: string): Record<string, string> => ({
    "views/v_more.sql": `CREATE VIEW v_more AS\n/* One row is one note. */\nSELECT\n    ${columns}\nFROM\n    notes;\n`,
});
const trigger = base["triggers/trg_notes_insert.sql"] ?? "";
const index = "migrations/001.do.create-notes.sql";

/** Rules of the house. */
export const style: Readonly<Record<string, Sample>> = {
    "select-star": {
        caught: view("n.*,\n    count(*) AS total"),
        at: ["views/v_more.sql:4"],
        fine: view("id * size AS area,\n    count(*) AS total"),
    },
    "view-columns": {
        caught: view("id,\n    max(size) AS size"),
        at: ["views/v_more.sql:4"],
        fine: view("id AS id,\n    (SELECT max(size) FROM notes) AS size"),
    },
    strict: inMigration(
        "CREATE TABLE strict_ones (\n    id INTEGER PRIMARY KEY\n);",
        [1],
        "CREATE TABLE strict_ones (\n    id INTEGER PRIMARY KEY\n) STRICT;\nCREATE VIRTUAL TABLE words USING fts5(body);",
    ),
    "without-rowid": inMigration(
        "CREATE TABLE pairs (\n    id TEXT PRIMARY KEY\n) STRICT, WITHOUT ROWID;",
        [1],
        "CREATE TABLE pairs (\n    id TEXT PRIMARY KEY\n) STRICT;",
    ),
    "primary-key": inMigration(
        "CREATE TABLE pairs (\n    id TEXT\n) STRICT;",
        [1],
        "CREATE TABLE pairs (\n    a TEXT,\n    b TEXT,\n    PRIMARY KEY (a, b)\n) STRICT;",
    ),
    "check-name": inMigration(
        "CREATE TABLE pairs (\n    a TEXT CHECK (a <> ''),\n    CONSTRAINT a_is_short CHECK (length(a) < 9)\n) STRICT;",
        [2, 3],
        "CREATE TABLE pairs (\n    a TEXT CONSTRAINT pairs_a_is_not_empty CHECK (a <> '')\n) STRICT;\n" +
            "ALTER TABLE notes ADD COLUMN x TEXT CONSTRAINT notes_x_is_not_empty CHECK (x <> '');",
    ),
    "delete-action": inMigration(
        "CREATE TABLE pairs (\n    a INTEGER REFERENCES notes (id) ON DELETE SET NULL\n) STRICT;",
        [2],
        "CREATE TABLE pairs (\n    a INTEGER REFERENCES notes (id) ON DELETE NO ACTION\n) STRICT;",
    ),
    heading: {
        caught: { [second]: "SELECT 1;\n" },
        at: [`${second}:1`],
        fine: { [second]: "-- Looks whether it is there.\nSELECT 1;\n" },
    },
    "object-comment": inMigration(
        "CREATE TABLE pairs (\n    -- Why.\n    a TEXT,\n    b TEXT\n) STRICT;\nCREATE INDEX idx_notes_body ON notes (body);",
        [6],
        "CREATE TABLE pairs (\n    /* One row is one pair. */\n    a TEXT\n) STRICT;",
    ),
    "column-comment": inMigration(
        "CREATE TABLE pairs (\n    /* One row is one pair. */\n    a TEXT,\n    -- The other.\n    b TEXT\n) STRICT;\n" +
            "ALTER TABLE notes ADD COLUMN x /* Why. */ TEXT;\nALTER TABLE notes ADD COLUMN y TEXT;",
        [3],
        "CREATE TABLE pairs (\n    /* One row is one pair. */\n    -- The one.\n    a TEXT,\n    UNIQUE (a)\n) STRICT;",
    ),
    "keyword-case": inMigration(
        "SELECT id from notes;\nALTER TABLE notes ADD COLUMN x text;",
        [1],
        "SELECT replace(body, 'select', 'from') AS body, each.key FROM notes, json_each('[]') AS each; -- from here\n" +
            "CREATE TABLE words (key TEXT, action TEXT, first TEXT, no TEXT, column TEXT, rows INTEGER, ignore TEXT, match TEXT) STRICT;\n" +
            "SELECT key, first, inner.no, column FROM words AS inner WHERE rows BETWEEN 1 AND 2 AND match = 'x' ORDER BY key, ignore;\n" +
            "ALTER TABLE words RENAME COLUMN column TO rename;\nUPDATE words SET action = 'no action', key = ignore;",
    ),
    "name-case": inMigration("SELECT Body FROM notes;", [1], "SELECT body FROM notes WHERE body = 'Body';"),
    "quoted-name": inMigration('SELECT "body" FROM notes;', [1], 'SELECT body AS "order", id AS "a b" FROM notes;'),
    "index-name": {
        caught: { [index]: (base[index] ?? "").replace("idx_notes_size", "idx_notes_length") },
        at: [`${index}:13`],
        fine: migration(
            "CREATE INDEX idx_notes_size_id ON notes (size DESC, id);\nCREATE INDEX idx_notes_lower ON notes (lower(body));\n" +
                "CREATE INDEX idx_notes_long ON notes (id) WHERE size > 9;",
        ),
    },
    "migration-name": {
        caught: { "migrations/002.do.tags.sql": "-- Looks.\nSELECT 1;\n" },
        at: ["migrations/002.do.tags.sql:1"],
        fine: { "migrations/002.do.look-around.sql": "-- Looks.\nSELECT 1;\n" },
    },
    "version-gap": {
        caught: { "migrations/0125.do.add-more.sql": "-- Adds.\nSELECT 1;\n" },
        at: ["migrations/0125.do.add-more.sql:1"],
        fine: {
            ...migration("SELECT 1;"),
            "migrations/20260131.do.add-more.sql": "-- Adds.\nSELECT 1;\n",
            "migrations/other/007.do.add-more.sql": "-- Adds.\nSELECT 1;\n",
        },
    },
    "white-space": {
        caught: {
            "triggers/trg_notes_insert.sql": trigger.replace("    UPDATE", "\tUPDATE").replace("BEGIN", "BEGIN "),
        },
        at: ["triggers/trg_notes_insert.sql:4"],
        fine: { "views/v_notes.sql": (base["views/v_notes.sql"] ?? "").replace("    id", "\tid") },
    },
    allow: {
        caught: migration("-- lint: allow rename: nobody uses it yet\nSELECT 1;"),
        at: [`${second}:2`],
        fine: migration("-- lint: allow rename: nobody uses it yet\nALTER TABLE notes RENAME COLUMN size TO length;"),
    },
};
