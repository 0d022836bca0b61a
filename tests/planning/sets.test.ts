import type { Client } from "@libsql/client";
import { beforeEach, expect, test } from "vitest";
import { deploy, readAll, readColumn, readNames, refusal } from "../migrations/deploy.ts";
import { readRows } from "../support/contents.ts";
import { createProject } from "../support/deployed.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const core = {
    "migrations/001.do.create-notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT) STRICT;\n",
    "views/v_notes.sql": "CREATE VIEW v_notes AS SELECT body AS body FROM notes;\n",
    "triggers/trg_notes_insert.sql": "CREATE TRIGGER trg_notes_insert AFTER INSERT ON notes BEGIN SELECT 1; END;\n",
};
const extras = {
    "migrations/extras/001.do.create-sizes.sql":
        "CREATE TABLE sizes (note INTEGER REFERENCES notes (id), size INTEGER) STRICT;\n",
    "migrations/extras/001.undo.create-sizes.sql": "DROP TABLE sizes;\n",
    "views/extras/v_sizes.sql": "CREATE VIEW v_sizes AS SELECT note AS note, size AS size FROM sizes;\n",
    "triggers/extras/trg_notes_size.sql":
        "CREATE TRIGGER trg_notes_size AFTER INSERT ON notes BEGIN\n" +
        "    INSERT INTO sizes (note, size) VALUES (NEW.id, length(NEW.body));\nEND;\n",
};
const rebuild =
    "CREATE TABLE notes_new (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;\n" +
    "INSERT INTO notes_new SELECT id, body FROM notes;\nDROP TABLE notes;\nALTER TABLE notes_new RENAME TO notes;\n";
const folders = ["migrations/extras", "views/extras", "triggers/extras"];

