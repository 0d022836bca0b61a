import Database from "libsql";
import { expect, test } from "vitest";
import { lintFiles } from "../../src/lint/lint.ts";
import { readFiles } from "../../src/planning/files.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { base, type Files, migration, rebuild } from "./corpus/base.ts";

const copy = "INSERT INTO notes_new (id, body, size) SELECT id, body, size FROM notes;";
const copied = (statement: string): string => rebuild.replace(copy, statement);
const ranked = "SELECT id, body, size, row_number() OVER (PARTITION BY body ORDER BY id) AS nth FROM notes";
const first = base["migrations/001.do.create-notes.sql"] ?? "";
const onFirst = (from: string, to: string, sql: string): Files => ({
    "migrations/001.do.create-notes.sql": first.replace(from, to),
    ...migration(sql),
});
const unique = "    size INTEGER,\n    UNIQUE (body, size),\n    CONSTRAINT";
const plain = "    size INTEGER,\n    CONSTRAINT";
const view = (columns: string): Files => ({
    "views/v_more.sql": `CREATE VIEW v_more AS\n/* One row is one note. */\nSELECT\n    ${columns};\n`,
});

const computed = [
    "(1 + 1)",
    "('a' || 'b')",
    "(strftime('%Y'))",
    "(abs(1))",
    "(CASE 1 WHEN 1 THEN 2 END)",
    "CURRENT_TIME",
];
const literal = ["-1", "(-1)", "(-(-1))", "(TRUE)", "(NULL)", "('a''b')", "(x'00')", "(CAST(1 AS TEXT))", "TRUE"];

