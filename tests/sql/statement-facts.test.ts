import { describe, expect, test } from "vitest";
import { findTriggerEvent, readFact, storedSql } from "../../src/sql/statement-facts.ts";
import { type Statement, splitStatements } from "../../src/sql/statements.ts";
import { readRows } from "../support/contents.ts";
import { describeTargets } from "../support/targets.ts";

function parse(sql: string): Statement {
    return splitStatements(sql)[0] as Statement;
}

describe("the facts of a statement", () => {
    test.each([
        ["CREATE TABLE t (a)", { does: "create", type: "table", name: "t", table: "t", temporary: false }],
        ["create virtual table if not exists main.[f g] using fts5(a)", { does: "create", name: "f g" }],
        ['CREATE UNIQUE INDEX i ON main."t" (a)', { does: "create", type: "index", name: "i", table: "t" }],
        ["CREATE TRIGGER g AFTER UPDATE OF a ON t BEGIN SELECT 1; END", { type: "trigger", name: "g", table: "t" }],
        ["CREATE TEMP VIEW v AS SELECT 1", { type: "view", name: "v", temporary: true }],
        ["CREATE VIEW temp.v AS SELECT 1", { type: "view", name: "v", temporary: true }],
        ["DROP TABLE IF EXISTS main.t", { does: "drop", type: "table", name: "t" }],
        ["ALTER TABLE t RENAME TO u", { does: "rename-table", table: "t", to: "u" }],
        ["ALTER TABLE `t` RENAME COLUMN a TO b", { does: "alter", table: "t", action: "rename" }],
        ["ALTER TABLE t RENAME a TO b", { does: "alter", table: "t", action: "rename" }],
        ["ALTER TABLE t ADD a", { does: "alter", table: "t", action: "add" }],
        ["INSERT OR IGNORE INTO main.t VALUES (1)", { does: "write", table: "t" }],
        ["REPLACE INTO t VALUES (1)", { does: "write", table: "t", events: ["INSERT"], replaces: true }],
        ["UPDATE OR REPLACE t SET a = 1", { table: "t", events: ["UPDATE"], replaces: true }],
        ["INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 1", { table: "t", events: ["INSERT", "UPDATE"] }],
        ["UPDATE OR ROLLBACK t SET a = 1", { does: "write", table: "t" }],
        ["WITH d AS (DELETE FROM x) UPDATE t SET a = 1", { does: "write", table: "t" }],
        ["WITH a AS (SELECT 1) DELETE FROM t", { does: "write", table: "t" }],
        ["SELECT 1", { does: "other", keyword: "SELECT" }],
    ])("reads %s", (sql, fact) => {
        expect(readFact(parse(sql))).toMatchObject(fact);
    });

    test.each([
        ["CREATE TRIGGER g BEFORE DELETE ON main.t BEGIN SELECT 1; END", { event: "DELETE", table: "t" }],
        [
            'CREATE TRIGGER g AFTER UPDATE OF a, "b c" ON t BEGIN SELECT 1; END',
            { event: "UPDATE", columns: ["a", "b c"] },
        ],
        ["CREATE TRIGGER g UPDATE ON t BEGIN SELECT NEW.a; END", { event: "UPDATE", columns: ["rowid"] }],
        ["CREATE TRIGGER g INSTEAD OF UPDATE ON v BEGIN SELECT NEW.a; END", { event: "UPDATE", columns: ["a"] }],
        ["CREATE TRIGGER g INSTEAD OF UPDATE ON v BEGIN SELECT 1; END", { event: "UPDATE", columns: [] }],
    ])("knows what fires %s", (sql, event) => {
        expect(findTriggerEvent(parse(sql))).toMatchObject(event);
    });
});

describeTargets("the stored text of an object", (target) => {
    test("is what the database keeps of its CREATE statement", async () => {
        const { client } = await target.createDatabase();
        const creates = [
            "create table if not exists main . t (a text, -- the a\n b text) /* end */ strict",
            "CREATE /* 1 */ UNIQUE\n INDEX IF NOT EXISTS main.i\nON t (a) WHERE b > ''",
            'CREATE VIEW IF NOT EXISTS main."v w"\n/* why */\nAS SELECT a AS a FROM t',
            "create view v as select a from t",
            "CREATE   TRIGGER IF NOT EXISTS main.g /* why */ AFTER INSERT ON t BEGIN SELECT 1; END",
        ].map(parse);
        for (const { sql } of creates) await client.execute(sql);
        const rows = await readRows(client, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid");
        expect(rows.map((row) => row.sql)).toEqual(creates.map(storedSql));
    });
});
