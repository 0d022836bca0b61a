import { beforeAll, expect, test } from "vitest";
import type { Connection } from "../../src/database/connection.ts";
import { findScans, findSorts, findUsedIndexes, listSteps, readPlan } from "../../src/queries/plan.ts";
import { splitStatements } from "../../src/sql/statements.ts";
import { openTestConnection } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";

const schema = `
    CREATE TABLE "odd table" (a, b, c);
    CREATE INDEX "an (odd) index" ON "odd table" (a, b);
    CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c);
    CREATE INDEX t_a ON t (a);
    CREATE INDEX t_b ON t (b);
    CREATE VIEW v AS SELECT a, count(*) AS n FROM t GROUP BY a;`;

describeTargets("the plan of a statement", (target) => {
    let connection: Connection;
    beforeAll(async () => {
        connection = await openTestConnection(await target.createDatabase());
        await connection.runScript(splitStatements(schema));
        return () => connection.close();
    });

    async function ask(sql: string): Promise<{ steps: string[]; indexes: string[]; scans: number; sorts: number }> {
        const [result] = await connection.readAll([{ sql: `EXPLAIN QUERY PLAN ${sql}` }]);
        if (!result?.ok) throw new Error(result?.message);
        const plan = readPlan(result.rows);
        return {
            steps: listSteps(plan).map(({ kind, source, index, covering, terms, derived }) =>
                [kind, source, index, covering && "covering", terms && `(${terms})`, derived && "derived"]
                    .filter(Boolean)
                    .join(" "),
            ),
            indexes: findUsedIndexes(result.rows),
            scans: findScans(plan).length,
            sorts: findSorts(plan).length,
        };
    }

    test.each([
        ["SELECT * FROM t", ["scan t"], [], 1, 0],
        ["SELECT * FROM t WHERE id = 1", ["search t (rowid=?)"], [], 0, 0],
        ["SELECT * FROM t ORDER BY a", ["scan t t_a"], ["t_a"], 1, 0],
        ["SELECT a FROM t", ["scan t t_a covering"], ["t_a"], 1, 0],
        ["SELECT a FROM t WHERE a > 1", ["search t t_a covering (a>?)"], ["t_a"], 0, 0],
        [
            'SELECT c FROM "odd table" WHERE a = 1 AND b >= 2',
            ["search odd table an (odd) index (a=? AND b>?)"],
            ["an (odd) index"],
            0,
            0,
        ],
        [
            "SELECT * FROM t WHERE a = 1 OR b = 2",
            ["other", "other", "search t t_a (a=?)", "other", "search t t_b (b=?)"],
            ["t_a", "t_b"],
            0,
            0,
        ],
        ["SELECT DISTINCT c FROM t ORDER BY b, c", ["scan t t_b", "sort", "sort"], ["t_b"], 1, 2],
        ["VALUES (1), (2)", ["scan 2 CONSTANT ROWS derived"], [], 0, 0],
    ])("is read from what SQLite says of %s", async (sql, steps, indexes, scans, sorts) => {
        expect(await ask(sql)).toEqual({ steps, indexes, scans, sorts });
    });

    test("does not take going through a view for a scan of its own, nor an index for one statement for one that is there", async () => {
        const view = await ask("SELECT * FROM v WHERE n > 1 LIMIT 3");
        expect([view.scans, view.steps.at(-1)]).toEqual([1, "scan v derived"]);
        const joined = await ask('SELECT t.c FROM t LEFT JOIN "odd table" AS o ON o.c = t.c');
        expect(joined.steps.at(-1)).toBe("search o covering (c=?)");
        expect(joined.indexes).toEqual([]);
    });
});

test("a step of an unknown form keeps SQLite's own words", () => {
    expect(readPlan([{ id: 1, parent: 0, detail: "DO SOMETHING NEW" }])).toEqual([
        { detail: "DO SOMETHING NEW", kind: "other", covering: false, derived: false, steps: [] },
    ]);
});
