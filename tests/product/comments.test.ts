import type { Client } from "@libsql/client";
import { beforeAll, expect, test } from "vitest";
import { createDeployedDatabase } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";
import { readRows, TABLES } from "./rows.ts";

/** Where the comment of each kind of object stands: right after the line that opens its statement. */
const OPENING: Record<string, RegExp> = {
    table: /^CREATE TABLE \w+ \(\n {4}\/\*\s/,
    index: /^CREATE INDEX \w+ ON \w+ \(\n {4}\/\*\s/,
    view: /^CREATE VIEW \w+ AS\n\/\*\s/,
    trigger: /^CREATE TRIGGER \w+\n\/\*\s/,
};

describeTargets("the comments that the database keeps", (target) => {
    let client: Client;
    let objects: { type: string; name: string; table: string; sql: string }[];

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
        const rows = await readRows(
            client,
            "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name",
        );
        objects = rows
            .map((row) => ({ type: `${row.type}`, name: `${row.name}`, table: `${row.tbl_name}`, sql: `${row.sql}` }))
            .filter((object) => [...TABLES, "history_writer"].includes(object.table) || /^v_/.test(object.name));
    });

    test.each(Object.keys(OPENING))("open every %s, inside its statement", (type) => {
        const kind = objects.filter((object) => object.type === type);
        expect(kind.length).toBeGreaterThan(0);
        expect(kind.filter((object) => !OPENING[type]?.test(object.sql)).map((object) => object.name)).toEqual([]);
    });

    test("say of every index which queries it serves", () => {
        const silent = objects.filter((object) => object.type === "index" && !/\/\*[\s*]*Serves /.test(object.sql));
        expect(silent.map((index) => index.name)).toEqual([]);
    });

    test("stand on the line above every column of every table", async () => {
        for (const { name, sql } of objects.filter((object) => object.type === "table")) {
            const columns = await readRows(client, "SELECT name FROM pragma_table_info(?)", [name]);
            for (const column of columns)
                expect(sql, `${name}.${column.name}`).toMatch(
                    new RegExp(`\\n {4}-- [^\\n]+\\n {4}${column.name} (TEXT|INTEGER)\\b`),
                );
        }
    });

    test("stand above every column of a view that is more than the column of a table", async () => {
        for (const { name, sql } of objects.filter((object) => object.type === "view")) {
            const columns = await readRows(client, "SELECT name FROM pragma_table_info(?)", [name]);
            const own = name === "v_active_questions" ? ["channel_count"] : columns.map((column) => `${column.name}`);
            const lines = sql.split("\n");
            for (const column of own) {
                const last = lines.findIndex((line) => new RegExp(` AS ${column},?$`).test(line));
                const above = lines.slice(0, last).findLast((line) => / AS \w+,$|^ {4}-- /.test(line));
                expect(above, `${name}.${column}`).toMatch(/^ {4}-- /);
            }
        }
    });
});
