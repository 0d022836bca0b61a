import { storedSql } from "../src/sql/statement-facts.ts";
import { splitStatements } from "../src/sql/statements.ts";
import { type Assumption, mustEqual, refuses, returns } from "./assumption.ts";

const commented = `
CREATE   TABLE schema_probe_words (
    /* One row is a word; comments; stay. */
    -- The word itself.
    word TEXT NOT NULL, -- and a trailing one
    CONSTRAINT schema_probe_words_word_is_not_empty CHECK (word <> '')
) STRICT;

CREATE UNIQUE INDEX schema_probe_words_word ON schema_probe_words (
    /* Serves the search for a word. */
    word
);

CREATE VIEW schema_probe_view AS
/* Every word. */
SELECT
    word.word AS word
FROM
    schema_probe_words AS word;

CREATE TRIGGER schema_probe_trigger
/* Two statements; an END; in words. */
AFTER INSERT ON schema_probe_words
BEGIN
    INSERT INTO schema_probe_log VALUES ('first; END;');
    INSERT INTO schema_probe_log VALUES (NEW.word);
END;`;

const allStored = "SELECT name, sql FROM sqlite_schema WHERE name LIKE 'schema_probe_%' ORDER BY rowid";
const brokenTrigger = (event: string): string[] => [
    "CREATE TABLE schema_probe_fired (n INTEGER)",
    `CREATE TRIGGER schema_probe_broken AFTER ${event} ON schema_probe_fired BEGIN DELETE FROM schema_probe_missing; END`,
];
const brokenView = "CREATE VIEW schema_probe_broken AS SELECT missing.n AS n FROM schema_probe_missing AS missing";

