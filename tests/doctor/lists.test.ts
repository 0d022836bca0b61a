import { beforeAll, expect, test } from "vitest";
import { loaders } from "../../seeds/index.ts";
import { type Check, readChecks } from "../../src/doctor/checks.ts";
import { type FieldKind, holdsJson } from "../../src/loading/loader.ts";
import { listSets } from "../../src/planning/files.ts";
import { listAllowedValues } from "../../src/sql/checks.ts";
import { readTableDefinition } from "../../src/sql/create-table.ts";
import { toSnakeCase } from "../../src/sql/names.ts";
import { readRows } from "../product/rows.ts";
import { createDeployedDatabase, root } from "../support/deployed.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const checks = await readChecks(root);
const getCheck = (name: string): Check => {
    const check = checks.find((candidate) => candidate.name === name);
    if (!check) throw new Error(`There is no check '${name}'.`);
    return check;
};

/** The rows of the VALUES that a check compares a database with. */
const listWanted = (name: string): string[] => {
    const values = /\(\s*VALUES([\s\S]*?)\n {4}\)/.exec(getCheck(name).sql)?.[1] ?? "";
    return [...values.matchAll(/\(([^()]*)\)/g)].map(([, row = ""]) => row.replace(/'|\s+/g, "")).sort();
};

const fields = loaders.flatMap(({ table, fields: kinds }) =>
    Object.entries(kinds).map(([field, kind]) => ({ table, column: toSnakeCase(field), kind })),
);
const listColumns = (isWanted: (kind: FieldKind) => boolean): string[] =>
    fields.filter(({ kind }) => isWanted(kind)).map(({ table, column }) => `${table},${column}`);
const fileOf = (table: string, ending: string): Check => getCheck(`${table.replaceAll("_", "-")}-${ending}`);

test("the checks of JSON and of times look at every such column that loaders know", () => {
    for (const { table, column, kind } of fields) {
        if (!holdsJson(kind) && kind !== "time") continue;
        expect(fileOf(table, kind === "time" ? "times" : "json").sql).toContain(`'${column}',`);
    }
    expect(listWanted("json-rules")).toEqual(listColumns(holdsJson).sort());
});

test("a check of an optional set names one that is here", async () => {
    const names = checks.flatMap(({ set }) => set ?? []);
    expect(names.length).toBeGreaterThan(1);
    const sets = (await listSets(root)).slice(1).map(({ name }) => name);
    expect(names.filter((name) => !sets.includes(name))).toEqual([]);
});

test("every check says what, why and what to do in words of its own", () => {
    expect(new Set(checks.map(({ title }) => title)).size).toBe(checks.length);
    for (const { name, title, why, remedy } of checks) {
        expect(title, name).toMatch(/^[A-Z]/);
        expect(why, name).toMatch(/^[A-Z].*\.$/);
        expect(remedy, name).toMatch(/\.$/);
    }
});

describeTargets("the lists of the checks", (target) => {
    let database: TestDatabase;
    const read = async (sql: string): Promise<string[]> =>
        (await readRows(database.client, sql)).map((row) => Object.values(row).join(",")).sort();
    const own = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN (${loaders.map(({ table }) => `'${table}'`)})`;

    beforeAll(async () => {
        database = await createDeployedDatabase(target);
    });

    test("name the tables of the schema", async () => {
        expect(listWanted("tables")).toEqual(await read(own));
    });

    test("name its foreign keys", async () => {
        expect(listWanted("foreign-keys-defined")).toEqual(
            await read(`SELECT t.name, k."from", k."table" FROM (${own}) AS t, pragma_foreign_key_list(t.name) AS k`),
        );
    });

    test("name its indexes by their columns", async () => {
        const columns =
            "(SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))";
        expect(listWanted("indexes")).toEqual(
            await read(
                `SELECT t.name, ${columns} FROM (${own}) AS t, pragma_index_list(t.name) AS i WHERE i.origin = 'c'`,
            ),
        );
    });

    test("name the columns that note by themselves when a row was written", async () => {
        expect(listWanted("audit-times")).toEqual(
            await read(
                `SELECT t.name AS "table", c.name AS "column" FROM (${own}) AS t, pragma_table_info(t.name) AS c WHERE c.dflt_value LIKE 'strftime(%'`,
            ),
        );
    });

    test("have every value that the schema lists, and no other", async () => {
        const tables = await readRows(database.client, own.replace("SELECT name", "SELECT name, sql"));
        for (const { name, sql } of tables) {
            const table = readTableDefinition(String(sql));
            for (const { name: column } of table.columns) {
                const values = listAllowedValues(table, column);
                if (values.length === 0) continue;
                const list = new RegExp(`WHEN '${column}' THEN[^)]*NOT IN \\(([^)]*)\\)`).exec(
                    fileOf(String(name), "values").sql,
                )?.[1];
                const listed = (list ?? "").split(",").map((value) => value.trim().replaceAll("'", '"'));
                expect([name, column, listed]).toEqual([name, column, values]);
            }
        }
    });
});
