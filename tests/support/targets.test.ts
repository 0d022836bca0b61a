import { expect, test } from "vitest";
import { describeTargets } from "./targets.ts";

describeTargets("a test database", (target) => {
    test("is empty, and the changes of one do not show in another", async () => {
        const first = await target.createDatabase();
        const second = await target.createDatabase();
        await first.client.execute("CREATE TABLE t (a)");
        expect((await second.client.execute("SELECT name FROM sqlite_schema")).rows).toEqual([]);
    });

    test("is copied with what was written last, and both live on apart", async () => {
        const source = await target.createDatabase();
        await source.client.executeMultiple("CREATE TABLE t (a); INSERT INTO t VALUES ('old');");
        const copy = await target.createCopy(source);
        await copy.client.execute("INSERT INTO t VALUES ('new')");
        expect((await copy.client.execute("SELECT a FROM t")).rows.map((row) => row.a)).toEqual(["old", "new"]);
        expect((await source.client.execute("SELECT a FROM t")).rows.map((row) => row.a)).toEqual(["old"]);
    });

    test("can be closed twice", async () => {
        const database = await target.createDatabase();
        await database.close();
        await database.close();
        expect(() => target.createCopy(database)).toThrow("was closed");
    });
});
