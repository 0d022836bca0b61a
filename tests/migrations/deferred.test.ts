import type { Client } from "@libsql/client";
import { expect, test } from "vitest";
import { readRows } from "../support/contents.ts";
import { createDeployedProject, root as repository } from "../support/deployed.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { deploy, readAll, readColumn, readNames, refusal } from "./deploy.ts";

const files = {
    "migrations/001.do.create-notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT) STRICT;\n",
    "migrations/002.do.add-state.sql": "ALTER TABLE notes ADD COLUMN state TEXT;\n",
    "migrations/003.do.create-log.sql": "CREATE TABLE log (id INTEGER PRIMARY KEY, note INTEGER) STRICT;\n",
    "views/v_bodies.sql": "CREATE VIEW v_bodies AS SELECT body AS body FROM notes;\n",
    "views/v_states.sql": "CREATE VIEW v_states AS SELECT state AS state FROM notes;\n",
    // Prepares only when another one does.
    "views/v_a_states.sql": "CREATE VIEW v_a_states AS SELECT state AS state FROM v_states;\n",
    "triggers/trg_notes_insert.sql":
        "CREATE TRIGGER trg_notes_insert AFTER INSERT ON notes BEGIN INSERT INTO log (note) VALUES (NEW.id); END;\n",
    "triggers/trg_notes_trim.sql":
        "CREATE TRIGGER trg_notes_trim AFTER INSERT ON notes BEGIN UPDATE notes SET body = trim(body); END;\n",
    "triggers/trg_log_insert.sql": "CREATE TRIGGER trg_log_insert AFTER INSERT ON log BEGIN SELECT 1; END;\n",
};

function readStatus(client: Client): Promise<Record<string, unknown>[]> {
    return readRows(
        client,
        "SELECT status, group_concat(name, ' ') AS names FROM (SELECT * FROM schema_objects ORDER BY name) GROUP BY 1",
    );
}

describeTargets("a deploy to an older version", (target) => {
    test("leaves views and triggers that do not prepare there deferred, and the next run makes them", async () => {
        const database = await target.createDatabase();
        const { client } = database;
        const root = writeProject(files);
        const first = await deploy(root, database, { to: 1 });
        expect(first.version).toBe(1);
        const deferred = first.prepared.plan.objects.filter((object) => object.change === "deferred");
        expect(deferred.map((object) => object.name)).toEqual([
            "v_a_states",
            "v_states",
            "trg_log_insert",
            "trg_notes_insert",
        ]);
        expect(await readNames(client, "view")).toEqual(["v_bodies"]);
        expect(await readNames(client, "trigger")).toEqual(["trg_notes_trim"]);
        await client.execute("INSERT INTO notes (body) VALUES (' kept ')");
        expect((await deploy(root, database, { to: 1 })).steps).toEqual([]);

        await deploy(root, database, { to: 2 });
        expect(await readStatus(client)).toEqual([
            { status: "deferred", names: "trg_log_insert trg_notes_insert" },
            { status: "present", names: "trg_notes_trim v_a_states v_bodies v_states" },
        ]);

        await deploy(root, database);
        expect(await readStatus(client)).toEqual([
            { status: "present", names: "trg_log_insert trg_notes_insert trg_notes_trim v_a_states v_bodies v_states" },
        ]);
        await client.execute("INSERT INTO notes (body) VALUES ('new')");
        expect(await readColumn(client, "SELECT note FROM log")).toEqual([2]);
        expect(await readColumn(client, "SELECT body FROM v_bodies")).toEqual(["kept", "new"]);
    });

    test("takes one transaction, however many versions it goes through", async () => {
        const database = await target.createDatabase();
        const { steps, requests } = await deploy(writeProject(files), database, { to: 2 });
        expect(steps).toHaveLength(1);
        expect(requests).toBe(target.name === "sqld" ? 2 : 0);
    });

    test("ends, in any number of stops, in the schema of one deploy", async () => {
        const direct = await target.createDatabase();
        const stepwise = await target.createDatabase();
        await deploy(repository, direct);
        for (const to of [1, 2, 5, 8, 9, 12]) await deploy(repository, stepwise, { to });
        const schema = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name";
        expect(await readRows(stepwise.client, schema)).toEqual(await readRows(direct.client, schema));
        const records = "SELECT * FROM schema_objects ORDER BY name";
        expect(await readRows(stepwise.client, records)).toEqual(await readRows(direct.client, records));
    });

    test("is refused for a version that has no file, and for one that the database is beyond", async () => {
        const database = await target.createDatabase();
        const root = writeProject(files);
        await deploy(root, database, { to: 2 });
        const before = await readAll(database.client);
        const missing = await refusal(deploy(root, database, { to: 4 }));
        expect(missing.text).toBe("there is no migration 4\nthe latest one is 3");
        const back = await refusal(deploy(root, database, { to: 1 }));
        expect(back.text).toBe(
            "the database is at version 2, which is beyond 1\nto go back, use `pnpm db:rollback --to 1`",
        );
        expect([missing.error.exitCode, back.error.exitCode]).toEqual([2, 2]);
        expect(await readAll(database.client)).toEqual(before);
    });

    test("fails by the file and line of a migration that is broken, not by a view that waits for it", async () => {
        const database = await target.createDatabase();
        const root = writeProject(files);
        changeProject(root, {
            "migrations/002.do.add-state.sql": "SELECT 1;\nALTER TABLE note ADD COLUMN state TEXT;\n",
        });
        const { text } = await refusal(deploy(root, database, { to: 2 }));
        expect(text).toContain("migrations/002.do.add-state.sql:2: no such table: note");
        expect(await readAll(database.client)).toEqual({ schema: [] });
    });
});

