import { afterEach, beforeEach, expect, test } from "vitest";
import type { Connection, Script, Transaction, Value } from "../../src/database/connection.ts";
import { toFault } from "../../src/database/faults.ts";
import { openTestConnection } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";

const toScript = (...statements: string[]): Script => statements.map((sql) => ({ sql }));

describeTargets("a connection", (target) => {
    let connection: Connection;

    beforeEach(async () => {
        connection = await openTestConnection(await target.createDatabase());
        await connection.runScript(
            toScript(
                "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
                "CREATE TABLE kept (n INTEGER CHECK (n < 100), body, parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED)",
            ),
        );
    });

    afterEach(() => {
        connection.close();
    });

    async function readKept(): Promise<unknown> {
        const [result] = await connection.readAll([{ sql: "SELECT n FROM kept ORDER BY n" }]);
        return result?.ok ? result.rows.map((row) => row.n) : result?.message;
    }

    test.each([
        ["does not parse", "CREATE TABEL wrong (n)", "sql", 'near "TABEL": syntax error'],
        ["is cut short", "INSERT INTO kept (n) VALUES (3,)", "sql", 'near ")": syntax error'],
        ["does not prepare", "INSERT INTO missing VALUES (1)", "sql", "no such table: missing"],
        ["breaks a rule", "INSERT INTO kept (n) VALUES (100)", "constraint", "CHECK constraint failed: n < 100"],
    ])("names the statement of a script that %s, and keeps none", async (_, wrong, kind, message) => {
        const script = toScript("INSERT INTO kept (n) VALUES (1)", "CREATE TABLE other (n)", wrong, "SELECT 1");
        const fault = await connection.runScript(script).then(() => undefined, toFault);
        expect([fault?.part, fault?.kind, fault?.message]).toEqual([2, kind, message]);
        expect(await connection.tryOut(script)).toEqual({ failedIndex: 2, message, results: [] });
        expect(await readKept()).toEqual([]);
        await connection.runScript(toScript("CREATE TABLE other (n)"));
    });

    test("gives COMMIT, where that is what fails, the index after the last statement", async () => {
        const fault = await connection
            .runScript(toScript("INSERT INTO kept (n, parent) VALUES (1, 7)"))
            .then(() => undefined, toFault);
        expect([fault?.part, fault?.kind, fault?.message]).toEqual([1, "constraint", "FOREIGN KEY constraint failed"]);
        expect(await readKept()).toEqual([]);
        await connection.runScript(toScript("INSERT INTO kept (n, parent) VALUES (1, 7)"), { foreignKeysOff: true });
        expect(await readKept()).toEqual([1]);
        const [keys] = await connection.readAll([{ sql: "SELECT foreign_keys AS are_on FROM pragma_foreign_keys" }]);
        expect(keys).toMatchObject({ ok: true, rows: [{ are_on: 1 }] });
    });

    test("keeps what a transaction wrote when it is committed, and nothing when it is closed before", async () => {
        for (const commits of [false, true]) {
            const transaction = await connection.begin("write");
            await transaction.run("INSERT INTO kept (n) VALUES (1)");
            expect(await transaction.query({ sql: "SELECT n FROM kept WHERE n = ?", args: [1] })).toEqual([{ n: 1 }]);
            if (commits) await transaction.commit();
            await transaction.close();
            await transaction.close();
            expect(await readKept()).toEqual(commits ? [1] : []);
        }
    });

    test("goes on after a statement of a transaction that was refused", async () => {
        const transaction = await connection.begin("write");
        await transaction.run("INSERT INTO kept (n) VALUES (1)");
        expect(await transaction.tryRun("INSERT INTO kept (n) VALUES (100)")).toBe("CHECK constraint failed: n < 100");
        expect(await transaction.tryRun("INSERT INTO missing VALUES (1)")).toBe("no such table: missing");
        expect(await transaction.tryRun("INSERT INTO kept (n) VALUES (2)")).toBeUndefined();
        await transaction.commit();
        await transaction.close();
        expect(await readKept()).toEqual([1, 2]);
    });

    test("tells how many runs of a statement changed a row, and stores each value as it is", async () => {
        const values: Value[] = [null, 1n, 1, 9_007_199_254_740_993n, 0.5, "é\u{1F600}", Buffer.from([0, 255])];
        const transaction = await connection.begin("write");
        await transaction.run("CREATE UNIQUE INDEX kept_n ON kept (n)");
        const rows = values.map((value, at) => [BigInt(at), value]);
        const insert = "INSERT OR IGNORE INTO kept (n, body) VALUES (?, ?)";
        expect(await transaction.runEach(insert, rows)).toBe(7);
        expect(await transaction.runEach(insert, [...rows.slice(5), [7n, "new"]])).toBe(1);
        expect(await transaction.runEach(insert, [])).toBe(0);
        const stored = await transaction.read({ sql: "SELECT body FROM kept WHERE n < 7 ORDER BY n" });
        expect(stored?.rows.map(([value]) => value)).toEqual(values);
        const named = await transaction.query({
            sql: "SELECT body, typeof(body) AS type FROM kept WHERE n IN (1, 2, 3)",
        });
        expect(named).toEqual([
            { body: 1, type: "integer" },
            { body: 1, type: "real" },
            { body: 9_007_199_254_740_993n, type: "integer" },
        ]);
        await transaction.close();
    });

    test("reads one view in a read transaction, while others write", async () => {
        await connection.runAlone("PRAGMA journal_mode = WAL").catch(() => undefined);
        const view = await connection.begin("read");
        const count = { sql: "SELECT count(*) FROM kept" };
        expect((await view.read(count))?.rows).toEqual([[0n]]);
        await connection.write([{ sql: "INSERT INTO kept (n) VALUES (1)" }]);
        expect((await view.read(count))?.rows).toEqual([[0n]]);
        expect(view.views).toBe(1);
        await view.close();
        expect(await readKept()).toEqual([1]);
    });

    test("writes after it has explained what would write", async () => {
        const [plan] = await connection.readAll([{ sql: "EXPLAIN QUERY PLAN DELETE FROM kept" }]);
        expect(plan?.ok).toBe(true);
        await connection.write([
            { sql: "EXPLAIN QUERY PLAN DELETE FROM kept" },
            { sql: "INSERT INTO kept (n) VALUES (1)" },
        ]);
        expect(await readKept()).toEqual([1]);
    });

    test("gives no answer that is too large, and all of a smaller one", async () => {
        const view = await connection.begin("read");
        const large =
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT zeroblob(100000) FROM numbers";
        expect(await view.read({ sql: `${large} LIMIT 200` })).toBeUndefined();
        expect((await view.read({ sql: `${large} LIMIT 20` }))?.rows).toHaveLength(20);
        await view.close();
    });

    test("lets foreign keys and CHECK constraints be off in one transaction alone", async () => {
        const transaction: Transaction = await connection.begin("write", { foreignKeysOff: true, checksOff: true });
        await transaction.run("INSERT INTO kept (n, parent) VALUES (1, 7)");
        const refusal = await transaction.tryRun("INSERT INTO kept (n) VALUES (100)");
        // A server does not switch them off.
        expect(refusal).toBe(target.name === "file:" ? undefined : "CHECK constraint failed: n < 100");
        await transaction.commit();
        await transaction.close();
        await expect(connection.write([{ sql: "INSERT INTO kept (n, parent) VALUES (1, 7)" }])).rejects.toThrow(
            "FOREIGN KEY constraint failed",
        );
    });
});