/** Assumptions about CREATE, ALTER and sqlite_schema. */
export const schemaAssumptions: readonly Assumption[] = [
    {
        name: "sqlite_schema keeps each statement as it was written, comments included",
        why: "documentation and comparison with the files use it",
        attempt: async (lab) => {
            const statements = splitStatements(commented);
            const rows = await lab.inside(
                ["CREATE TABLE schema_probe_log (word TEXT)", ...statements.map(({ sql }) => sql)],
                allStored,
            );
            statements.forEach((statement, at) => {
                mustEqual(rows[at + 1]?.sql, storedSql(statement), `statement ${at + 1}`);
            });
        },
    },
    {
        name: "sqlite_schema by rowid is in the order of creation",
        why: "TURSO_SCHEMA.sql is written in that order",
        attempt: async (lab) => {
            const names = ["schema_probe_z", "schema_probe_a", "schema_probe_m"];
            const rows = await lab.inside(
                names.map((name) => `CREATE TABLE ${name} (n)`),
                allStored,
            );
            mustEqual(
                rows.filter((row) => names.includes(String(row.name))).map((row) => row.name),
                names,
                "order",
            );
        },
    },
    {
        name: "a refused CHECK is reported by its name",
        why: "the name tells the user which rule was broken",
        attempt: refuses(
            [
                "CREATE TABLE schema_probe_level (level INTEGER CONSTRAINT schema_probe_level_is_1_to_3 CHECK (level BETWEEN 1 AND 3))",
                "INSERT INTO schema_probe_level VALUES (4)",
            ],
            "schema_probe_level_is_1_to_3",
        ),
    },
    {
        name: "a STRICT table refuses a value of another type",
        why: "columns hold only values of their type",
        attempt: refuses([
            "CREATE TABLE schema_probe_strict (n INTEGER) STRICT",
            "INSERT INTO schema_probe_strict VALUES ('many')",
        ]),
    },
    {
        name: "a CHECK can require valid JSON of one type",
        why: "the database checks JSON columns",
        attempt: async (lab) => {
            const make =
                "CREATE TABLE schema_probe_json (list TEXT CHECK (iif(json_valid(list), json_type(list) = 'array', 0)))";
            const insert = (value: string): string => `INSERT INTO schema_probe_json VALUES ('${value}')`;
            await returns([make, insert('["a"]')], "SELECT list FROM schema_probe_json", [{ list: '["a"]' }])(lab);
            for (const value of ["{}", "[", ""]) await refuses([make, insert(value)])(lab);
        },
    },
    {
        name: "a default may be an expression: a random UUID, the time now",
        why: "the database fills in ids and times",
        attempt: returns(
            [
                `CREATE TABLE schema_probe_default (
                        id TEXT DEFAULT (lower(hex(randomblob(4)) || printf('-%s', hex(randomblob(2))))),
                        at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
                    ) STRICT`,
                "INSERT INTO schema_probe_default DEFAULT VALUES",
                "INSERT INTO schema_probe_default DEFAULT VALUES",
            ],
            "SELECT count(DISTINCT id) AS ids, min(id GLOB '[0-9a-f]*-*') AS shaped, min(length(at)) AS length FROM schema_probe_default",
            [{ ids: 2, shaped: 1, length: 24 }],
        ),
    },
    ...["INSERT", "UPDATE", "DELETE"].map(
        (event): Assumption => ({
            name: `EXPLAIN ${event} finds a trigger that does not prepare`,
            why: "a deploy validates every trigger before it commits, without changing a row",
            attempt: async (lab) => {
                const explain = {
                    INSERT: "EXPLAIN INSERT INTO schema_probe_fired DEFAULT VALUES",
                    UPDATE: "EXPLAIN UPDATE schema_probe_fired SET n = n",
                    DELETE: "EXPLAIN DELETE FROM schema_probe_fired",
                }[event] as string;
                await refuses([...brokenTrigger(event), explain], "schema_probe_missing")(lab);
                const repaired = [
                    ...brokenTrigger(event),
                    "CREATE TABLE schema_probe_missing (n)",
                    "INSERT INTO schema_probe_missing VALUES (1)",
                    explain,
                ];
                await returns(repaired, "SELECT count(*) AS n FROM schema_probe_missing", [{ n: 1 }])(lab);
            },
        }),
    ),
    {
        name: "SELECT … LIMIT 0 finds a view that does not prepare",
        why: "a deploy validates every view before it commits",
        attempt: refuses([brokenView, "SELECT * FROM schema_probe_broken LIMIT 0"]),
    },
    {
        name: "ADD COLUMN works beside a view and a trigger that do not prepare",
        why: "only for other changes of a table must views and triggers be dropped first",
        attempt: returns(
            [
                ...brokenTrigger("INSERT"),
                brokenView.replace("_broken", "_broken_view"),
                "ALTER TABLE schema_probe_fired ADD COLUMN more TEXT NOT NULL DEFAULT ''",
            ],
            "SELECT group_concat(name) AS names FROM pragma_table_info('schema_probe_fired')",
            [{ names: "n,more" }],
        ),
    },
    {
        name: "columns can be renamed and dropped, and pragma_table_info can be joined to sqlite_schema",
        why: "a rollback lists the columns, with the number of values, that would be lost",
        attempt: returns(
            [
                "CREATE TABLE schema_probe_columns (a, b, c)",
                "ALTER TABLE schema_probe_columns DROP COLUMN a",
                "ALTER TABLE schema_probe_columns RENAME COLUMN b TO d",
            ],
            "SELECT c.name AS name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.name = 'schema_probe_columns'",
            [{ name: "d" }, { name: "c" }],
        ),
    },
    {
        name: "the sequence of an AUTOINCREMENT table can be written",
        why: "a rebuilt table must not reuse the ids of deleted rows",
        attempt: returns(
            [
                "CREATE TABLE schema_probe_count (id INTEGER PRIMARY KEY AUTOINCREMENT)",
                "INSERT INTO schema_probe_count VALUES (5)",
                "DELETE FROM sqlite_sequence WHERE name = 'schema_probe_count' AND seq < 41",
                "INSERT INTO sqlite_sequence (name, seq) VALUES ('schema_probe_count', 41)",
                "INSERT INTO schema_probe_count DEFAULT VALUES",
            ],
            "SELECT max(id) AS id FROM schema_probe_count",
            [{ id: 42 }],
        ),
    },
];
