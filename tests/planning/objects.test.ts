import type { Client } from "@libsql/client";
import { beforeEach, expect, test } from "vitest";
import { findChangedByHand } from "../../src/planning/plan.ts";
import { baseline, deploy, readAll, readColumn, readNames, refusal, rollback } from "../migrations/deploy.ts";
import { readRows } from "../support/contents.ts";
import { createDeployedProject } from "../support/deployed.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const files = {
    "migrations/001.do.create-notes.sql":
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, state TEXT) STRICT;\n" +
        "CREATE TABLE log (id INTEGER PRIMARY KEY, note INTEGER, what TEXT) STRICT;\n",
    "views/v_notes.sql": "CREATE VIEW v_notes AS\nSELECT id AS id, body AS body, state AS state FROM notes;\n",
    "views/v_open.sql": "CREATE VIEW v_open AS SELECT id AS id FROM v_notes WHERE state = 'open';\n",
    "triggers/trg_notes_insert.sql":
        "CREATE TRIGGER trg_notes_insert AFTER INSERT ON notes BEGIN\n" +
        "    INSERT INTO log (note, what) VALUES (NEW.id, 'insert');\nEND;\n",
    "triggers/trg_notes_state.sql":
        "CREATE TRIGGER trg_notes_state AFTER UPDATE OF state ON notes BEGIN\n" +
        "    INSERT INTO log (note, what) VALUES (NEW.id, NEW.state);\nEND;\n",
};
const all = ["trg_notes_insert", "trg_notes_state", "v_notes", "v_open"];