/** Rule, what it must catch (its messages), and where. */
const variants: readonly (readonly [rule: string, files: Files, ...messages: string[]])[] = [
    ...["(1 = 1)", "NOT 0", "2 > 1", "id = id", "'a' = 'a' RETURNING id", "TRUE"].map(
        (condition) =>
            ["no-where", migration(`DELETE FROM tags WHERE ${condition};`), "DELETE of every row of 'tags'"] as const,
    ),
    ...["id = note_id", "0", "note_id IS NULL", "(id) = 1", "EXISTS (SELECT 1)", "random() < 0"].map(
        (condition) => ["no-where", migration(`DELETE FROM tags WHERE ${condition};`)] as const,
    ),
    [
        "no-where",
        migration("WITH x AS (SELECT 1 WHERE 1) UPDATE notes SET size = 1;"),
        "UPDATE of every row of 'notes'",
    ],
    ["no-where", migration("UPDATE notes SET size = 1 FROM tags AS t WHERE t.note_id = notes.id;")],
    [
        "no-where",
        onFirst("CHECK (size >= 0)", "CHECK (size = 0)", "UPDATE notes SET size = 0;"),
        "UPDATE of every row of 'notes'",
    ],
    [
        "whole-table",
        migration("INSERT INTO tags (note_id) SELECT id FROM notes WHERE true ON CONFLICT DO NOTHING;"),
        "reads every row of 'notes' in one statement",
    ],
    ...computed.map(
        (value) =>
            [
                "add-column-default",
                migration(`ALTER TABLE notes ADD COLUMN x INTEGER DEFAULT ${value};`),
                "'notes.x' has a default that is computed",
            ] as const,
    ),
    ...literal.map(
        (value) => ["add-column-default", migration(`ALTER TABLE notes ADD COLUMN x ANY DEFAULT ${value};`)] as const,
    ),
    ["add-column-default", migration("ALTER TABLE notes ADD COLUMN x TEXT UNIQUE;"), "'notes.x' is UNIQUE"],
    ["not-null-without-default", migration("ALTER TABLE notes ADD COLUMN x INTEGER NOT NULL AS (id + 1) VIRTUAL;")],
    [
        "vector-in-strict-table",
        migration("ALTER TABLE notes ADD COLUMN e F32_BLOB(3);"),
        "adds a vector to the STRICT table 'notes'",
    ],
    [
        "vector-in-strict-table",
        migration("CREATE TABLE v (\n    id INTEGER PRIMARY KEY,\n    e F32_BLOB(3)\n) STRICT, WITHOUT ROWID;"),
        "'e' is a vector in a STRICT table",
    ],
    ["keyword-case", migration("SELECT body AS text FROM notes ORDER BY text;")],
    ["keyword-case", migration("SELECT CAST(size AS text) AS size FROM notes;"), "'text' is not in capitals"],
    [
        "renamed-away",
        migration("ALTER TABLE tags RENAME TO tags_old;\nCREATE TABLE tags (id INTEGER) STRICT;\nDROP TABLE tags_old;"),
        "renames 'tags' away and creates it again, so that the deploy would not check that its rows and indexes are kept",
    ],
    [
        "rebuild-loses-columns",
        {
            ...migration("CREATE TABLE IF NOT EXISTS notes (id INTEGER, y TEXT);"),
            "migrations/003.do.rebuild-notes.sql": `-- Rebuilds.\n${rebuild}\n`,
        },
    ],
    ["renamed-away", migration("ALTER TABLE tags RENAME TO tags_2023;\nCREATE TABLE tags (id INTEGER) STRICT;")],
    [
        "rename",
        migration("ALTER TABLE tags RENAME TO tags_2023;\nCREATE TABLE tags (id INTEGER) STRICT;"),
        "renames 'tags'",
    ],
    [
        "renamed-away",
        migration(
            "ALTER TABLE tags RENAME TO x;\nALTER TABLE x RENAME TO y;\nCREATE TABLE tags (id INTEGER) STRICT;\nDROP TABLE y;",
        ),
        "renames 'tags' away and creates it again, so that the deploy would not check that its rows and indexes are kept",
    ],
    [
        "renamed-away",
        migration(
            "ALTER TABLE notes RENAME TO notes_old;\nCREATE TABLE notes (id INTEGER) STRICT;\nDROP TABLE notes_old;",
        ),
        "renames 'notes' away and creates it again, so child tables would follow the old one",
    ],
    ["view-columns", view("1 AS one\nLIMIT\n    1")],
    ["view-columns", view("size AS size\nFROM\n    notes\nGROUP BY\n    size")],
    ["view-columns", view("1\nLIMIT\n    1"), "a column of 'v_more' has no AS"],
    ...(
        [
            ["FROM notes JOIN tags AS t ON t.note_id = notes.id", "a join"],
            ["FROM notes, tags AS t", "a join"],
            ["FROM notes LIMIT 9", "LIMIT"],
            ["FROM notes GROUP BY body", "GROUP BY"],
            ["FROM notes WHERE size > 1", "WHERE"],
            ["FROM notes WHERE true ON CONFLICT DO NOTHING", "DO NOTHING"],
        ] as const
    ).map(
        ([clause, words]) =>
            [
                "rebuild-drops-rows",
                migration(copied(copy.replace("FROM notes", clause))),
                `copies the rows of 'notes' with ${words}, which may leave some out`,
            ] as const,
    ),
    [
        "rebuild-drops-rows",
        migration(copied(`${copy.replace(";", " WHERE size > 1;")}\n${copy.replace(";", " WHERE size <= 1;")}`)),
    ],
    [
        "rebuild-loses-rows",
        migration(
            copied(
                "INSERT INTO notes_new (id, body, size) SELECT n.id, n.body, t.id FROM notes AS n LEFT JOIN tags t ON t.note_id = n.id;",
            ),
        ),
    ],
    [
        "rebuild-loses-rows",
        migration(
            copied(
                "INSERT INTO notes_new (id, body, size) SELECT n.id, n.body, n.id FROM notes n LEFT JOIN tags t ON t.note_id = n.id;",
            ),
        ),
        "copies 'id' into 'size'",
    ],
    [
        "rebuild-loses-rows",
        migration(
            copied(
                "INSERT INTO notes_new (id, body, size) SELECT notes.id, body, note_id FROM notes LEFT JOIN tags ON note_id = notes.id;",
            ),
        ),
    ],
    [
        "rebuild-loses-rows",
        migration(
            copied(`INSERT INTO notes_new (id, body, size) SELECT id, body, size FROM (${ranked}) WHERE nth = 1;`),
        ),
    ],
    [
        "rebuild-loses-rows",
        migration(
            copied(
                `WITH r AS (${ranked}) INSERT INTO notes_new (id, body, size) SELECT id, body, size FROM r WHERE nth = 1;`,
            ),
        ),
    ],
    [
        "rebuild-loses-rows",
        migration(copied("INSERT INTO notes_new (id, body) VALUES (1, 'a');")),
        "rebuilds 'notes' without copying its rows",
    ],
    ["rebuild-loses-rules", onFirst(plain, unique, rebuild), "rebuilds 'notes' without UNIQUE (body, size)"],
    ["rebuild-loses-rules", onFirst(plain, unique, rebuild.replace(plain, unique))],
    ["rebuild-loses-rules", onFirst(plain, unique, rebuild.replace("body TEXT NOT NULL", "body TEXT NOT NULL UNIQUE"))],
    [
        "rebuild-loses-rules",
        onFirst(plain, unique, `${rebuild}\nCREATE UNIQUE INDEX idx_notes_size_body ON notes (size, body);`),
    ],
    [
        "unique-over-rows",
        migration(rebuild.replace(plain, unique)),
        "UNIQUE (body, size) fails on duplicates in 'notes'",
    ],
    ["unique-over-rows", onFirst("body TEXT NOT NULL", "body TEXT NOT NULL UNIQUE", rebuild.replace(plain, unique))],
    ["unique-over-rows", migration(rebuild)],
];

test.each(variants)("%s judges variant %# of what it is for", async (...variant) => {
    const [id, files, ...messages] = variant as unknown as (typeof variants)[number];
    const root = writeProject(base);
    changeProject(root, files);
    const { findings } = lintFiles(await readFiles(root));
    expect(findings.filter(({ rule }) => rule === id).map(({ message }) => message)).toEqual(messages);
});

test("the defaults that it takes for computed are those that SQLite refuses to add where there are rows", () => {
    for (const value of [...computed, ...literal]) {
        const database = new Database(":memory:");
        database.exec("CREATE TABLE notes (size INTEGER); INSERT INTO notes VALUES (1);");
        const add = (): unknown => database.exec(`ALTER TABLE notes ADD COLUMN x DEFAULT ${value}`);
        if (computed.includes(value)) expect(add, value).toThrow("non-constant default");
        else expect(add, value).not.toThrow();
        database.close();
    }
});
