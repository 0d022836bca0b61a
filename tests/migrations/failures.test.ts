import { beforeEach, expect, test } from "vitest";
import { readFiles } from "../../src/planning/files.ts";
import { readExpectedSchema } from "../../src/planning/shadow.ts";
import { createDeployedProject } from "../support/deployed.ts";
import { runScript } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { deploy, readAll, readColumn, readNames, refusal } from "./deploy.ts";

const files = {
    "migrations/001.do.create-notes.sql":
        "CREATE TABLE notes (\n    id INTEGER PRIMARY KEY,\n    body TEXT NOT NULL UNIQUE,\n    size INTEGER\n) STRICT;\n",
    "views/v_notes.sql": "CREATE VIEW v_notes AS\nSELECT\n    body AS body\nFROM\n    notes;\n",
    "triggers/trg_a_notes.sql": "CREATE TRIGGER trg_a_notes AFTER INSERT ON notes BEGIN\n    SELECT 1;\nEND;\n",
};
const second = "migrations/002.do.second.sql";

/** What is written, and the beginning of what the user reads. */
const failures: readonly (readonly [string, Record<string, string>, string])[] = [
    [
        "a word that is none",
        { [second]: "-- two\nSELECT 1;\n\nCREATE TABEL bot_runs (\n    id TEXT\n);\n" },
        `${second}:4: near "TABEL": syntax error\n    4 | CREATE TABEL bot_runs (\n    5 |     id TEXT\n    6 | );\n`,
    ],
    [
        "a word deep in a statement, in a CRLF file with a byte order mark",
        {
            [second]:
                "\uFEFFCREATE TABLE tags (\n    id TEXT,\n    name TEXT NOT NULL REFERENCE notes,\n    a TEXT\n) STRICT;\n".replaceAll(
                    "\n",
                    "\r\n",
                ),
        },
        `${second}:3: near "REFERENCE": syntax error\n    2 |     id TEXT,\n    3 |     name TEXT NOT NULL REFERENCE notes,\n    4 |     a TEXT\n`,
    ],
    [
        "a missing table in the second statement",
        { [second]: "CREATE TABLE tags (id TEXT) STRICT;\nINSERT INTO tag\nVALUES ('a');\n" },
        `${second}:2: no such table: tag\n    2 | INSERT INTO tag\n    3 | VALUES ('a');\n`,
    ],
    [
        "an index on a column that is not there",
        { [second]: "CREATE INDEX idx_notes_text ON notes (\n    size,\n    text\n);\n" },
        `${second}:3: no such column: text\n    2 |     size,\n    3 |     text\n    4 | );\n`,
    ],
    [
        "a row that is there twice",
        { [second]: "INSERT INTO notes (body) VALUES ('a');\n\nINSERT INTO notes (body) VALUES ('a');\n" },
        `${second}:3: UNIQUE constraint failed: notes.body\n    3 | INSERT INTO notes (body) VALUES ('a');\n`,
    ],
    [
        "NULL where there must be a value",
        { [second]: "INSERT INTO notes (size) VALUES (1);\n" },
        `${second}:1: NOT NULL constraint failed: notes.body\n`,
    ],
    [
        "text where there must be a number",
        { [second]: "INSERT INTO notes (body, size) VALUES ('a', 'b');\n" },
        `${second}:1: cannot store TEXT value in INTEGER column notes.size\n`,
    ],
    [
        "a view that reads what is not there",
        {
            "views/v_sizes.sql":
                "-- all\nCREATE VIEW v_sizes AS\nSELECT\n    size AS size,\n    weight AS weight\nFROM\n    notes;\n",
        },
        "views/v_sizes.sql:5: no such column: weight\n    4 |     size AS size,\n    5 |     weight AS weight\n    6 | FROM\n",
    ],
    [
        "a view that a broken one reads",
        {
            "views/v_all.sql": "CREATE VIEW v_all AS SELECT size AS size FROM v_sizes;\n",
            "views/v_sizes.sql": "CREATE VIEW v_sizes AS SELECT size AS size FROM papers;\n",
        },
        "views/v_sizes.sql:1: no such table: main.papers\n    1 | CREATE VIEW v_sizes AS SELECT size AS size FROM papers;\n",
    ],
    [
        "a trigger that does not parse",
        { "triggers/trg_b.sql": "CREATE TRIGGER trg_b AFTER INSERT ON notes BEGIN\n    INSERT INTO notes;\nEND;\n" },
        'triggers/trg_b.sql:2: near ";": syntax error\n',
    ],
    [
        "a trigger on a table that is not there",
        { "triggers/trg_b.sql": "CREATE TRIGGER trg_b AFTER INSERT ON papers BEGIN\n    SELECT 1;\nEND;\n" },
        "triggers/trg_b.sql:1: no such table: main.papers\n    1 | CREATE TRIGGER trg_b AFTER INSERT ON papers BEGIN\n",
    ],
    [
        "a trigger that writes into what is not there, behind one that is well",
        { "triggers/trg_b.sql": "CREATE TRIGGER trg_b AFTER INSERT ON notes\nBEGIN\n    DELETE FROM papers;\nEND;\n" },
        "triggers/trg_b.sql:3: no such table: main.papers\n    2 | BEGIN\n    3 |     DELETE FROM papers;\n    4 | END;\n",
    ],
    [
        "a trigger that another one sets off",
        {
            [second]: "CREATE TABLE log (id INTEGER PRIMARY KEY) STRICT;\n",
            "triggers/trg_a_notes.sql":
                "CREATE TRIGGER trg_a_notes AFTER INSERT ON notes BEGIN\n    INSERT INTO log (id) VALUES (NULL);\nEND;\n",
            "triggers/trg_log.sql":
                "CREATE TRIGGER trg_log AFTER INSERT ON log BEGIN\n    UPDATE notes SET weight = 1;\nEND;\n",
        },
        "triggers/trg_log.sql:2: no such column: weight\n    1 | CREATE TRIGGER trg_log AFTER INSERT ON log BEGIN\n    2 |     UPDATE notes SET weight = 1;\n",
    ],
];

