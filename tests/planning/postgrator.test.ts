import path from "node:path";
import type { Client } from "@libsql/client";
import Postgrator from "postgrator";
import { beforeEach, expect, test } from "vitest";
import { deploy, readAll, readColumn, refusal } from "../migrations/deploy.ts";
import { readRows } from "../support/contents.ts";
import { createProject } from "../support/deployed.ts";
import { changeProject } from "../support/project.ts";
import { copyRepository, migrationCount } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const next = String(migrationCount + 1).padStart(3, "0");
const afterNext = String(migrationCount + 2).padStart(3, "0");
const addition = (letter: string): string => `ALTER TABLE bot_runs ADD COLUMN ${letter} TEXT;\n`;

/** Postgrator as its own documents wire it, with the line endings set. */
function stock(root: string, client: Client): Postgrator {
    return new Postgrator({
        driver: "sqlite3",
        migrationPattern: path.join(root, "migrations/*.sql"),
        newline: "LF",
        execQuery: async (query) => ({ rows: (await client.execute(query)).rows }),
        execSqlScript: (script) => client.executeMultiple(script),
    });
}

function readVersions(client: Client): Promise<Record<string, unknown>[]> {
    return readRows(client, "SELECT version, name, md5, run_at FROM schemaversion WHERE version > 0 ORDER BY version");
}

/** Versions that have no checksum of ours. */
function readUnchecked(client: Client): Promise<unknown[]> {
    return readColumn(client, "SELECT version FROM schemaversion WHERE version > 0 AND checksum IS NULL");
}

describeTargets("stock postgrator", (target) => {
    let database: TestDatabase;
    let client: Client;
    let root: string;

    beforeEach(async () => {
        ({ database, client, root } = await createProject(target, copyRepository()));
    });

    test("reads a deployed database, finds its files valid and nothing to do", async () => {
        await deploy(root, database);
        const postgrator = stock(root, client);
        expect(await postgrator.getDatabaseVersion()).toBe(migrationCount);
        await postgrator.validateMigrations(migrationCount);
        expect(await postgrator.migrate()).toEqual([]);
        expect((await deploy(root, database)).steps).toEqual([]);
    });

    test("goes on where a deploy ended, and the next deploys accept its row and fill in the checksum", async () => {
        await deploy(root, database);
        changeProject(root, { [`migrations/${next}.do.add-a.sql`]: addition("a") });
        const applied = await stock(root, client).migrate();
        expect(applied.map((migration) => migration.version)).toEqual([migrationCount + 1]);
        expect((await readVersions(client)).at(-1)).toMatchObject({ name: "add-a" });
        expect(await readUnchecked(client)).toEqual([migrationCount + 1]);
        expect((await deploy(root, database)).steps).toEqual([]);

        changeProject(root, { [`migrations/${afterNext}.do.add-b.sql`]: addition("b") });
        expect((await deploy(root, database)).version).toBe(migrationCount + 2);
        expect(await readUnchecked(client)).toEqual([]);
        await stock(root, client).validateMigrations(migrationCount + 2);
    });

    test("may undo a version, which the next deploy applies again", async () => {
        changeProject(root, {
            [`migrations/${next}.do.add-a.sql`]: addition("a"),
            [`migrations/${next}.undo.add-a.sql`]: "ALTER TABLE bot_runs DROP COLUMN a;\n",
        });
        await deploy(root, database);
        await stock(root, client).migrate(String(migrationCount));
        expect(await stock(root, client).getDatabaseVersion()).toBe(migrationCount);
        expect((await deploy(root, database)).version).toBe(migrationCount + 1);
        expect(await readColumn(client, "SELECT name FROM pragma_table_info('bot_runs') WHERE name = 'a'")).toEqual([
            "a",
        ]);
    });

    test("hands over a database that it made alone, rows and times included", async () => {
        await stock(root, client).migrate();
        await client.execute(
            "INSERT INTO bot_runs (bot_name, started_at) VALUES ('linker', '2026-01-02T03:04:05.678Z')",
        );
        const before = await readVersions(client);
        const { version, steps } = await deploy(root, database);
        expect([version, steps.length]).toEqual([migrationCount, 1]);
        expect(await readVersions(client)).toEqual(before);
        expect(await readUnchecked(client)).toEqual([]);
        expect(await readColumn(client, "SELECT count(*) FROM bot_runs")).toEqual([1]);
        expect((await deploy(root, database)).steps).toEqual([]);

        const ours = await target.createDatabase();
        await deploy(root, ours);
        const schema = "SELECT type, name, sql FROM sqlite_schema WHERE name <> 'schemaversion' ORDER BY type, name";
        expect(await readRows(client, schema)).toEqual(await readRows(ours.client, schema));
        await stock(root, client).validateMigrations(migrationCount);
    });

    test("hands over in the middle, with a rebuild and others still to come", async () => {
        await stock(root, client).migrate("4");
        changeProject(root, {
            [`migrations/${next}.do.rebuild.sql`]:
                "CREATE TABLE users_new (id TEXT NOT NULL PRIMARY KEY, username TEXT NOT NULL UNIQUE, password TEXT NOT NULL) STRICT;\n" +
                "INSERT INTO users_new SELECT id, username, password FROM users;\nDROP TABLE users;\n" +
                "ALTER TABLE users_new RENAME TO users;\n",
            [`migrations/${afterNext}.do.add-a.sql`]: addition("a"),
        });
        const { steps, version } = await deploy(root, database);
        expect([steps.length, version]).toEqual([3, migrationCount + 2]);
        await stock(root, client).validateMigrations(migrationCount + 2);
    });

    test("does not take a comment edit, until the next deploy that applies something has refreshed its checksum", async () => {
        await deploy(root, database);
        changeProject(root, {
            "migrations/001.do.create-users.sql": "-- Another word about it.\nSELECT 1;\n",
        });
        const { text } = await refusal(deploy(root, database));
        expect(text).toContain("migrations/001.do.create-users.sql: was changed after it was applied on ");
        const [first] = (await deployedTexts(client)).slice(0, 1);
        changeProject(root, { "migrations/001.do.create-users.sql": `-- Another word about it.\n${first};\n` });
        await expect(stock(root, client).validateMigrations(migrationCount)).rejects.toThrow(/MD5|checksum/i);
        expect((await deploy(root, database)).steps).toEqual([]);
        changeProject(root, { [`migrations/${next}.do.add-a.sql`]: addition("a") });
        await deploy(root, database);
        await stock(root, client).validateMigrations(migrationCount + 1);
    });

    test("leaves only its MD5 to judge by, so that any edit of a file that it applied is refused", async () => {
        await stock(root, client).migrate();
        const before = await readAll(client);
        const [first] = await deployedTexts(client);
        changeProject(root, { "migrations/001.do.create-users.sql": `-- Another word.\n${first};\n` });
        const { error, text } = await refusal(deploy(root, database));
        expect(error.code).toBe("invalid-files");
        expect(text).toContain("migrations/001.do.create-users.sql: was changed after it was applied on ");
        expect(await readAll(client)).toEqual(before);
    });
});

/** The text of the first table as the database keeps it, which has the tokens of its file. */
function deployedTexts(client: Client): Promise<unknown[]> {
    return readColumn(client, "SELECT sql FROM sqlite_schema WHERE name = 'users'");
}
