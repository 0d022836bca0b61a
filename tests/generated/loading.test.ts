import path from "node:path";
import { createClient } from "@libsql/client";
import { beforeAll, describe, expect, test } from "vitest";
import { push } from "../../src/cli/commands/push.ts";
import { showStatus } from "../../src/cli/commands/status.ts";
import { splitStatements } from "../../src/sql/statements.ts";
import {
    type Contents,
    hashContents,
    readContents,
    readRows,
    withoutColumns,
    withoutOrder,
} from "../support/contents.ts";
import { migrateHere, runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { hasShell, listWays, openSession, schemaFile, tryStatement } from "./loaders.ts";
import { hasOriginal, type Occupied, occupied, original } from "./occupied.ts";

const refusal = "the_database_was_not_empty_so_nothing_was_changed";
const root = copyProject();

async function readDeployed({ client }: Pick<TestDatabase, "client">): Promise<Contents> {
    return withoutOrder(withoutColumns(await readContents(client), "run_at"));
}

describeTargets("TURSO_SCHEMA.sql over an empty database", (target) => {
    const ways = listWays(target.name);
    let pushed: Contents;

    beforeAll(async () => {
        const database = await target.createDatabase();
        expect((await runHere((context) => push(context, {}), { root, url: database.url })).code).toBe(0);
        pushed = await readDeployed(database);
    });

    async function expectDeployed(database: TestDatabase): Promise<void> {
        expect(await readDeployed(database)).toEqual(pushed);
        const before = await hashContents(database.client);
        const settings = { root, url: database.url };
        const status = await runHere(showStatus, settings);
        expect([status.code, status.stdout]).toEqual([0, expect.stringContaining("The database is up to date.\n")]);
        const again = await runHere((context) => push(context, {}), settings);
        expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("\nNothing to do. ")]);
        expect(await hashContents(database.client)).toBe(before);
    }

    test.each(ways)("makes what db:push makes, version records included, by $name", async ({ run }) => {
        const database = await target.createDatabase();
        expect(await run(database, schemaFile)).toEqual([]);
        await expectDeployed(database);
    });

    if (target.name === "file:" && !hasShell) test.skip("by the sqlite3 shell (there is none here)", () => undefined);

    test.each(ways)("counts one as empty whose tables were all dropped, by $name", async ({ run }) => {
        const database = await target.createDatabase();
        await database.client.executeMultiple("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE t;");
        expect(await readRows(database.client, "SELECT name FROM sqlite_schema")).toEqual([
            { name: "sqlite_sequence" },
        ]);
        expect(await run(database, schemaFile)).toEqual([]);
        await expectDeployed(database);
    });

    test("makes the schema that db:migrate makes", async () => {
        const database = await target.createDatabase();
        expect((await migrateHere({ root, url: database.url }, { schemaOnly: true })).code).toBe(0);
        expect(await readDeployed(database)).toEqual(pushed);
        const objects = pushed.sqlite_schema?.length;
        tell(`${target.name}: ${objects} rows of sqlite_schema equal by ${ways.length} ways, db:push and db:migrate`);
    });
});

describeTargets("TURSO_SCHEMA.sql over a database that is not empty", (target) => {
    const ways = listWays(target.name);

    function promise({ name, prepare }: Occupied, isSkipped = false): void {
        const suffix = isSkipped ? " (its facts are not here)" : "";
        test.skipIf(isSkipped)(`changes nothing in ${name}, by any way${suffix}`, async () => {
            const database = await target.createDatabase();
            await prepare(database);
            const before = await hashContents(database.client);
            const versions = await readRows(database.client, "PRAGMA schema_version");
            for (const way of ways) {
                const errors = await way.run(database, schemaFile);
                // Whoever goes on after the first error reads at the end why nothing happened.
                if (!/bail|executeMultiple/.test(way.name)) expect(errors.join("\n"), way.name).toContain(refusal);
                expect(errors.length, way.name).toBeGreaterThan(0);
                expect(await hashContents(database.client), way.name).toBe(before);
            }
            // Not even something that was taken back later: the file was never written.
            expect(await readRows(database.client, "PRAGMA schema_version")).toEqual(versions);
            expect(await readRows(database.client, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
        });
    }

    for (const one of occupied) promise(one);
    promise(original, !hasOriginal);

    test("tells that the database is not empty in the words of the constraint", async () => {
        const database = await target.createDatabase();
        await database.client.execute("CREATE TABLE notes (body TEXT)");
        await expect(database.client.executeMultiple(schemaFile)).rejects.toThrow(refusal);
        expect(await readRows(database.client, "SELECT name FROM sqlite_schema")).toEqual([{ name: "notes" }]);
    });
});

describe("TURSO_SCHEMA.sql in a shell that goes on after errors, beside another writer of the file", () => {
    async function readWhole(): Promise<Contents> {
        const client = createClient({ url: ":memory:" });
        await client.executeMultiple(schemaFile);
        return readContents(client);
    }

    test.each(["delete", "wal"])("applies all or nothing, however long the file is locked (%s)", async (mode) => {
        const statements = splitStatements(schemaFile).map(({ sql }) => sql);
        const last = statements.length - 1;
        const whole = await readWhole();
        const outcomes = { nothing: 0, everything: 0 };
        const spans = [0, 1, 2, 4, 40, last - 5, last - 1, last].map((to) => [Math.min(to, 1), to] as const);
        for (const [from, to] of spans) {
            const url = `file:${path.join(writeProject({}), "test.db")}`;
            const [shell, other] = [openSession(url), openSession(url)];
            other.exec(`PRAGMA journal_mode = ${mode}`);
            const errors = statements.flatMap((sql, at) => {
                if (at === from) tryStatement(other, "BEGIN IMMEDIATE");
                const failed = tryStatement(shell, sql);
                if (at === to) tryStatement(other, "COMMIT");
                return failed;
            });
            shell.close();
            other.close();
            const client = createClient({ url });
            const found = await readContents(client);
            client.close();
            const isEmpty = found.sqlite_schema?.length === 0;
            outcomes[isEmpty ? "nothing" : "everything"]++;
            expect(errors.length > 0, `locked from statement ${from} to ${to}`).toBe(isEmpty);
            if (!isEmpty) expect(withoutColumns(found, "run_at")).toEqual(withoutColumns(whole, "run_at"));
        }
        expect(outcomes.nothing).toBeGreaterThan(0);
        tell(`journal mode ${mode}: ${outcomes.nothing} times nothing, ${outcomes.everything} times all of it`);
    });
});
