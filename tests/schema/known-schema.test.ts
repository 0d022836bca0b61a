import { expect, test } from "vitest";
import { emptySchema, followStatements } from "../../src/schema/known-schema.ts";
import { splitStatements } from "../../src/sql/statements.ts";

test("CREATE … IF NOT EXISTS changes nothing of a table, index or trigger that is there", () => {
    const follow = (sql: string, before = emptySchema): typeof emptySchema =>
        followStatements(before, "a.sql", splitStatements(sql));
    const before = follow(
        "CREATE TABLE a (id, x); CREATE INDEX i ON a (x); CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;",
    );
    const again = follow(
        "CREATE TABLE IF NOT EXISTS A (id, x, y); CREATE UNIQUE INDEX IF NOT EXISTS main.I ON a (id); " +
            "CREATE TRIGGER IF NOT EXISTS t AFTER DELETE ON a BEGIN SELECT 2; END;",
        before,
    );
    expect(again).toEqual(before);
    const more = follow("CREATE TABLE IF NOT EXISTS b (c); CREATE INDEX IF NOT EXISTS j ON a (id);", before);
    expect([...more.tables.keys(), ...more.parts.keys()]).toEqual(["a", "b", "i", "t", "j"]);
    const replaced = follow("DROP TABLE a; CREATE TABLE IF NOT EXISTS a (z);", before);
    expect(replaced.tables.get("a")?.columns.map(({ name }) => name)).toEqual(["z"]);
});