describeTargets("a failure", (target) => {
    let database: TestDatabase;
    let root: string;
    let before: Record<string, unknown>;

    beforeEach(async () => {
        ({ database, root } = await createDeployedProject(target, writeProject(files)));
        await database.client.execute("INSERT INTO notes (body) VALUES ('kept')");
        before = await readAll(database.client);
    });

    test.each(failures)("names file, line and excerpt, and nothing is applied: %s", async (_, changes, beginning) => {
        changeProject(root, { "migrations/003.do.third.sql": "ALTER TABLE notes ADD COLUMN third TEXT;", ...changes });
        const { error, text } = await refusal(deploy(root, database));
        expect(text.slice(0, beginning.length)).toBe(beginning);
        expect(error).toMatchObject({ code: "migration-failed", exitCode: 1 });
        expect(error.outcome).toContain("Nothing was applied. The database is still at version 1.");
        expect(error.hint).toBe(`correct ${beginning.split(":")[0]}, then run the command again`);
        expect(await readAll(database.client)).toEqual(before);
        // Once mended, the run goes through.
        const added = Object.keys(changes).map((path) => [path, (files as Record<string, string>)[path]]);
        changeProject(root, { ...Object.fromEntries(added), [second]: "SELECT 1;" });
        expect((await deploy(root, database)).version).toBe(3);
    });

    test("a foreign key to what is not a key is named at its line, in a deploy as in a scratch database", async () => {
        changeProject(root, {
            [second]:
                "CREATE TABLE links (\n    id INTEGER PRIMARY KEY,\n    size INTEGER REFERENCES notes (size)\n) STRICT;\n",
            "migrations/003.do.third.sql": "ALTER TABLE notes ADD COLUMN third TEXT;\n",
        });
        const { sets } = await readFiles(root);
        const place = `${second}:3: foreign key mismatch - "links" referencing "notes"`;
        for (const run of [() => deploy(root, database), () => readExpectedSchema(sets, sets[0]?.migrations ?? [])]) {
            const { error } = await refusal(run());
            expect(error).toMatchObject({
                message: place,
                hint: expect.stringContaining("columns with a UNIQUE index"),
            });
        }
        expect(await readAll(database.client)).toEqual(before);
    });

    test("a failure with --per-file keeps the files before it and says so", async () => {
        changeProject(root, {
            [second]: "ALTER TABLE notes ADD COLUMN second TEXT;\n",
            "migrations/003.do.third.sql": "ALTER TABLE notes ADD COLUMN third TEXT;\n",
            "migrations/004.do.fourth.sql": "SELECT 1;\nALTER TABLE nots ADD COLUMN fourth TEXT;\n",
            "migrations/005.do.fifth.sql": "ALTER TABLE notes ADD COLUMN fifth TEXT;\n",
            "views/v_thirds.sql": "CREATE VIEW v_thirds AS SELECT third AS third FROM notes;\n",
            "views/v_fifths.sql": "CREATE VIEW v_fifths AS SELECT fifth AS fifth FROM notes;\n",
        });
        const { text } = await refusal(deploy(root, database, { perFile: true }));
        expect(text).toContain("migrations/004.do.fourth.sql:2: no such table: nots\n");
        expect(text).toContain(
            "Kept: 002.do.second.sql, 003.do.third.sql. The rest was rolled back. The database is at version 3.",
        );
        expect(await readColumn(database.client, "SELECT max(version) FROM schemaversion")).toEqual([3]);
        expect(await readNames(database.client, "view")).toEqual(["v_notes", "v_thirds"]);
        changeProject(root, { "migrations/004.do.fourth.sql": "ALTER TABLE notes ADD COLUMN fourth TEXT;\n" });
        const { steps, version } = await deploy(root, database, { perFile: true });
        expect([steps.length, version]).toEqual([2, 5]);
        expect(await readNames(database.client, "view")).toEqual(["v_fifths", "v_notes", "v_thirds"]);
    });

    test("db:push prints the failure in the same words, with exit code 1", async () => {
        changeProject(root, { [second]: "\nCREATE TABEL tags (\n    id TEXT\n);\n" });
        const env = { TURSO_DATABASE_URL: database.url };
        const { code, stdout, stderr } = await runScript("db:push", [], { cwd: root, env });
        expect(code).toBe(1);
        expect(stdout).toContain("Applying: 002.do.second.sql\n");
        expect(stderr).toContain(
            `error: ${second}:2: near "TABEL": syntax error\n\n` +
                "    2 | CREATE TABEL tags (\n    3 |     id TEXT\n    4 | );\n",
        );
        expect(stderr).toContain("Nothing was applied. The database is still at version 1.\n");
        expect(await readAll(database.client)).toEqual(before);
    });
});
