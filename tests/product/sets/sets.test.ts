import path from "node:path";
import { createClient } from "@libsql/client";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { showStatus } from "../../../src/cli/commands/status.ts";
import { showVerification } from "../../../src/cli/commands/verify.ts";
import { bindQuery, readQueries } from "../../../src/queries/files.ts";
import { findScans, findSorts, readPlan } from "../../../src/queries/plan.ts";
import { groupByIndex, readQueryPlans } from "../../../src/queries/usage.ts";
import { restoreHere, takeBackup } from "../../backup/running.ts";
import { openTestConnection, root } from "../../support/deployed.ts";
import { runHere, runScript } from "../../support/here.ts";
import { makeFolder } from "../../support/project.ts";
import { copyRepository } from "../../support/repository.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";
import { readRefusal, readRows, readValue } from "../rows.ts";
import { contentSets, createContentDatabase, fillSets, renderRow, setFiles } from "./content.ts";

describeTargets("the optional sets of content", (target) => {
    let database: TestDatabase;

    beforeEach(async () => {
        database = await createContentDatabase(target);
    });

    test("are listed apart from the 12 tables", async () => {
        const status = await runHere(showStatus, { root, url: database.url });
        expect([status.code, status.stderr]).toEqual([0, ""]);
        expect(status.stdout).toMatch(/^Schema: .* 12 tables, \d+ indexes, \d+ views, \d+ triggers$/m);
        for (const { set } of contentSets)
            expect(status.stdout).toMatch(
                new RegExp(`^Set: +${set}, migration 1: 1 table, 1 index, 0 views, 5 triggers$`, "m"),
            );
    });

    test("are undone by db:rollback --set, which keeps their rows unless told to discard them, and their history", async () => {
        await fillSets(database, ["one", "two"]);
        const settings = { cwd: copyRepository(setFiles), env: { TURSO_DATABASE_URL: database.url } };
        const { client } = database;
        for (const { set, table, type } of contentSets) {
            const undo = (...more: string[]): ReturnType<typeof runScript> =>
                runScript("db:rollback", ["--set", set, "--to", "0", ...more], settings);
            const kept = await undo();
            expect([kept.code, kept.stderr]).toEqual([1, expect.stringContaining(`${table}: 2 rows`)]);
            expect(await readValue(client, `SELECT count(*) FROM ${table}`)).toBe(2);
            expect(await undo("--discard-rows")).toMatchObject({ code: 0 });
            const left = "SELECT name FROM sqlite_schema WHERE tbl_name = ?";
            expect(await readRows(client, left, [table])).toEqual([]);
            const history = "SELECT event_type FROM question_history WHERE question_type = ?";
            expect(await readRows(client, history, [type])).toEqual(Array(2).fill({ event_type: "created" }));
        }
        expect(await runScript("db:verify", [], settings)).toMatchObject({ code: 0 });
        const sets = contentSets.flatMap(({ set }) => ["--set", set]);
        expect(await runScript("db:push", sets, settings)).toMatchObject({ code: 0 });
        for (const { table } of contentSets) expect(await readValue(client, `SELECT count(*) FROM ${table}`)).toBe(0);
    });

    test("are backed up and restored with their rows, history and triggers", async () => {
        await fillSets(database, ["one", "two"]);
        const url = `file:${path.join(makeFolder(), "copy.db")}`;
        const ran = await restoreHere({ url, args: [await takeBackup(database.url)] });
        expect([ran.code, ran.stderr]).toEqual([0, ""]);
        const copy = createClient({ url });
        for (const sql of [
            ...contentSets.map(({ table }) => `SELECT * FROM ${table} ORDER BY id`),
            "SELECT * FROM question_history ORDER BY id",
            "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name",
        ])
            expect(await readRows(copy, sql)).toEqual(await readRows(database.client, sql));
        copy.close();
        expect((await runHere(showVerification, { root, url })).code).toBe(0);
    });
});

describeTargets("an optional set of content", (target) => {
    let database: TestDatabase;

    beforeAll(async () => {
        database = await createContentDatabase(target);
    });

    describe.each(contentSets)("$set", ({ set, table, ...of }) => {
        test("has a STRICT table whose comments say what a row, each column and each index is for", async () => {
            const { client } = database;
            expect(await readValue(client, "SELECT strict FROM pragma_table_list WHERE name = ?", [table])).toBe(1);
            const sql = String(await readValue(client, "SELECT sql FROM sqlite_schema WHERE name = ?", [table]));
            expect(sql).toMatch(/^CREATE TABLE \w+ \(\n {4}\/\*\s/);
            for (const { name } of await readRows(client, `SELECT name FROM pragma_table_info('${table}')`))
                expect(sql).toMatch(new RegExp(`\\n {4}-- [^\\n]+\\n {4}${name} (TEXT|INTEGER)\\b`));
            const indexes = await readRows(
                client,
                "SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
                [table],
            );
            for (const index of indexes) expect(index.sql).toMatch(/\/\*[\s*]*Serves /);
        });

        test("has a CHECK with a name for each rule, which refuses what breaks it", async () => {
            const isJson = /_is_a_json_array$/;
            const sql = String(
                await readValue(database.client, "SELECT sql FROM sqlite_schema WHERE name = ?", [table]),
            );
            const checks = [...sql.matchAll(/CONSTRAINT (\w+) CHECK/g)].map(([, name = ""]) => name);
            expect(checks.length).toBeGreaterThan(4);
            for (const check of checks) {
                const column = check.slice(table.length + 1).replace(/_is_.*$/, "");
                const bad = /_is_not_empty$/.test(check)
                    ? [""]
                    : isJson.test(check)
                      ? ["{}", "not JSON", ""]
                      : [-1, "x"];
                const refusals: (string | undefined)[] = [];
                for (const value of bad) {
                    const row = renderRow({ set, table, ...of }, { id: `bad-${check}`, [column]: value });
                    refusals.push(await readRefusal(database.client, row.sql, row.args));
                }
                expect(refusals.filter((refusal) => refusal?.includes(check)).length, check).toBeGreaterThan(0);
                expect(refusals.filter((refusal) => refusal === undefined)).toEqual([]);
            }
            expect(await readValue(database.client, `SELECT count(*) FROM ${table}`)).toBe(0);
        });

        test("has queries that run, each by an index and without a sort, and an index for no other reason", async () => {
            const queries = await readQueries(root, set);
            const connection = await openTestConnection(database);
            const plans = await readQueryPlans(connection, queries);
            expect(plans.filter((plan) => "problem" in plan)).toEqual([]);
            const steps = plans.map((plan) => readPlan("rows" in plan ? plan.rows : []));
            expect(steps.flatMap((plan) => [...findScans(plan), ...findSorts(plan)])).toEqual([]);
            for (const query of queries)
                expect((await connection.tryOut([], [bindQuery(query)])).results).toMatchObject([{ ok: true }]);
            const own = "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?";
            const names = (await readRows(database.client, own, [table])).map(({ name }) => name);
            expect([...groupByIndex(plans).keys()].sort()).toEqual([...names].sort());
            connection.close();
        });
    });
});
