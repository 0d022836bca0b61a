/** A project with nothing wrong. */
export const base = {
    "migrations/001.do.create-notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT) STRICT;\n",
    "migrations/001.undo.create-notes.sql": "DROP TABLE notes;\n",
    "views/v_notes.sql": "CREATE VIEW v_notes AS SELECT body AS body FROM notes;\n",
};
const addition = "ALTER TABLE notes ADD COLUMN a TEXT;\n";

/** Files on top of the ones above, and the lines that name what is wrong with them and the remedy. */
type Case = readonly [string, Record<string, string | undefined>, readonly string[]];

/** What a file is called, and what it should be called. */
const renames: readonly (readonly [string, string])[] = [
    ["002.up.sql", "002.do.what-it-does.sql"],
    ["002.DO.add-tags.sql", "002.do.add-tags.sql"],
    ["003-do.sql", "003.do.what-it-does.sql"],
    ["V4__add_tags.sql", "004.do.add-tags.sql"],
    ["U001__create_notes.sql", "001.undo.create-notes.sql"],
    ["005.do.with.dots.sql", "005.do.with-dots.sql"],
    ["006.do.Add_Tags.sql", "006.do.add-tags.sql"],
    ["7.add-tags.down.sql", "007.undo.add-tags.sql"],
    ["20260102030405_add_tags.sql", "20260102030405.do.add-tags.sql"],
    ["008.do.sql", "008.do.what-it-does.sql"],
    ["009.do.add-tags.SQL", "009.do.add-tags.sql"],
    ["010.do.add-tags.js", "010.do.add-tags.sql"],
    ["011_do_tägs.sql", "011.do.t-gs.sql"],
    // The number is taken, or is larger than a version can be.
    ["001.DO.add-tags.sql", "002.do.add-tags.sql"],
    ["20260102030405678.do.add-tags.sql", "002.do.add-tags.sql"],
];

