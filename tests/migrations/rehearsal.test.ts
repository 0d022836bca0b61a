import { expect, test } from "vitest";
import { openTestConnection } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";

describeTargets("a trial", (target) => {
    test("answers each query by itself, also after one that fails, and changes nothing", async () => {
        const database = await target.createDatabase();
        const connection = await openTestConnection(database);
        const queries = ["SELECT 1 AS n", "SELECT * FROM missing", "SELECT 2 AS n", "SELECT count(*) AS n FROM made"];
        const { failedIndex, results } = await connection.tryOut(
            [{ sql: "CREATE TABLE made (id INTEGER)" }, { sql: "INSERT INTO made VALUES (1), (2)" }],
            queries.map((sql) => ({ sql })),
        );
        connection.close();
        expect(failedIndex).toBeUndefined();
        expect(results).toMatchObject([
            { ok: true, rows: [{ n: 1 }] },
            { ok: false, message: "no such table: missing" },
            { ok: true, rows: [{ n: 2 }] },
            { ok: true, rows: [{ n: 2 }] },
        ]);
        expect((await database.client.execute("SELECT name FROM sqlite_schema")).rows).toEqual([]);
    });
});
