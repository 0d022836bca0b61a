import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { openScratch } from "../../../src/database/file/connection.ts";
import { askReturningForBytes } from "../../../src/database/file/texts.ts";
import { openTestConnection } from "../../support/deployed.ts";
import { makeFolder } from "../../support/project.ts";

const connection = openScratch();
afterAll(() => connection.close());

const wide = Array.from({ length: 2_000 }, (_, at) => `${at} AS n${at}`).join(", ");

test.each([
    ["values of every type", "SELECT 'é', x'74', 1.5, 9007199254740993, NULL, -0.0, json_array(1)"],
    ["two columns of one name", "SELECT 1 AS a, 2 AS a"],
    ["a comment at its end", "SELECT 'a' AS v -- all of it"],
    ["a comment and brackets before it", "/* of [x] */ -- it\nVALUES ('a'), ('b') ;"],
    ["an order", "SELECT value AS v FROM json_each('[3,1,2]') ORDER BY value DESC LIMIT 2"],
    ["an order of two parts", "SELECT 'b' AS v UNION ALL SELECT 'a' UNION ALL SELECT 'c' ORDER BY v DESC"],
    [
        "a recursive part",
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
    ],
    ["a text that holds RETURNING", "SELECT 'RETURNING x' AS \"RETURNING\""],
    ["2,000 columns", `SELECT ${wide}`],
    ["no row", "SELECT 'a' AS v WHERE false"],
])("a file reads a statement with %s as its driver does", async (_, sql) => {
    const [checked, trusted] = await connection.readAll([{ sql }, { sql, trustsTexts: true }]);
    expect(checked?.ok).toBe(true);
    expect(checked).toEqual(trusted);
});

test("a file on disk refuses a text that is not UTF-8 from RETURNING *, hidden columns left out, and goes on", async () => {
    const file = await openTestConnection({ url: `file:${path.join(makeFolder(), "odd.db")}` });
    await file.runScript([
        { sql: "CREATE TABLE t (a, b, c AS (b + 1))" },
        { sql: "INSERT INTO t VALUES ('one', 1), (CAST(x'63e9' AS TEXT), 2)" },
    ]);
    await expect(file.write([{ sql: "UPDATE t SET b = b RETURNING *" }])).rejects.toMatchObject({
        variant: "not-utf8",
    });
    expect(await file.write([{ sql: "DELETE FROM t WHERE b = 1 RETURNING *" }])).toMatchObject([
        [{ a: "one", b: 1, c: 2 }],
    ]);
    file.close();
});

test("a file gives all of a text with a NUL", async () => {
    expect(await connection.readAll([{ sql: "SELECT 'a' || char(0) || 'b' AS v" }])).toMatchObject([
        { rows: [{ v: "a\0b" }] },
    ]);
});

test("a file refuses a text that is not UTF-8 wherever a statement returns one, and is read on", async () => {
    const odd = "CAST(x'63e9' AS TEXT)";
    await connection.runScript([
        { sql: "CREATE TABLE t (a, b)" },
        { sql: `INSERT INTO t VALUES ('one', 1), (${odd}, 2)` },
    ]);
    const refusal = {
        kind: "sql",
        variant: "not-utf8",
        message: "the text of 'a' in row 2 of its result is not UTF-8",
    };
    for (const sql of [
        "SELECT b, a FROM t",
        "VALUES ('x', 'y'), (2, 3)",
        "SELECT a FROM t ORDER BY b LIMIT 5;",
        "SELECT b, a FROM t; -- all",
        "SELECT b, a FROM t; /* then */ SELECT 1",
        ";SELECT b, a FROM t",
    ]) {
        const reading = connection.readAll([{ sql }]);
        if (sql.includes("FROM")) await expect(reading).rejects.toMatchObject(refusal);
        else expect((await reading)[0]?.ok).toBe(true);
    }
    for (const columns of ["b, a", "*"])
        await expect(connection.write([{ sql: `UPDATE t SET b = b + 1 RETURNING ${columns}` }])).rejects.toMatchObject(
            refusal,
        );
    expect(await connection.readAll([{ sql: "SELECT sum(b) AS b, hex(max(a)) AS a FROM t" }])).toMatchObject([
        { rows: [{ b: 3, a: "6F6E65" }] },
    ]);
});

test.each([
    [
        "UPDATE t SET a = 1 RETURNING id, t.b, upper(a) AS \"as\", a || ',' , count",
        ["id", "b", "as", "a || ','", "count"],
    ],
    [
        "WITH w AS (SELECT 1) INSERT INTO t SELECT * FROM w RETURNING [x y], (SELECT max(a, b) FROM t) -- last",
        ["x y", "(SELECT max(a, b) FROM t)"],
    ],
])("the columns that a write returns keep their names: %s", (sql, names) => {
    const asked = askReturningForBytes(sql) ?? "";
    expect([...asked.matchAll(/END AS "((?:[^"]|"")*)"/g)].map(([, name]) => name)).toEqual(names);
});