describeTargets("an optional set", (target) => {
    let database: TestDatabase;
    let client: Client;
    let root: string;

    beforeEach(async () => {
        ({ database, client, root } = await createProject(target, writeProject({ ...core, ...extras })));
    });

    const expectNothingToDo = async (): Promise<void> => {
        const { steps, requests } = await deploy(root, database);
        expect(steps).toEqual([]);
        expect(requests).toBe(target.name === "sqld" ? 1 : 0);
    };

    /** A new note gets its size: the set's trigger is alive. */
    const expectAlive = async (): Promise<void> => {
        await client.execute("INSERT INTO notes (body) VALUES ('four')");
        expect(await readColumn(client, "SELECT size FROM v_sizes ORDER BY note DESC LIMIT 1")).toEqual([4]);
    };

    test("is not installed unless it is asked for", async () => {
        await deploy(root, database);
        expect(await readNames(client, "table")).toEqual(["notes"]);
        expect(await readNames(client, "trigger")).toEqual(["trg_notes_insert"]);
        expect(await readColumn(client, "SELECT name FROM sqlite_schema WHERE name LIKE 'schemaversion%'")).toEqual([
            "schemaversion",
        ]);
        await expectNothingToDo();
    });

    test("is installed with version rows and objects of its own, into a fresh database in the same go", async () => {
        const { steps, requests, version } = await deploy(root, database, { sets: ["extras"] });
        expect([steps.length, version]).toEqual([1, 1]);
        expect(requests).toBe(target.name === "sqld" ? 2 : 0);
        expect(await readRows(client, "SELECT version, name FROM schemaversion_extras")).toEqual([
            { version: 1, name: "create-sizes" },
        ]);
        expect(await readRows(client, "SELECT name, set_name FROM schema_objects ORDER BY name")).toEqual([
            { name: "trg_notes_insert", set_name: "core" },
            { name: "trg_notes_size", set_name: "extras" },
            { name: "v_notes", set_name: "core" },
            { name: "v_sizes", set_name: "extras" },
        ]);
        await expectAlive();
        await expectNothingToDo();
    });

    test("is installed later too, and is from then on part of every run, in one request when nothing is to do", async () => {
        await deploy(root, database);
        await deploy(root, database, { sets: ["extras"] });
        await expectNothingToDo();
        changeProject(root, { "migrations/extras/002.do.add-unit.sql": "ALTER TABLE sizes ADD COLUMN unit TEXT;\n" });
        const { steps } = await deploy(root, database);
        expect(steps.flatMap((step) => step.migrations.map((file) => file.path))).toEqual([
            "migrations/extras/002.do.add-unit.sql",
        ]);
        expect(await readColumn(client, "SELECT version FROM schemaversion_extras")).toEqual([1, 2]);
        expect(await readColumn(client, "SELECT version FROM schemaversion WHERE version > 0")).toEqual([1]);
        changeProject(root, { "views/extras/v_sizes.sql": undefined });
        await deploy(root, database);
        expect(await readNames(client, "view")).toEqual(["v_notes"]);
    });

    test("keeps its triggers and rows through a rebuild of a core table", async () => {
        await deploy(root, database, { sets: ["extras"] });
        await client.execute("INSERT INTO notes (body) VALUES ('one')");
        changeProject(root, { "migrations/002.do.rebuild.sql": rebuild });
        await deploy(root, database);
        expect(await readColumn(client, "SELECT size FROM sizes")).toEqual([3]);
        await expectAlive();
        await expectNothingToDo();
    });

    test("is left alone by a checkout without its folder, also through a rebuild", async () => {
        await deploy(root, database, { sets: ["extras"] });
        changeProject(root, Object.fromEntries(folders.map((folder) => [folder, undefined])));
        await expectNothingToDo();
        changeProject(root, { "migrations/002.do.rebuild.sql": rebuild, "views/v_notes.sql": undefined });
        await deploy(root, database);
        await expectAlive();
        await expectNothingToDo();
        expect(await readNames(client, "view")).toEqual(["v_sizes"]);
        // And is known again to one that has it.
        changeProject(root, extras);
        await expectNothingToDo();
    });

    test("a core migration that breaks a trigger of an optional set fails the run, whether or not its file is here", async () => {
        await deploy(root, database, { sets: ["extras"] });
        const before = await readAll(client);
        changeProject(root, { "migrations/002.do.a.sql": "ALTER TABLE notes RENAME COLUMN body TO text;" });
        changeProject(root, { "views/v_notes.sql": "CREATE VIEW v_notes AS SELECT text AS body FROM notes;" });
        const here = await refusal(deploy(root, database));
        expect(here.text).toContain("triggers/extras/trg_notes_size.sql:2: no such column: NEW.body");
        changeProject(root, Object.fromEntries(folders.map((folder) => [folder, undefined])));
        const gone = await refusal(deploy(root, database));
        expect(gone.text).toContain("trigger 'trg_notes_size' of the extras set: no such column: NEW.body");
        expect(await readAll(client)).toEqual(before);
    });

    test("the files of an optional set are validated like those of the core", async () => {
        await deploy(root, database, { sets: ["extras"] });
        const before = await readAll(client);
        changeProject(root, {
            "migrations/extras/001.do.create-sizes.sql": "CREATE TABLE sizes (note INTEGER) STRICT;\n",
            "migrations/extras/2.up.sql": "SELECT 1;",
        });
        const misnamed = await refusal(deploy(root, database));
        expect(misnamed.text).toContain("mv migrations/extras/2.up.sql migrations/extras/002.do.what-it-does.sql");
        changeProject(root, { "migrations/extras/2.up.sql": undefined });
        const edited = await refusal(deploy(root, database));
        expect(edited.text).toContain("migrations/extras/001.do.create-sizes.sql: was changed after it was applied");
        changeProject(root, { "migrations/extras/001.do.create-sizes.sql": undefined });
        changeProject(root, { "migrations/extras/001.undo.create-sizes.sql": undefined });
        const newer = await refusal(deploy(root, database));
        expect(newer.error.exitCode).toBe(4);
        expect(await readAll(client)).toEqual(before);
    });

    test("naming an optional set that does not exist is a usage error, which lists those that do", async () => {
        const { error, text } = await refusal(deploy(root, database, { sets: ["vectors"] }));
        expect(error.exitCode).toBe(2);
        expect(text).toBe("there is no migration set 'vectors'\nthe sets here are: core, extras");
        const misspelt = await refusal(deploy(root, database, { sets: ["extra"] }));
        expect(misspelt.text).toContain("there is no migration set 'extra' (Did you mean 'extras'?)");
        expect(await readAll(client)).toEqual({ schema: [] });
    });
});
