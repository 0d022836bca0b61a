import { beforeAll, expect, test } from "vitest";
import { push } from "../../src/cli/commands/push.ts";
import { type RollbackOptions, rollback } from "../../src/cli/commands/rollback.ts";
import { runPrepared } from "../../src/cli/deploy.ts";
import { findLosses, prepareRollback } from "../../src/migrations/rollback.ts";
import { insertRow, TABLES } from "../product/rows.ts";
import { type Contents, hashContents, readContents, readRows } from "../support/contents.ts";
import { createDeployedDatabase, openTestConnection } from "../support/deployed.ts";
import { type Ran, runHere } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const repository = copyProject();

const pushTo = ({ url }: TestDatabase, to?: number, root = repository): Promise<Ran> =>
    runHere((context) => push(context, to === undefined ? {} : { to }), { root, url });
const rollbackTo = (
    { url }: TestDatabase,
    options: RollbackOptions,
    settings: { root?: string; json?: boolean } = {},
): Promise<Ran> => runHere((context) => rollback(context, options), { root: repository, url, ...settings });

const readSchema = async ({ client }: TestDatabase): Promise<unknown[]> =>
    readRows(
        client,
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name <> 'sqlite_sequence' ORDER BY type, name",
    );

/** Two rows in each of the 12 tables, three of them questions. */
async function fill({ client }: TestDatabase): Promise<void> {
    for (const id of ["q-parent", "q-child", "q-other"]) await insertRow(client, "questions", { id });
    for (const table of TABLES) {
        if (table === "questions") continue;
        await insertRow(client, table, table === "channel_mappings" ? { question_id: "q-parent" } : {});
        const other: Record<string, Record<string, string>> = {
            users: { username: "grace" },
            channel_mappings: { question_id: "q-child" },
            certifications: { id: "other" },
            learning_paths: { id: "other" },
            voice_sessions: { id: "other" },
            question_relationships: { target_question_id: "q-child" },
        };
        await insertRow(client, table, other[table] ?? {});
    }
}

describeTargets("do, undo and do again", (target) => {
    test("give the same schema at every version, and keep the rows of the tables that stay", async () => {
        const database = await target.createDatabase();
        const schemas: unknown[][] = [[]];
        for (let version = 1; version <= 12; version++) {
            expect((await pushTo(database, version)).code).toBe(0);
            schemas.push(await readSchema(database));
        }
        await fill(database);
        let rows = 0;
        let contents = await readContents(database.client);
        for (let version = 11; version >= 0; version--) {
            const ran = await rollbackTo(database, { to: version, discardRows: true });
            expect(ran.code, ran.stderr).toBe(0);
            const found = await readSchema(database);
            if (version > 0) expect(found, `undone to ${version}`).toEqual(schemas[version]);
            else schemas[0] = found;
            const before = contents;
            contents = await readContents(database.client);
            for (const table of TABLES.filter((name) => name in contents)) {
                expect(contents[table], `${table} at ${version}`).toEqual(before[table]);
                expect(contents[table]?.length).toBeGreaterThanOrEqual(2);
                rows += contents[table]?.length ?? 0;
            }
        }
        // What is left keeps books: no table of ours, no view, no trigger.
        expect(schemas[0]?.map((row) => (row as { name: string }).name)).toEqual([
            ...(await readIndexesOfBooks(database)),
            "schema_lock",
            "schema_objects",
            "schema_seeds",
            "schemaversion",
        ]);
        for (let version = 1; version <= 12; version++) {
            expect((await pushTo(database, version)).code).toBe(0);
            expect(await readSchema(database), `done again to ${version}`).toEqual(schemas[version]);
        }
        tell(`${target.name}: 13 versions equal down and up again; ${rows} rows compared in tables that stayed`);
    });

    // SQLite makes them for the primary keys that are text.
    async function readIndexesOfBooks({ client }: TestDatabase): Promise<string[]> {
        const rows = await readRows(client, "SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name");
        expect(rows.every(({ name }) => /^sqlite_autoindex_schema_/.test(String(name)))).toBe(true);
        return rows.map(({ name }) => String(name));
    }

    test("defer views and triggers where they do not prepare, and bring them back", async () => {
        const database = await createDeployedDatabase(target);
        const schema = await readSchema(database);
        const ran = await rollbackTo(database, { to: 7 });
        expect(ran.code).toBe(0);
        expect(ran.stdout).toMatch(
            /\nDeferred: \d+ views?, \d+ triggers? \(until a later version at which they prepare\)\n/,
        );
        const records = await readRows(database.client, "SELECT name, status FROM schema_objects ORDER BY name");
        const there = await readRows(
            database.client,
            "SELECT name FROM sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY name",
        );
        const present = records.filter(({ status }) => status === "present").map(({ name }) => name);
        expect(there.map(({ name }) => name)).toEqual(present);
        expect(present).toContain("trg_questions_delete");
        const deferred = records.filter(({ status }) => status === "deferred").map(({ name }) => name);
        expect(deferred).toContain("trg_questions_history_insert");
        // Whoever writes now meets no trigger that is broken.
        await insertRow(database.client, "questions", { id: "q-1" });
        await database.client.execute("UPDATE questions SET answer = 'changed'");
        await database.client.execute("DELETE FROM questions");

        expect((await pushTo(database)).code).toBe(0);
        expect(await readSchema(database)).toEqual(schema);
        tell(`${target.name}: ${deferred.length} objects were deferred at version 7 and came back`);
    });
});

