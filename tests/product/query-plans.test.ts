import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Connection, ReadResult } from "../../src/database/connection.ts";
import { bindQuery, type DocumentedQuery, readQueries } from "../../src/queries/files.ts";
import { findScans, findSorts, findUsedIndexes, readPlan } from "../../src/queries/plan.ts";
import { groupByIndex, type QueryPlan, readQueryPlans } from "../../src/queries/usage.ts";
import { fillVolumes, readVolumes } from "../../src/queries/volumes.ts";
import { createDeployedDatabase, openTestConnection, root } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";

const queries = await readQueries(root);

describeTargets("the documented queries", (target) => {
    let connection: Connection;
    let plans: QueryPlan[];

    beforeAll(async () => {
        connection = await openTestConnection(await createDeployedDatabase(target));
        await fillVolumes(connection, await readVolumes(root), 0.02);
        plans = await readQueryPlans(connection, queries);
        return () => connection.close();
    });

    const namesOf = (matches: (query: DocumentedQuery, steps: ReturnType<typeof readPlan>) => boolean): string[] =>
        plans
            .filter((plan) => "rows" in plan && matches(plan.query, readPlan(plan.rows)))
            .map(({ query }) => query.name);

    test("are about every page and bot, and each of them can be planned", () => {
        expect(queries.length).toBeGreaterThan(40);
        expect(plans.filter((plan) => "problem" in plan)).toEqual([]);
    });

    test("run with their examples, and what reads or claims finds rows", async () => {
        const results: (ReadResult | undefined)[] = [];
        for (const query of queries) results.push((await connection.tryOut([], [bindQuery(query)])).results[0]);
        expect(results.filter((result) => !result?.ok)).toEqual([]);
        const silent = queries.filter((_, at) => {
            const result = results[at];
            return result?.ok && result.rows.length === 0;
        });
        expect(silent.filter(({ sql }) => /^SELECT|\bRETURNING\b/.test(sql)).map(({ name }) => name)).toEqual([]);
    });

    test("read a table or an index from one end only where their file gives the reason, and then they do", () => {
        expect(namesOf((query, plan) => findScans(plan).length > 0 !== (query.scans !== undefined))).toEqual([]);
    });

    test("sort or group in memory only where their file gives the reason, and then they do", () => {
        expect(namesOf((query, plan) => findSorts(plan).length > 0 !== (query.sorts !== undefined))).toEqual([]);
    });

    test("never make SQLite build an index for one statement", () => {
        expect(namesOf((_, plan) => JSON.stringify(plan).includes("AUTOMATIC"))).toEqual([]);
    });

    test("use every index but those that only keep values unique", async () => {
        const sql = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
        const [result] = await connection.readAll([{ sql }]);
        const names = result?.ok ? result.rows.map(({ name }) => String(name)) : [];
        const users = groupByIndex(plans);
        expect(names.length).toBeGreaterThan(20);
        expect(names.filter((name) => !users.has(name))).toEqual([]);
    });

    test("stand in docs/reference/queries.md with the indexes that they use at these volumes", () => {
        const page = readFileSync(path.join(root, "docs/reference/queries.md"), "utf8");
        expect(plans.length).toBeGreaterThan(60);
        for (const plan of plans) {
            const indexes = "rows" in plan ? findUsedIndexes(plan.rows).map((index) => `\`${index}\``) : [];
            const [, entry = ""] = page.split(`\n### [${plan.query.name}](`);
            expect(entry.split("\n### ")[0], plan.query.name).toContain(
                `\n- Indexes: ${indexes.join(", ") || "none"}\n`,
            );
        }
    });
});

test("the documented queries name what comes out, in lower case", () => {
    for (const { name, sql } of queries) {
        expect(sql, name).not.toMatch(/(SELECT|RETURNING|,|\.)\s*\*/);
        for (const [, alias] of sql.matchAll(/\bAS ([^\s(]\S*)/g)) expect(alias, name).toMatch(/^[a-z_]+,?$/);
    }
});
