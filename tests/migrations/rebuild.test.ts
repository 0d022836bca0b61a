import { expect, test } from "vitest";
import { previewPlan } from "../../src/migrations/carry-out.ts";
import { readRows } from "../support/contents.ts";
import { changeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { deploy, plan, readColumn, readNames } from "./deploy.ts";
import { copy, createFamily, indexes, newTable, readChildren, recipe, swap, unmanagedTrigger } from "./family.ts";

/** Ways to write a rebuild that keep everything. */
const ways: readonly (readonly [string, string])[] = [
    ["the recipe", recipe],
    [
        "other quoting and letter case",
        recipe.replace("DROP TABLE parents", 'DROP TABLE "Parents"').replaceAll("parents_new", "[Parents New]"),
    ],
    ["IF EXISTS and a schema name", recipe.replace("DROP TABLE parents", "DROP TABLE IF EXISTS main.parents")],
    ["indexes dropped by name first", `DROP INDEX idx_parents_size;\n${recipe}`],
    [
        "rows set aside in a table of its own",
        "CREATE TABLE aside AS SELECT * FROM parents;\nDROP TABLE parents;\n" +
            newTable.replace("parents_new", "parents") +
            "INSERT INTO parents SELECT id, code, coalesce(size, 0), boss FROM aside;\nDROP TABLE aside;\n" +
            indexes,
    ],
    [
        "rows in two parts",
        `${newTable}${copy.replace(";", " WHERE id < 3;")}${copy.replace(";", " WHERE id > 2;")}${swap}${indexes}`,
    ],
    [
        "a reference to itself under the new name",
        recipe.replace("REFERENCES parents (id)", "REFERENCES parents_new (id)"),
    ],
];

describeTargets("a rebuild", (target) => {
    test.each(ways)("keeps rows, children, indexes, triggers, views and the sequence: %s", async (_, sql) => {
        const { database, client, root } = await createFamily(target);
        const before = await readChildren(client);
        const rows = await readRows(client, "SELECT id, code, coalesce(size, 0) AS size, boss FROM parents");
        changeProject(root, { "migrations/002.do.rebuild.sql": sql });
        const { steps, foreignKeys } = await deploy(root, database);

        expect(steps.map((step) => step.rebuilt.map((table) => table.toLowerCase()))).toEqual([["parents"]]);
        expect(foreignKeys).toBe(1);
        expect(await readRows(client, "SELECT * FROM parents")).toEqual(rows);
        // No trigger took part: the log is as it was.
        expect(await readChildren(client)).toEqual(before);
        expect(await readNames(client, "index")).toEqual(["idx_parents_big", "idx_parents_code", "idx_parents_size"]);
        expect(await readNames(client, "trigger")).toEqual(["trg_parents_delete", "trg_parents_insert"]);
        expect(await readColumn(client, "SELECT code FROM v_parents ORDER BY id")).toEqual(["a", "b", "c", "d"]);
        expect(await readColumn(client, "PRAGMA integrity_check")).toEqual(["ok"]);
        expect(await readRows(client, "PRAGMA foreign_key_check")).toEqual([]);
        const references = 'SELECT DISTINCT k."table" FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS k';
        expect(await readColumn(client, references)).toEqual(["parents"]);

        // Ids that were given are not given again, and every delete action is alive.
        await client.execute("INSERT INTO parents (code) VALUES ('g')");
        expect(await readColumn(client, "SELECT max(id) FROM parents")).toEqual([7]);
        await client.execute("DELETE FROM restricts");
        await client.execute("DELETE FROM plains");
        await client.execute("DELETE FROM parents WHERE id = 4");
        expect(await readColumn(client, "SELECT count(*) FROM cascades")).toEqual([4]);
        expect(await readColumn(client, "SELECT count(parent) FROM nulls")).toEqual([3]);
        expect(await readColumn(client, "SELECT code FROM by_code")).toEqual(["a"]);
        expect((await readColumn(client, "SELECT what FROM log ORDER BY id")).slice(-2)).toEqual([
            "insert g",
            "delete d",
        ]);
        await expect(client.execute("UPDATE parents SET size = -1")).rejects.toThrow("parents_size_is_not_negative");
        await expect(client.execute("INSERT INTO cascades (parent) VALUES (99)")).rejects.toThrow("FOREIGN KEY");
    });

    test("keeps the sequence of a table that is empty, and of one that never had a row", async () => {
        const { database, client, root } = await createFamily(target);
        await client.executeMultiple("DELETE FROM restricts; DELETE FROM plains; DELETE FROM parents;");
        changeProject(root, { "migrations/002.do.rebuild.sql": recipe });
        await deploy(root, database);
        await client.execute("INSERT INTO parents (code) VALUES ('g')");
        expect(await readColumn(client, "SELECT id FROM parents")).toEqual([7]);

        const fresh = await target.createDatabase();
        await deploy(root, fresh);
        await fresh.client.execute("INSERT INTO parents (code) VALUES ('g')");
        expect(await readColumn(fresh.client, "SELECT id FROM parents")).toEqual([1]);
    });

    test("keeps a trigger that no file holds, when it makes it again", async () => {
        const { database, client, root } = await createFamily(target);
        await client.execute(unmanagedTrigger);
        changeProject(root, { "migrations/002.do.rebuild.sql": `${recipe}${unmanagedTrigger};\n` });
        await deploy(root, database);
        expect(await readNames(client, "trigger")).toEqual(["trg_parents_delete", "trg_parents_insert", "watch"]);
    });

    test("may give up an index and a trigger that it drops by name", async () => {
        const { database, client, root } = await createFamily(target);
        await client.execute(unmanagedTrigger);
        const drops = "DROP INDEX IDX_parents_size;\nDROP TRIGGER watch;\n";
        const kept = indexes.split("\n").slice(1).join("\n");
        changeProject(root, { "migrations/002.do.rebuild.sql": drops + newTable + copy + swap + kept });
        await deploy(root, database);
        expect(await readNames(client, "index")).toEqual(["idx_parents_big", "idx_parents_code"]);
        expect(await readNames(client, "trigger")).toEqual(["trg_parents_delete", "trg_parents_insert"]);
    });

    test("runs alone, in its place among ordinary files, on a fresh database and on an old one", async () => {
        const { database, client, root } = await createFamily(target);
        const log = "CREATE TABLE log_new (id INTEGER PRIMARY KEY, what TEXT NOT NULL) STRICT;\n";
        changeProject(root, {
            "migrations/002.do.a.sql": "ALTER TABLE parents ADD COLUMN a TEXT;",
            "migrations/003.do.rebuild.sql": recipe,
            "migrations/004.do.b.sql": "ALTER TABLE parents ADD COLUMN b TEXT;",
            "migrations/005.do.c.sql": "UPDATE parents SET b = code;",
            "migrations/006.do.rebuild-log.sql": `${log}INSERT INTO log_new SELECT * FROM log;\nDROP TABLE log;\nALTER TABLE log_new RENAME TO log;`,
            "migrations/007.do.rebuild-again.sql": recipe.replace("STRICT", "-- again\n STRICT"),
            "migrations/008.do.d.sql": "CREATE TABLE d (id INTEGER PRIMARY KEY) STRICT;",
        });
        const children = await readChildren(client);
        const prepared = await plan(root, database);
        const starts = previewPlan(prepared)
            .renderScripts()
            .map((script) => script.split("\n")[0]);
        const [off, on] = ["PRAGMA foreign_keys = OFF;", "BEGIN IMMEDIATE;"];
        expect(starts).toEqual([on, off, on, off, off, on]);

        const { steps, version, foreignKeys } = await deploy(root, database);
        const versions = steps.map((step) => step.migrations.map((file) => file.version));
        expect(versions).toEqual([[2], [3], [4, 5], [6], [7], [8]]);
        expect([version, foreignKeys]).toEqual([8, 1]);
        expect(await readChildren(client)).toEqual(children);
        expect((await deploy(root, database)).steps).toEqual([]);

        const fresh = await target.createDatabase();
        const freshRun = await deploy(root, fresh);
        expect(freshRun.steps.map((step) => step.migrations.length)).toEqual([2, 1, 2, 1, 1, 1]);
        const schema = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name";
        expect(await readRows(fresh.client, schema)).toEqual(await readRows(client, schema));
    });

    test("a rebuild of a table that is not there yet creates it", async () => {
        const database = await target.createDatabase();
        const { root } = await createFamily(target);
        changeProject(root, {
            "migrations/002.do.x.sql": "DROP TABLE IF EXISTS x;\nCREATE TABLE x (id INTEGER) STRICT;",
        });
        await deploy(root, database);
        expect(await readNames(database.client, "table")).toContain("x");
    });
});