export const cases: readonly Case[] = [
    ...renames.map(([name, better]): Case => {
        const taken = better.startsWith("001.undo") ? { "migrations/001.undo.create-notes.sql": undefined } : {};
        const why = "is not named like a migration, so postgrator would silently ignore it";
        const path = `migrations/${name}`;
        const shown = /ä/.test(name) ? `'${path}'` : path;
        return [name, { ...taken, [path]: addition }, [`${path}: ${why}`, `    mv ${shown} migrations/${better}`]];
    }),
    [
        "version 0",
        { "migrations/000.do.add-tags.sql": addition, "migrations/000.undo.add-tags.sql": "SELECT 1;" },
        [
            "migrations/000.do.add-tags.sql: has version 0, which is the empty database; versions begin at 1",
            "    mv migrations/000.do.add-tags.sql migrations/002.do.add-tags.sql",
            "    mv migrations/000.undo.add-tags.sql migrations/002.undo.add-tags.sql",
        ],
    ],
    [
        "version 0 in a set that has no version 1",
        { "migrations/extra/0000.do.a.sql": "SELECT 1;", "migrations/extra/002.do.b.sql": "SELECT 2;" },
        ["    mv migrations/extra/0000.do.a.sql migrations/extra/001.do.a.sql"],
    ],
    [
        "backups by an editor or a merge",
        {
            "migrations/001.do.create-notes.sql~": addition,
            "migrations/001.do.create-notes.sql.orig": addition,
            "views/v_notes.sql.~1~": "x",
            "triggers/trg_a.sql.bak": "x",
            "migrations/#001.do.create-notes.sql#": "x",
            "migrations/001.do.create-notes.sql.rej": "x",
            "migrations/001.do.create-notes copy.sql": "x",
            "migrations/001.do.create-notes(1).sql": "x",
        },
        [
            "migrations/001.do.create-notes.sql~: is a backup of migrations/001.do.create-notes.sql by an editor or a merge",
            "    delete it: rm 'migrations/001.do.create-notes.sql~'",
            "    delete it: rm migrations/001.do.create-notes.sql.orig",
            "    delete it: rm 'views/v_notes.sql.~1~'",
            "    delete it: rm triggers/trg_a.sql.bak",
            "migrations/#001.do.create-notes.sql#: is a backup of migrations/001.do.create-notes.sql by an editor or a merge",
            "    delete it: rm 'migrations/#001.do.create-notes.sql#'",
            "    delete it: rm migrations/001.do.create-notes.sql.rej",
            "migrations/001.do.create-notes copy.sql: is a copy of migrations/001.do.create-notes.sql",
            "    delete it: rm 'migrations/001.do.create-notes copy.sql'",
            "    delete it: rm 'migrations/001.do.create-notes(1).sql'",
        ],
    ],
    [
        "a quote in a name",
        { "migrations/002.do.user's-tags.sql": addition },
        ["    mv 'migrations/002.do.user'\\''s-tags.sql' migrations/002.do.user-s-tags.sql"],
    ],
    [
        "a name without a number",
        { "migrations/tags.sql": addition },
        ["    name it like migrations/013.do.add-something.sql"],
    ],
    [
        "two misnamed files that want the same number",
        { "migrations/V2__a.sql": addition, "migrations/002_b.sql": addition },
        [
            "silently ignore it\n    mv migrations/002_b.sql migrations/002.do.b.sql",
            "    mv migrations/V2__a.sql migrations/003.do.a.sql",
        ],
    ],
    [
        "the folders and files of other tools",
        { "migrations/20260102030405_a/migration.sql": addition, "migrations/meta/0000_snapshot.json": "{}" },
        [
            "migrations/20260102030405_a/: is not the folder of a migration set",
            "    to import what another tool wrote",
            "migrations/meta/0000_snapshot.json: is not named like a migration",
            "    move it elsewhere; to import what another tool wrote",
        ],
    ],
    [
        "duplicates, the undo files moving along",
        {
            "migrations/002.do.a.sql": addition,
            "migrations/002.undo.a.sql": "SELECT 1;",
            "migrations/02.do.b.sql": addition,
            "migrations/02.undo.b.sql": "SELECT 1;",
        },
        [
            "migrations/02.do.b.sql: has the same version as migrations/002.do.a.sql",
            "    rename the one that is not applied anywhere: mv migrations/02.do.b.sql migrations/003.do.b.sql, " +
                "or mv migrations/002.do.a.sql migrations/003.do.a.sql",
            "migrations/02.undo.b.sql: has the same version as migrations/002.undo.a.sql",
            "mv migrations/02.undo.b.sql migrations/003.undo.b.sql, or mv migrations/002.undo.a.sql migrations/003.undo.a.sql",
        ],
    ],
    [
        "an orphan undo file",
        { "migrations/002.undo.a.sql": "SELECT 1;" },
        ["migrations/002.undo.a.sql: undoes a migration that does not exist", "    restore its do file, or delete it"],
    ],
    [
        "transaction control, also in an undo file",
        {
            "migrations/002.do.a.sql": `BEGIN;\n${addition}\nCOMMIT;\n`,
            "migrations/002.undo.a.sql": "\n\nSAVEPOINT a;",
        },
        [
            "the SQL files have 3 problems",
            "migrations/002.do.a.sql:1: BEGIN inside a file",
            "migrations/002.do.a.sql:4: COMMIT inside a file",
            "migrations/002.undo.a.sql:3: SAVEPOINT inside a file",
            "    remove it: the runner opens and ends the transaction",
        ],
    ],
    [
        "an open literal",
        { "migrations/002.do.a.sql": `${addition}\nINSERT INTO notes (body) VALUES ('it''s);\nSELECT 1;\n` },
        ["migrations/002.do.a.sql:3: this literal is never closed"],
    ],
    [
        "an open comment",
        { "migrations/002.do.a.sql": `${addition}/* why\n${addition}` },
        ["migrations/002.do.a.sql:2: this comment is never closed"],
    ],
    [
        "an open name",
        { "views/v_notes.sql": 'CREATE VIEW v_notes AS\nSELECT body AS "body FROM notes;\n' },
        ["views/v_notes.sql:2: this quoted name is never closed"],
    ],
    [
        "a NUL character",
        { "migrations/002.do.a.sql": "SELECT 'a\0b';" },
        ["migrations/002.do.a.sql: contains a NUL character"],
    ],
    [
        "files without a statement",
        { "migrations/002.do.a.sql": "-- later\n", "triggers/trg_a.sql": "" },
        [
            "migrations/002.do.a.sql: has no statement\n    write one (`SELECT 1;` does nothing on purpose), or delete it with its undo file",
            "triggers/trg_a.sql: has no statement\n    write one, or delete the file",
        ],
    ],
    [
        "files that another tool splits by its markers",
        {
            "migrations/002.do.a.sql": "-- migrate:up\nCREATE TABLE a (b);\n\n-- migrate:down\nDROP TABLE a;\n",
            "migrations/002.undo.a.sql": "-- +goose Down\n-- +goose StatementBegin\nSELECT 1;\n",
            "migrations/003.do.b.sql": "CREATE TABLE b (c);\n---- create above / drop below ----\nDROP TABLE b;\n",
        },
        [
            "migrations/002.do.a.sql:4: '-- migrate:down' is an instruction to dbmate and here only a comment, so what stands",
            "    move what stands below it to migrations/002.undo.a.sql, and remove the markers from both files",
            "migrations/002.undo.a.sql:1: '-- +goose Down'",
            "migrations/002.undo.a.sql:2: '-- +goose StatementBegin' is an instruction to goose and here only a comment\n    remove the line",
            "migrations/003.do.b.sql:2: '---- create above / drop below ----' is an instruction to tern",
        ],
    ],
    [
        "what a server refuses, each place in one go",
        { "migrations/002.do.a.sql": "PRAGMA user_version = 2;\n\nVACUUM;\n", "views/v_notes.sql": "ANALYZE;" },
        [
            "migrations/002.do.a.sql:1: a PRAGMA inside a file",
            "migrations/002.do.a.sql:3: Turso refuses VACUUM",
            "views/v_notes.sql:1: Turso refuses ANALYZE",
            "views/v_notes.sql:1: does not create a view",
        ],
    ],
    [
        "a view file with another name inside",
        { "views/v_other.sql": "-- c\nCREATE VIEW v_notes2 AS SELECT 1 AS a;" },
        [
            "views/v_other.sql:2: creates the view 'v_notes2', but the file is named 'v_other'",
            "    write one statement into it: CREATE VIEW v_other …",
        ],
    ],
    [
        "a view file with two statements",
        { "views/v_notes.sql": "CREATE VIEW v_notes AS SELECT 1 AS a;\nDROP TABLE notes;" },
        ["views/v_notes.sql:2: has a second statement"],
    ],
    [
        "a trigger in views/, a view in triggers/",
        {
            "views/trg_a.sql": "CREATE TRIGGER trg_a AFTER INSERT ON notes BEGIN SELECT 1; END;",
            "triggers/v_a.sql": "CREATE VIEW v_a AS SELECT 1 AS a;",
        },
        ["views/trg_a.sql:1: does not create a view", "triggers/v_a.sql:1: does not create a trigger"],
    ],
    [
        "a view and a trigger in a migration, also to undo one",
        {
            "migrations/002.do.a.sql": "CREATE TRIGGER trg_a AFTER INSERT ON notes BEGIN SELECT nowhere; END;",
            "migrations/002.undo.a.sql": `${addition}CREATE VIEW v_a AS SELECT 1 AS a;`,
        },
        [
            "migrations/002.do.a.sql:1: a migration creates the trigger 'trg_a'\n    move it to triggers/trg_a.sql",
            "migrations/002.undo.a.sql:2: a migration creates the view 'v_a'\n    remove it: a rollback creates the views and triggers of views/ and triggers/ again",
        ],
    ],
    [
        "names that would have to be quoted",
        {
            'views/v"y.sql': 'CREATE VIEW "v""y" AS SELECT 1 AS a;',
            "triggers/trg a.sql": "CREATE TRIGGER [trg a] AFTER INSERT ON notes BEGIN SELECT 1; END;",
            "views/2nd.sql": 'CREATE VIEW "2nd" AS SELECT 1 AS a;',
        },
        [
            "the SQL files have 3 problems",
            'views/v"y.sql: the name of a view may have letters, digits, _ and $, and may not begin with a digit',
            "triggers/trg a.sql: the name of a trigger may have",
            "views/2nd.sql: the name of a view",
            "    rename the file and the view",
        ],
    ],
    [
        "hands on the migrator's own tables",
        {
            "migrations/002.do.a.sql":
                "DELETE FROM SchemaVersion;\nDROP TABLE schema_lock;\nSELECT * FROM schema_seeds;",
            "migrations/002.undo.a.sql": 'ALTER TABLE notes RENAME TO "schema_guard";',
            "triggers/trg_a.sql": "CREATE TRIGGER trg_a AFTER INSERT ON schema_objects BEGIN SELECT 1; END;",
        },
        [
            "the SQL files have 4 problems",
            "migrations/002.do.a.sql:1: 'schemaversion' is a table of the migrator",
            "migrations/002.do.a.sql:2: 'schema_lock' is a table of the migrator",
            "migrations/002.undo.a.sql:1: 'schema_guard' is a table of the migrator",
            "triggers/trg_a.sql:1: 'schema_objects' is a table of the migrator\n    remove the statement",
        ],
    ],
    [
        "a view and a trigger of one name",
        { "triggers/V_NOTES.sql": "CREATE TRIGGER V_NOTES AFTER INSERT ON notes BEGIN SELECT 1; END;" },
        ["triggers/V_NOTES.sql: has the same name as views/v_notes.sql"],
    ],
    [
        "files and folders that nothing would read",
        {
            "migrations/Extras/001.do.a.sql": addition,
            "migrations/core/001.do.a.sql": addition,
            "views/v_old.txt": "x",
            "triggers/extras/trg_a.sql": "x",
        },
        [
            "migrations/Extras/: is not the folder of a migration set",
            "migrations/core/: is not the folder of a migration set",
            "triggers/extras/: is not the folder of a migration set",
            "views/v_old.txt: would be silently ignored",
        ],
    ],
    [
        "an empty folder",
        Object.fromEntries(Object.keys(base).map((path) => [path, undefined])),
        ["migrations/: there are no migrations", "create the first one with `pnpm db:new <name>`"],
    ],
];
