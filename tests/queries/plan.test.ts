import { beforeAll, describe, expect, test } from "vitest";
import type { Connection } from "../../src/database/connection.ts";
import { describeStep } from "../../src/explain/words.ts";
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

describeTargets("a plan in words", (target) => {
    let connection: Connection;
    beforeAll(async () => {
        connection = await openTestConnection(await target.createDatabase());
        await connection.runScript(splitStatements(schema));
        return () => connection.close();
    });

    async function ask(sql: string): Promise<{ words: string[]; indexes: string[]; scans: number; sorts: number }> {
        const [result] = await connection.readAll([{ sql: `EXPLAIN QUERY PLAN ${sql}` }]);
        if (!result?.ok) throw new Error(result?.message);
        const plan = readPlan(result.rows);
        return {
            words: listSteps(plan).map((step) => describeStep(step, (source) => source)),
            indexes: findUsedIndexes(result.rows),
            scans: findScans(plan).length,
            sorts: findSorts(plan).length,
        };
    }

    test.each([
        ["SELECT * FROM t", ["Reads the table 't' from its beginning, row by row."], [], 1, 0],
        ["SELECT * FROM t WHERE id = 1", ["Finds rows of 't' by their number, where rowid = ?."], [], 0, 0],
        [
            "SELECT * FROM t ORDER BY a",
            ["Reads the table 't' from one end, in the order of the index t_a."],
            ["t_a"],
            1,
            0,
        ],
        ["SELECT a FROM t", ["Reads the index t_a of 't' from one end, and not the table."], ["t_a"], 1, 0],
        ["SELECT a FROM t WHERE a > 1", ["Finds rows of 't' in the index alone, by t_a, where a > ?."], ["t_a"], 0, 0],
        [
            'SELECT c FROM "odd table" WHERE a = 1 AND b >= 2',
            ["Finds rows of 'odd table' by the index an (odd) index, where a = ? AND b > ?."],
            ["an (odd) index"],
            0,
            0,
        ],
        [
            "SELECT * FROM t WHERE a = 1 OR b = 2",
            [
                "Finds rows in more than one way, for the sides of an OR:",
                "Way 1:",
                "Finds rows of 't' by the index t_a, where a = ?.",
                "Way 2:",
                "Finds rows of 't' by the index t_b, where b = ?.",
            ],
            ["t_a", "t_b"],
            0,
            0,
        ],
        [
            "SELECT DISTINCT c FROM t ORDER BY b, c",
            [
                "Reads the table 't' from one end, in the order of the index t_b.",
                "Keeps the values in memory, to drop doubles.",
                "Sorts in memory, within groups that come in order already.",
            ],
            ["t_b"],
            1,
            2,
        ],
        ["VALUES (1), (2)", ["Needs no table."], [], 0, 0],
    ])("tells what %s does", async (sql, words, indexes, scans, sorts) => {
        expect(await ask(sql)).toEqual({ words, indexes, scans, sorts });
    });

    test("does not take going through a view for a scan of its own, nor an index for one statement for one that is there", async () => {
        const view = await ask("SELECT * FROM v WHERE n > 1 LIMIT 3");
        expect([view.scans, view.words.at(-1)]).toEqual([1, "Goes through 'v'."]);
        const joined = await ask('SELECT t.c FROM t LEFT JOIN "odd table" AS o ON o.c = t.c');
        expect(joined.words.join(" ")).toContain(
            "Builds an index for this one statement, and finds rows of 'o' by it, ",
        );
        expect(joined.indexes).toEqual([]);
    });
});

describe("a step that nobody has met yet", () => {
    test("is shown in SQLite's own words", () => {
        const [step] = readPlan([{ id: 1, parent: 0, detail: "DO SOMETHING NEW" }]);
        if (!step) throw new Error("no step");
        expect(describeStep(step, () => undefined)).toBe("DO SOMETHING NEW.");
    });
});