describeTargets("a trigger whose new form waits for a pending migration", (target) => {
    const log = "INSERT INTO log (note) VALUES";
    const older = {
        "migrations/001.do.create-notes.sql":
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT) STRICT;\n" +
            "CREATE TABLE log (id INTEGER PRIMARY KEY, note TEXT) STRICT;\nCREATE TABLE other (a TEXT, b TEXT) STRICT;\n",
        "triggers/trg_notes.sql": `CREATE TRIGGER trg_notes AFTER UPDATE ON notes BEGIN ${log} ('old'); END;\n`,
    };
    const newer = {
        "migrations/002.do.add-state.sql":
            "ALTER TABLE notes ADD COLUMN state TEXT;\nUPDATE notes SET body = 'changed';\n",
        "triggers/trg_notes.sql": `CREATE TRIGGER trg_notes AFTER UPDATE ON notes BEGIN ${log} (NEW.state); END;\n`,
    };

    test.each([
        ["beside the change", {}, ["old"]],
        [
            "behind a change that took it away, of another table",
            {
                "migrations/002.do.add-state.sql": "ALTER TABLE other DROP COLUMN b;",
                "migrations/003.do.change.sql": "UPDATE notes SET body = 'changed';",
                "migrations/004.do.add-state.sql": "ALTER TABLE notes ADD COLUMN state TEXT;",
            },
            ["old"],
        ],
    ])("sees rows in its old form until then: %s", async (_, files, notes) => {
        const { database, client, root } = await createDeployedProject(target, writeProject(older));
        await client.execute("INSERT INTO notes (body) VALUES ('kept')");
        changeProject(root, { ...newer, ...files });
        expect((await deploy(root, database)).steps).toHaveLength(1);
        expect(await readColumn(client, "SELECT note FROM log")).toEqual(notes);
        await client.execute("UPDATE notes SET state = 'new'");
        expect(await readColumn(client, "SELECT note FROM log")).toEqual([...notes, "new"]);
        expect((await deploy(root, database)).steps).toEqual([]);
    });

    test("stays in its old form at a version before it, recorded as what it is", async () => {
        const { database, root } = await createDeployedProject(target, writeProject(older));
        const before = await readRows(database.client, "SELECT * FROM schema_objects");
        changeProject(root, {
            ...newer,
            "migrations/002.do.change.sql": "INSERT INTO notes (body) VALUES ('a');\nUPDATE notes SET body = 'b';",
            "migrations/002.do.add-state.sql": undefined,
            "migrations/003.do.add-state.sql": "ALTER TABLE notes ADD COLUMN state TEXT;",
        });
        const { prepared } = await deploy(root, database, { to: 2 });
        expect(prepared.plan.objects).toEqual([{ change: "deferred", type: "trigger", name: "trg_notes" }]);
        expect(await readColumn(database.client, "SELECT note FROM log")).toEqual(["old"]);
        expect(await readRows(database.client, "SELECT * FROM schema_objects")).toEqual(before);
        await deploy(root, database);
        expect(await readNames(database.client, "trigger")).toEqual(["trg_notes"]);
        expect(await readRows(database.client, "SELECT * FROM schema_objects")).not.toEqual(before);
    });
});

describeTargets("a trigger that is valid, though it cannot be proven by its own words", (target) => {
    test.each([
        ["a table without rowids", "a TEXT PRIMARY KEY, b TEXT", "WITHOUT ROWID", ""],
        ["a generated first column, without rowids", "g AS (a || 'x'), a TEXT PRIMARY KEY", "WITHOUT ROWID", ""],
        ["UPDATE OF a generated column", "a TEXT, b TEXT GENERATED ALWAYS AS (a || 'x') STORED", "", " OF b"],
        ["UPDATE OF one among others", "a TEXT, b TEXT AS (a || 'x'), CHECK (a <> '')", "", " OF b, a"],
    ])("deploys: %s", async (_, columns, options, of) => {
        const database = await target.createDatabase();
        const root = writeProject({
            "migrations/001.do.create.sql": `CREATE TABLE t_new (${columns}) ${options};\nALTER TABLE t_new RENAME TO t;`,
            "migrations/002.do.add.sql": "ALTER TABLE t ADD COLUMN c TEXT AS (upper(a));",
            "triggers/trg_t.sql": `CREATE TRIGGER trg_t AFTER UPDATE${of} ON t BEGIN SELECT NEW.a; END;`,
        });
        await deploy(root, database, { to: 1 });
        expect(await readNames(database.client, "trigger")).toEqual(["trg_t"]);
        await deploy(root, database);
        changeProject(root, {
            "triggers/trg_t.sql": `CREATE TRIGGER trg_t AFTER UPDATE${of} ON t BEGIN SELECT NEW.c; END;`,
        });
        await deploy(root, database);
        expect((await deploy(root, database)).steps).toEqual([]);
        const before = await readAll(database.client);
        changeProject(root, {
            "triggers/trg_t.sql": "CREATE TRIGGER trg_t AFTER UPDATE ON t BEGIN SELECT NEW.d; END;",
        });
        expect((await refusal(deploy(root, database))).text).toContain("triggers/trg_t.sql:1: no such column: NEW.d");
        expect(await readAll(database.client)).toEqual(before);
    });
});