describeTargets("db:rollback", (target) => {
    let filled: TestDatabase;

    beforeAll(async () => {
        filled = await createDeployedDatabase(target);
        await fill(filled);
    });

    async function expectRefused(options: RollbackOptions, root?: string): Promise<Ran> {
        const before = await hashContents(filled.client);
        const ran = await rollbackTo(filled, options, root === undefined ? {} : { root });
        expect(ran.error).toBeDefined();
        expect(await hashContents(filled.client)).toBe(before);
        return ran;
    }

    test("refuses to lose rows, lists them by table, and changes nothing", async () => {
        const { code, error } = await expectRefused({ to: 0 });
        expect([code, error?.message, error?.outcome]).toEqual([
            1,
            "going back to version 0 would lose rows",
            "Nothing was undone. The database is still at version 12.",
        ]);
        expect(error?.hint).toContain("--discard-rows");
        // The three questions wrote history of their own.
        const more: Record<string, number> = { questions: 3, question_history: 5 };
        const counts = TABLES.map((table) => `${table}: ${more[table] ?? 2} rows`);
        expect([...(error?.details ?? [])].sort()).toEqual(counts.sort());
        const some = await expectRefused({ to: 10 });
        expect(some.error?.details).toEqual(["voice_sessions: 2 rows", "user_sessions: 2 rows"]);
    });

    test("plans with --dry-run, and with --show-sql, and changes nothing", async () => {
        const before = await hashContents(filled.client);
        const dry = await rollbackTo(filled, { to: 10, dryRun: true });
        expect(dry.code).toBe(0);
        expect(dry.stdout.split("\n").slice(1)).toEqual([
            "Would lose: voice_sessions: 2 rows",
            "Would lose: user_sessions: 2 rows",
            "Undoing:  012.undo.create-user-sessions.sql",
            "Undoing:  011.undo.create-voice-sessions.sql",
            expect.stringMatching(/^Deferred: /),
            expect.stringMatching(/^Dry run: nothing was applied\. The database would be at version 10: 10 tables, /),
            "",
        ]);
        const shown = await rollbackTo(filled, { to: 10, showSql: true });
        expect(shown.stdout).toContain("\nDROP TABLE user_sessions;\n");
        expect(shown.stdout).not.toContain("Would lose");
        const json = await rollbackTo(filled, { to: 10, dryRun: true }, { json: true });
        expect(JSON.parse(json.stdout)).toMatchObject({
            dryRun: true,
            version: 10,
            losses: [
                { what: "voice_sessions", count: 2 },
                { what: "user_sessions", count: 2 },
            ],
        });
        expect(await hashContents(filled.client)).toBe(before);
    });

    test("names the version of the database where none is named, or one that is not there", async () => {
        const beyond = await expectRefused({ to: 13 });
        expect([beyond.code, beyond.error?.message, beyond.error?.hint]).toEqual([
            2,
            "there is no migration 13",
            "the database is at version 12: name an earlier one; 0 undoes all of them",
        ]);
        const unnamed = await expectRefused({});
        expect([unnamed.code, unnamed.error?.message, unnamed.error?.hint]).toEqual([
            2,
            "--to is missing; the database is at version 12",
            "`--to 11` undoes the last migration, `--to 0` all of them",
        ]);
        const same = await rollbackTo(filled, { to: 12 });
        expect([same.code, same.stdout]).toEqual([
            0,
            expect.stringContaining("\nNothing to do. The database is at version 12: "),
        ]);
    });

    test("refuses where an undo file is missing, before anything is undone", async () => {
        const root = copyProject();
        changeProject(root, { "migrations/011.undo.create-voice-sessions.sql": undefined });
        const { code, error } = await expectRefused({ to: 9, discardRows: true }, root);
        expect([code, error?.code, error?.outcome]).toEqual([1, "invalid-files", "Nothing was undone."]);
        expect(error?.details).toEqual([
            "migrations/011.do.create-voice-sessions.sql: has no undo file",
            "    write migrations/011.undo.create-voice-sessions.sql, or roll back only to version 11 (`--to 11`)",
        ]);
        const last = "migrations/012.undo.create-user-sessions.sql";
        changeProject(root, { [last]: undefined });
        const none = await expectRefused({ to: 9, discardRows: true }, root);
        expect(none.error?.details).toContain(`    write ${last}`);
    });

    test("tells which values are lost with a column, and undoes with --discard-rows", async () => {
        const root = writeProject({
            "migrations/001.do.notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT) STRICT;\n",
            "migrations/001.undo.notes.sql": "DROP TABLE notes;\n",
            "migrations/003.do.label.sql": "ALTER TABLE notes ADD COLUMN label TEXT;\n",
            "migrations/003.undo.label.sql": "ALTER TABLE notes DROP COLUMN label;\n",
        });
        const database = await target.createDatabase();
        expect((await pushTo(database, undefined, root)).code).toBe(0);
        await database.client.execute("INSERT INTO notes (body, label) VALUES ('one', 'x'), ('two', NULL)");
        const gap = await rollbackTo(database, { to: 2 }, { root });
        expect([gap.code, gap.error?.message]).toEqual([2, "there is no migration 2"]);
        const refused = await rollbackTo(database, { to: 1 }, { root });
        expect(refused.error?.details).toEqual(["notes.label: 1 value"]);
        const ran = await rollbackTo(database, { to: 1, discardRows: true }, { root });
        expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining("\nDiscards: notes.label: 1 value\n")]);
        expect(ran.stdout).toContain("\nUndid 1 migration. The database is at version 1: 1 table, ");
        expect(await readRows(database.client, "SELECT * FROM notes")).toEqual([
            { id: 1, body: "one" },
            { id: 2, body: "two" },
        ]);
    });

    test.each<[string, string, readonly string[]]>([
        ["ALTER TABLE notes RENAME COLUMN body TO text;", "a renamed column", []],
        ["ALTER TABLE notes RENAME label TO body2;\nALTER TABLE notes RENAME TO papers;", "a renamed table", []],
        [
            "ALTER TABLE notes RENAME body TO t;\nALTER TABLE notes RENAME label TO body;\nALTER TABLE notes RENAME t TO label;",
            "columns that change their names",
            [],
        ],
        [
            "ALTER TABLE notes RENAME TO old;\nCREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, label TEXT) STRICT;\nINSERT INTO notes SELECT * FROM old;\nDROP TABLE old;",
            "a table that is copied",
            [],
        ],
        [
            "ALTER TABLE notes DROP COLUMN body;\nALTER TABLE notes RENAME label TO body;",
            "a name that another column takes",
            ["notes.body: 2 values"],
        ],
        [
            "ALTER TABLE notes RENAME body TO t;\nALTER TABLE notes DROP COLUMN t;\nALTER TABLE notes RENAME label TO body;",
            "a column that is renamed and dropped",
            ["notes.body: 2 values"],
        ],
        [
            "DROP TABLE notes;\nALTER TABLE others RENAME TO notes;",
            "a name that another table takes",
            ["notes: 2 rows"],
        ],
        [
            "ALTER TABLE notes RENAME TO old;\nDROP TABLE old;\nALTER TABLE others RENAME TO notes;",
            "a table that is renamed and dropped",
            ["notes: 2 rows"],
        ],
    ])("tells a loss from a renaming: %s", async (undo, _what, losses) => {
        const root = writeProject({
            "migrations/001.do.notes.sql":
                "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, label TEXT) STRICT;\nCREATE TABLE others (id INTEGER PRIMARY KEY, body TEXT, label TEXT) STRICT;\n",
            "migrations/001.undo.notes.sql": "DROP TABLE notes;\nDROP TABLE others;\n",
            "migrations/002.do.rename.sql": "SELECT 1;\n",
            "migrations/002.undo.rename.sql": `${undo}\n`,
        });
        const database = await target.createDatabase();
        expect((await pushTo(database, undefined, root)).code).toBe(0);
        const rows = "(body, label) VALUES ('one', 'x'), ('two', 'y')";
        await database.client.executeMultiple(`INSERT INTO notes ${rows}; INSERT INTO others ${rows}`);
        const { code, error } = await rollbackTo(database, { to: 1 }, { root });
        expect([code, error?.details ?? []]).toEqual([losses.length === 0 ? 0 : 1, losses]);
    });

    test("loses no row that came after it had looked, whoever is asked meanwhile", async () => {
        const root = writeProject({
            "migrations/001.do.notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT;\n",
            "migrations/001.undo.notes.sql": "DROP TABLE notes;\n",
            "migrations/002.do.label.sql": 'ALTER TABLE notes ADD COLUMN "my label" TEXT;\n',
            "migrations/002.undo.label.sql": 'ALTER TABLE notes DROP COLUMN "my label";\n',
        });
        for (const [to, row] of [
            [0, "INSERT INTO notes (id) VALUES (7)"],
            [1, "UPDATE notes SET \"my label\" = 'x'"],
        ] as const) {
            const database = await target.createDatabase();
            expect((await pushTo(database, undefined, root)).code).toBe(0);
            if (to === 1) await database.client.execute("INSERT INTO notes (id) VALUES (7)");
            const before = await readRows(database.client, "SELECT version FROM schemaversion");
            // As it prints what it is about to do, somebody writes.
            const ran = await runHere(
                async (context) => {
                    const connection = await openTestConnection(database);
                    const prepared = await prepareRollback(root, connection, to, { keepsRows: true });
                    expect(await findLosses(connection, prepared)).toEqual([]);
                    await database.client.execute(row);
                    await runPrepared(context, connection, prepared, { yes: true }).finally(connection.close);
                },
                { root, url: database.url },
            );
            expect([ran.code, ran.error?.code, ran.error?.message]).toEqual([
                1,
                "would-lose",
                "rows were added meanwhile that this run would lose",
            ]);
            expect(ran.error?.outcome).toContain("Nothing was applied. The database is still at version 2.");
            expect(await readRows(database.client, "SELECT id FROM notes")).toEqual([{ id: 7 }]);
            expect(await readRows(database.client, "SELECT version FROM schemaversion")).toEqual(before);
            expect((await rollbackTo(database, { to }, { root })).error?.code).toBe("would-lose");
            expect((await rollbackTo(database, { to, discardRows: true }, { root })).code).toBe(0);
        }
    });

    test("changes nothing where an undo file fails, and names its line", async () => {
        const root = writeProject({
            "migrations/001.do.notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT;\n",
            "migrations/001.undo.notes.sql": "DROP TABLE notes;\nDROP TABLE mistake;\n",
        });
        const database = await target.createDatabase();
        expect((await pushTo(database, undefined, root)).code).toBe(0);
        const before: Contents = await readContents(database.client);
        const { code, error } = await rollbackTo(database, { to: 0, discardRows: true }, { root });
        expect([code, error?.message, error?.details, error?.hint, error?.outcome]).toEqual([
            1,
            "migrations/001.undo.notes.sql:2: no such table: mistake",
            ["    2 | DROP TABLE mistake;"],
            "correct migrations/001.undo.notes.sql, then run the command again",
            "Nothing was undone. The database is still at version 1.",
        ]);
        expect(await readContents(database.client)).toEqual(before);
    });
});
