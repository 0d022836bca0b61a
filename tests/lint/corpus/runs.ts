import { base, inMigration, migration, type Sample, second } from "./base.ts";

const nested = (depth: number): string => `SELECT ${"(".repeat(depth)}1${")".repeat(depth)};`;
const terms = (count: number): string => `${Array(count).fill("SELECT 1").join("\nUNION ALL\n")};`;
const text = (bytes: number): string => `INSERT INTO tags (id, note_id) VALUES (1, '${"x".repeat(bytes)}');`;
const vectors = (end: string): string => `CREATE TABLE v (\n    id INTEGER PRIMARY KEY,\n    e F32_BLOB(3)\n)${end};`;
const trigger = base["triggers/trg_notes_insert.sql"] ?? "";
const body = (expression: string): Record<string, string> => ({
    "triggers/trg_notes_insert.sql": trigger.replace("length(NEW.body)", expression),
});

/** Rules of what runs on Turso. */
export const runs: Readonly<Record<string, Sample>> = {
    "file-name": {
        caught: { "migrations/002-do-x.sql": "SELECT 1;\n" },
        at: ["migrations/002-do-x.sql:1"],
        fine: { "migrations/002.do.add-x.sql": "SELECT 1;\n" },
    },
    "open-text": inMigration("SELECT 1;\nSELECT 'it''s;", [2], "SELECT 1;\nSELECT 'it''s';"),
    "nul-character": { ...inMigration("SELECT 'a\0b';", [0], "SELECT 'a\\0b';") },
    "tool-marker": inMigration(
        "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;",
        [3],
        "-- Migrate: up to 3 levels, down to none.\nSELECT '\n-- migrate:down\n'; -- +goose Down\n" +
            "CREATE TABLE votes (\n    -- Up\n    up INTEGER,\n    -- Down\n    down INTEGER\n) STRICT;",
    ),
    "no-statement": { caught: { [second]: "-- Later.\n" }, at: [`${second}:1`], fine: migration("SELECT 1;") },
    "own-transaction": inMigration(
        "SELECT 1;\nCOMMIT;",
        [2],
        "SELECT 'commit';\nALTER TABLE notes ADD COLUMN begun TEXT;",
    ),
    pragma: inMigration("PRAGMA foreign_keys = OFF;", [1], "SELECT name FROM pragma_table_info('notes');"),
    "refused-statement": inMigration("SELECT 1;\n\nVACUUM;", [3], "REINDEX notes;"),
    "temporary-object": inMigration(
        "CREATE TEMP TABLE aside (id INTEGER);",
        [1],
        "CREATE TABLE temperature (id INTEGER) STRICT;",
    ),
    "ordered-aggregate": inMigration(
        "SELECT\n    group_concat(body ORDER BY id)\nFROM notes;",
        [2],
        "SELECT group_concat(body) FROM (SELECT body FROM notes ORDER BY id);",
    ),
    "having-without-group-by": inMigration(
        "SELECT count(*)\nFROM notes\nHAVING count(*) > 1;",
        [3],
        "SELECT size FROM notes GROUP BY size HAVING count(*) > 1;",
    ),
    "bookkeeping-table": inMigration(
        "DELETE FROM schemaversion;",
        [1],
        "DELETE FROM notes WHERE body = 'schemaversion';",
    ),
    parameter: inMigration("DELETE FROM notes\nWHERE id = ?1;", [2], "DELETE FROM notes WHERE body = '?1';"),
    "statement-size": inMigration(text(5_000_000), [1], `${text(2_600_000)}\n${text(2_600_000)}`),
    "view-in-migration": inMigration(
        "CREATE VIEW v_more AS SELECT 1 AS one;",
        [1],
        "CREATE TABLE v_more (one INTEGER) STRICT;",
    ),
    "object-file": {
        caught: { "views/v_other.sql": "-- One.\nCREATE VIEW v_more AS SELECT 1 AS one;\n" },
        at: ["views/v_other.sql:2"],
        fine: { "views/v_other.sql": "-- One.\nCREATE VIEW v_other AS SELECT 1 AS one;\n" },
    },
    "failing-statement": {
        caught: {
            [second]:
                "-- Adds.\nALTER TABLE notes ADD COLUMN lang TEXT;\nCRATE TABLE moods (\n    id INTEGER PRIMARY KEY\n) STRICT;\n",
            "migrations/002.undo.change-notes.sql":
                "-- Undoes it.\nDROP TABLE moods;\n\nALTER TABLE notes DROP COLUMN langs;\n",
            "triggers/trg_notes_insert.sql": trigger.replace("size = length", "sizes = length"),
        },
        at: [`${second}:3`, "migrations/002.undo.change-notes.sql:4", "triggers/trg_notes_insert.sql:5"],
        fine: {
            [second]:
                "-- Adds.\nALTER TABLE notes ADD COLUMN lang TEXT;\nCREATE TABLE moods (\n    id INTEGER PRIMARY KEY\n) STRICT;\n",
            "migrations/002.undo.change-notes.sql":
                "-- Undoes it.\nDROP TABLE moods;\n\nALTER TABLE notes DROP COLUMN lang;\n",
        },
    },
    "deep-parentheses": inMigration(nested(91), [1], nested(90)),
    "too-many-terms": inMigration(terms(501), [1], terms(500)),
    "vector-in-strict-table": inMigration(vectors(" STRICT"), [3], vectors("")),
    "case-in-trigger": {
        caught: body("CASE NEW.body WHEN '' THEN 0 ELSE 1 END"),
        at: ["triggers/trg_notes_insert.sql:5"],
        fine: { ...body("iif(NEW.body = 'CASE', 0, 1)"), ...migration("SELECT CASE 1 WHEN 1 THEN 2 END;") },
    },
};