describeTargets("views and triggers", (target) => {
    let database: TestDatabase;
    let client: Client;
    let root: string;

    beforeEach(async () => {
        ({ database, client, root } = await createDeployedProject(target, writeProject(files)));
    });

    const readTexts = async (): Promise<Record<string, unknown>> =>
        Object.fromEntries(
            (await readRows(client, "SELECT name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger')")).map(
                (row) => [row.name, row.sql],
            ),
        );
    const readRecords = (): Promise<unknown[]> => readColumn(client, "SELECT name FROM schema_objects ORDER BY name");
    const changesOf = async (): Promise<string[]> => {
        const { prepared } = await deploy(root, database);
        return prepared.plan.objects.map(({ change, type, name }) => `${change} ${type} ${name}`);
    };

    test("are made from their files, word for word, and recorded", async () => {
        expect(Object.keys(await readTexts()).sort()).toEqual(all);
        expect((await readTexts()).v_notes).toBe(files["views/v_notes.sql"].trim().slice(0, -1));
        expect(await readRecords()).toEqual(all);
        expect((await deploy(root, database)).steps).toEqual([]);
    });

    test("are replaced when the text of their file changes, be it a comment", async () => {
        const texts = await readTexts();
        changeProject(root, {
            "views/v_notes.sql": `${files["views/v_notes.sql"].slice(0, -2)} -- all\nORDER BY id;\n`,
        });
        expect(await changesOf()).toEqual(["replaced view v_notes"]);
        const { v_notes, ...others } = await readTexts();
        expect(v_notes).toContain("-- all\nORDER BY id");
        expect({ ...others, v_notes: texts.v_notes }).toEqual(texts);
    });

    test("are dropped when their file is gone, and forgotten", async () => {
        changeProject(root, { "views/v_open.sql": undefined, "triggers/trg_notes_state.sql": undefined });
        expect(await changesOf()).toEqual(["dropped view v_open", "dropped trigger trg_notes_state"]);
        expect(Object.keys(await readTexts()).sort()).toEqual(["trg_notes_insert", "v_notes"]);
        expect(await readRecords()).toEqual(["trg_notes_insert", "v_notes"]);
        expect((await deploy(root, database)).steps).toEqual([]);
    });

    test("come back when somebody dropped them", async () => {
        await client.executeMultiple("DROP VIEW v_open; DROP TRIGGER trg_notes_insert;");
        expect(await changesOf()).toEqual(["created view v_open", "created trigger trg_notes_insert"]);
        expect(Object.keys(await readTexts()).sort()).toEqual(all);
    });

    test("are named and replaced when somebody changed them by hand", async () => {
        await client.executeMultiple("DROP VIEW v_open; CREATE VIEW v_open AS SELECT 1 AS id;");
        const { prepared } = await deploy(root, database);
        expect(findChangedByHand(prepared.state)).toEqual(["v_open"]);
        expect(prepared.plan.objects).toEqual([{ change: "replaced", type: "view", name: "v_open" }]);
        expect((await readTexts()).v_open).toBe(files["views/v_open.sql"].trim().slice(0, -1));
    });

    test("views and triggers of other makers are left alone", async () => {
        await client.executeMultiple(
            "CREATE VIEW report AS SELECT 1 AS a; CREATE TRIGGER watch AFTER DELETE ON notes BEGIN SELECT 1; END;",
        );
        changeProject(root, { "views/v_open.sql": undefined });
        await deploy(root, database);
        expect(Object.keys(await readTexts()).sort()).toEqual([
            "report",
            "trg_notes_insert",
            "trg_notes_state",
            "v_notes",
            "watch",
        ]);
    });

    test("are refused where somebody else has their name, as a table is, and taken over by a baseline alone", async () => {
        const fresh = await target.createDatabase();
        const theirs = "CREATE TABLE notes (id INTEGER PRIMARY KEY); CREATE VIEW v_open AS SELECT 1 AS id;";
        await fresh.client.executeMultiple(
            `${theirs} CREATE TRIGGER trg_notes_insert AFTER DELETE ON notes BEGIN SELECT 1; END;`,
        );
        const before = await readAll(fresh.client);
        changeProject(root, { "migrations/001.do.create-notes.sql": "CREATE TABLE log (id INTEGER PRIMARY KEY);" });
        const { error, text } = await refusal(deploy(root, fresh));
        expect(error.code).toBe("invalid-files");
        expect(text).toContain(
            "views/v_open.sql: the database already has the view 'v_open', and no deploy created it\n" +
                "    drop that one by hand, or give this view and its file another name",
        );
        expect(text).toContain(
            "triggers/trg_notes_insert.sql: the database already has the trigger 'trg_notes_insert'",
        );
        expect(text).toContain("Nothing was applied.");
        expect(await readAll(fresh.client)).toEqual(before);

        await fresh.client.executeMultiple(
            "DROP TABLE notes; CREATE TABLE notes (id INTEGER PRIMARY KEY, body, state); CREATE TABLE log (id, note, what)",
        );
        await baseline(root, fresh);
        expect(await readColumn(fresh.client, "SELECT sql FROM sqlite_schema WHERE name = 'v_open'")).toEqual([
            files["views/v_open.sql"].trim().slice(0, -1),
        ]);
    });

    test("are simply recorded where an equal one is there already", async () => {
        await client.execute("DELETE FROM schema_objects");
        const texts = await readTexts();
        expect(await changesOf()).toEqual([]);
        expect([await readTexts(), await readRecords()]).toEqual([texts, all]);
    });

    test("stay in a database that has had no migration, when there is nothing to roll back", async () => {
        const fresh = await target.createDatabase();
        await fresh.client.executeMultiple(
            "CREATE TABLE notes (id); CREATE VIEW v_notes AS SELECT id AS id FROM notes;",
        );
        const before = await readAll(fresh.client);
        expect((await rollback(root, fresh, 0)).steps).toEqual([]);
        expect(await readAll(fresh.client)).toEqual(before);
    });

    test("triggers on a view that no file defines stop what would drop them, and are listed", async () => {
        await client.execute("CREATE TRIGGER by_hand INSTEAD OF DELETE ON v_notes BEGIN SELECT 1; END");
        const before = await readAll(client);
        const changed = { "views/v_notes.sql": "CREATE VIEW v_notes AS SELECT id, body, state, 1 AS a FROM notes;\n" };
        const renamed = { "migrations/002.do.a.sql": "ALTER TABLE log RENAME COLUMN note TO about;" };
        for (const changes of [changed, { ...files, ...renamed }, { "views/v_notes.sql": undefined }]) {
            changeProject(root, changes);
            const { text } = await refusal(deploy(root, database));
            expect(text).toContain(
                "views/v_notes.sql: the run drops this view, and with it the trigger 'by_hand', which no file defines\n" +
                    "    save it as triggers/by_hand.sql, or drop it by hand",
            );
            expect(await readAll(client)).toEqual(before);
        }
        // One that no file can hold has but one remedy.
        await client.execute('CREATE TRIGGER "by hand" INSTEAD OF UPDATE ON v_notes BEGIN SELECT 1; END');
        changeProject(root, { ...files, ...changed });
        const { text } = await refusal(deploy(root, database));
        expect(text).toContain(
            "the trigger 'by hand', which no file defines\n    drop it by hand: no file can have its name",
        );
        await client.execute('DROP TRIGGER "by hand"');
        changeProject(root, {
            ...files,
            ...changed,
            "migrations/002.do.a.sql": undefined,
            "triggers/by_hand.sql": "CREATE TRIGGER by_hand INSTEAD OF DELETE ON v_notes BEGIN SELECT 1; END;",
        });
        await deploy(root, database);
        expect(await readRecords()).toEqual(["by_hand", ...all]);
    });

    test("may change their type or the letter case of their name", async () => {
        changeProject(root, {
            "views/v_open.sql": undefined,
            "triggers/v_open.sql": "CREATE TRIGGER v_open AFTER DELETE ON notes BEGIN SELECT 1; END;",
            "triggers/trg_notes_state.sql": undefined,
            "triggers/TRG_notes_state.sql": files["triggers/trg_notes_state.sql"].replace("trg_", "TRG_"),
        });
        await deploy(root, database);
        expect(await readNames(client, "trigger")).toEqual(["TRG_notes_state", "trg_notes_insert", "v_open"]);
        expect(await readRecords()).toEqual(["TRG_notes_state", "trg_notes_insert", "v_notes", "v_open"]);
        expect((await deploy(root, database)).steps).toEqual([]);
    });

    test("triggers on a view come back when that view is replaced, and go with it", async () => {
        const instead = {
            "triggers/trg_v_notes_insert.sql":
                "CREATE TRIGGER trg_v_notes_insert INSTEAD OF INSERT ON v_notes BEGIN\n" +
                "    INSERT INTO notes (body) VALUES (NEW.body);\nEND;\n",
            "triggers/trg_v_notes_update.sql":
                "CREATE TRIGGER trg_v_notes_update INSTEAD OF UPDATE ON v_notes BEGIN\n" +
                "    UPDATE notes SET body = NEW.body WHERE id = NEW.id;\nEND;\n",
        };
        changeProject(root, instead);
        await deploy(root, database);
        changeProject(root, { "views/v_notes.sql": "CREATE VIEW v_notes AS SELECT id, body, state FROM notes;\n" });
        await deploy(root, database);
        await client.execute("INSERT INTO v_notes (body) VALUES ('a')");
        await client.execute("UPDATE v_notes SET body = 'b'");
        expect(await readColumn(client, "SELECT body FROM notes")).toEqual(["b"]);
        const gone = Object.fromEntries(
            [...Object.keys(instead), "views/v_notes.sql", "views/v_open.sql"].map((path) => [path, undefined]),
        );
        changeProject(root, gone);
        await deploy(root, database);
        expect(await readRecords()).toEqual(["trg_notes_insert", "trg_notes_state"]);
    });

    test("do not stand in the way of columns and tables that are renamed or dropped", async () => {
        await client.execute("INSERT INTO notes (body, state) VALUES ('kept', 'open')");
        changeProject(root, {
            "migrations/002.do.a.sql": "ALTER TABLE notes RENAME COLUMN body TO text;",
            "migrations/003.do.b.sql": "ALTER TABLE notes ADD COLUMN flag INTEGER;",
            "migrations/004.do.c.sql": "ALTER TABLE notes RENAME TO papers;\nALTER TABLE papers DROP COLUMN flag;",
            "views/v_notes.sql": "CREATE VIEW v_notes AS SELECT id AS id, text AS body, state AS state FROM papers;\n",
            "triggers/trg_notes_insert.sql": files["triggers/trg_notes_insert.sql"].replace("ON notes", "ON papers"),
            "triggers/trg_notes_state.sql": files["triggers/trg_notes_state.sql"].replace("ON notes", "ON papers"),
        });
        await deploy(root, database);
        await client.execute("UPDATE papers SET state = 'shut'");
        expect(await readRows(client, "SELECT body, state FROM v_notes")).toEqual([{ body: "kept", state: "shut" }]);
        expect(await readColumn(client, "SELECT what FROM log ORDER BY id")).toEqual(["insert", "shut"]);
    });

    test("a trigger of another maker that does not prepare is named, and not its sound neighbour", async () => {
        await client.executeMultiple(
            "CREATE TRIGGER theirs AFTER INSERT ON notes BEGIN INSERT INTO nowhere VALUES (NEW.id); END;",
        );
        const sound = "CREATE TRIGGER trg_a AFTER INSERT ON notes BEGIN SELECT 1; END;\n";
        changeProject(root, { "triggers/trg_a.sql": sound });
        const { text } = await refusal(deploy(root, database));
        expect(text).toContain("trigger 'theirs', which no file defines: no such table: main.nowhere");
        expect(text).toContain("correct or drop it by hand, or drop it in a migration");
        expect(text).not.toContain("trg_");
        changeProject(root, { "migrations/002.do.drop.sql": "DROP TRIGGER theirs;\n" });
        expect((await deploy(root, database)).version).toBe(2);
        // Beside a broken one of the files, the same.
        changeProject(root, { "triggers/trg_b.sql": sound.replace("trg_a", "trg_b").replace("1", "NEW.gone") });
        expect((await refusal(deploy(root, database))).text).toContain(
            "triggers/trg_b.sql:1: no such column: NEW.gone",
        );
    });

    test("a view or trigger that a migration breaks fails the run by its file, and nothing is applied", async () => {
        const before = await readAll(client);
        changeProject(root, { "migrations/002.do.a.sql": "ALTER TABLE notes RENAME COLUMN state TO status;" });
        const { text } = await refusal(deploy(root, database));
        expect(text).toContain("views/v_notes.sql:2: no such column: state\n");
        expect(text).toContain(
            "    1 | CREATE VIEW v_notes AS\n    2 | SELECT id AS id, body AS body, state AS state FROM notes;",
        );
        expect(text).toContain("Nothing was applied. The database is still at version 1.");
        expect(await readAll(client)).toEqual(before);
    });
});
