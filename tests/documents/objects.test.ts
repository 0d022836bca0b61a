import { expect, test } from "vitest";
import { listViewColumns, namesTable, readEvent } from "../../src/documents/objects.ts";
import { readFiles } from "../../src/planning/files.ts";
import { deployScratch } from "../../src/planning/shadow.ts";
import { readRows } from "../../src/schema/row.ts";
import { root } from "../support/deployed.ts";

test("the columns of every view are those that the database tells", async () => {
    const { sets } = await readFiles(root);
    const core = sets.slice(0, 1);
    const connection = await deployScratch(
        core,
        core.flatMap((set) => set.migrations),
    );
    const views = await readRows(connection, {
        sql: `SELECT name, sql, (SELECT group_concat(name) FROM pragma_table_info(made.name)) AS columns
            FROM sqlite_schema AS made WHERE type = 'view'`,
    });
    connection.close();
    expect(views.length).toBeGreaterThan(5);
    for (const { name, sql, columns } of views) {
        expect([name, listViewColumns({ sql: String(sql) }).join(",")]).toEqual([name, columns]);
    }
});

test.each([
    ["BEFORE DELETE", "CREATE TRIGGER t /* on INSERT */ BEFORE DELETE ON a BEGIN SELECT 1; END"],
    ["AFTER UPDATE", "CREATE TRIGGER t AFTER UPDATE OF b ON a BEGIN SELECT 1; END"],
    ["INSTEAD OF INSERT", "CREATE TRIGGER t INSTEAD OF INSERT ON a BEGIN SELECT 1; END"],
    ["INSERT", "CREATE TRIGGER t INSERT ON a BEGIN SELECT 1; END"],
])("a trigger fires %s", (event, sql) => {
    expect(readEvent({ sql })).toBe(event);
});

test("a comment or a text does not name a table", () => {
    const sql = "CREATE VIEW v AS /* of plans */ SELECT 'plans' AS a FROM paths -- not plans";
    expect(["paths", "plans"].filter((table) => namesTable({ sql }, table))).toEqual(["paths"]);
});
