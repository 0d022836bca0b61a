import { spawnSync } from "node:child_process";
import type { Client } from "@libsql/client";
import Postgrator from "postgrator";
import { describe, expect, test } from "vitest";
import { previewPlan } from "../../src/migrations/carry-out.ts";
import { splitStatements } from "../../src/sql/statements.ts";
import { deploy, plan, readAll } from "../migrations/deploy.ts";
import { createFamily, recipe } from "../migrations/family.ts";
import { root as repository } from "../support/deployed.ts";
import { changeProject } from "../support/project.ts";
import { startProxy } from "../support/proxy.ts";
import { copyRepository } from "../support/repository.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type Target, type TestDatabase } from "../support/targets.ts";

interface Case {
    readonly database: TestDatabase;
    readonly root: string;
    readonly options?: { readonly to?: number; readonly perFile?: boolean; readonly sets?: readonly string[] };
    readonly scripts: number;
}

const rebuildUsers =
    "CREATE TABLE users_new (id TEXT NOT NULL PRIMARY KEY, username TEXT NOT NULL UNIQUE, password TEXT NOT NULL) STRICT;\n" +
    "INSERT INTO users_new SELECT id, username, password FROM users;\nDROP TABLE users;\n" +
    "ALTER TABLE users_new RENAME TO users;\n";

/** Databases and files that lead to all kinds of scripts. */
const cases: Readonly<Record<string, (target: Target) => Promise<Case>>> = {
    "the repository on a fresh database": async (target) => ({
        database: await target.createDatabase(),
        root: repository,
        scripts: 1,
    }),
    "one transaction for each file": async (target) => ({
        database: await target.createDatabase(),
        root: repository,
        options: { to: 4, perFile: true },
        scripts: 4,
    }),
    "rebuilds among ordinary files on a database with rows": async (target) => {
        const { database, root } = await createFamily(target);
        changeProject(root, {
            "migrations/002.do.a.sql": "UPDATE parents SET size = 5 WHERE size IS NULL;",
            "migrations/003.do.rebuild.sql": recipe,
            "migrations/004.do.b.sql": "ALTER TABLE parents RENAME COLUMN code TO mark;",
            "migrations/005.do.c.sql": "INSERT INTO parents (mark, size) VALUES ('z', 1);",
            "migrations/006.do.rebuild-log.sql":
                "CREATE TABLE log_new (id INTEGER PRIMARY KEY, what TEXT) STRICT;\nINSERT INTO log_new SELECT * FROM log;\n" +
                "DROP TABLE log;\nALTER TABLE log_new RENAME TO log;",
            "views/v_parents.sql": "CREATE VIEW v_parents AS SELECT id AS id, mark AS code FROM parents;",
            "triggers/trg_parents_insert.sql":
                "CREATE TRIGGER trg_parents_insert AFTER INSERT ON parents BEGIN\n" +
                "    INSERT INTO log (what) VALUES ('new ' || NEW.id);\nEND;",
            "triggers/trg_parents_delete.sql": undefined,
        });
        return { database, root, scripts: 4 };
    },
    "a rebuild of what the same run creates, and an optional set": async (target) => {
        const root = copyRepository({
            "migrations/013.do.rebuild.sql": rebuildUsers,
            "migrations/extras/001.do.create-sizes.sql":
                "CREATE TABLE sizes (id INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;",
            "views/extras/v_sizes.sql": "CREATE VIEW v_sizes AS SELECT id AS id FROM sizes;",
        });
        return { database: await target.createDatabase(), root, options: { sets: ["extras"] }, scripts: 3 };
    },
    "a database that stock postgrator made": async (target) => {
        const database = await target.createDatabase();
        const root = copyRepository({ "migrations/013.do.rebuild.sql": rebuildUsers });
        const { client } = database;
        const postgrator = new Postgrator({
            driver: "sqlite3",
            migrationPattern: `${root}/migrations/*.sql`,
            newline: "LF",
            execQuery: async (query) => ({ rows: (await client.execute(query)).rows }),
            execSqlScript: (script) => client.executeMultiple(script),
        });
        await postgrator.migrate("3");
        return { database, root, scripts: 2 };
    },
    "views and triggers alone": async (target) => {
        const { database, root } = await createFamily(target);
        changeProject(root, {
            "views/v_parents.sql": "CREATE VIEW v_parents AS SELECT code AS code FROM parents;",
            "triggers/trg_parents_delete.sql": undefined,
        });
        return { database, root, scripts: 1 };
    },
};

/** All of a database but the times of the runs. Opened anew, because a client may remember an older schema. */
async function readContents(client: Client): Promise<Record<string, unknown>> {
    const contents = await readAll(client);
    for (const [table, rows] of Object.entries(contents)) {
        if (!table.startsWith("rows of schemaversion")) continue;
        contents[table] = (rows as Record<string, unknown>[]).map((row) => ({ ...row, run_at: typeof row.run_at }));
    }
    return contents;
}

const hasShell = spawnSync("sqlite3", ["--version"]).status === 0;

describeTargets("the printed script", (target) => {
    test.each(Object.entries(cases))("is what is sent, and run by hand leaves the same state: %s", async (_, make) => {
        const { database, root, options = {}, scripts: count } = await make(target);
        const byHand = await target.createCopy(database);
        const { renderScripts, state } = previewPlan(await plan(root, database, options));
        const scripts = renderScripts();
        expect(scripts).toHaveLength(count);

        const sent: string[][] = [];
        const proxy =
            target.name === "sqld"
                ? await startProxy(database.url, { onRequest: (_n, body) => void sent.push(...findScripts(body)) })
                : undefined;
        const { steps, prepared } = await deploy(root, { url: proxy?.url ?? database.url }, options);
        await proxy?.close();
        expect(steps).toHaveLength(count);
        if (proxy) expect(sent).toEqual(scripts.map((script) => splitStatements(script).map(({ sql }) => sql)));

        for (const script of scripts) await byHand.client.executeMultiple(script);
        const fresh = await Promise.all([target.createCopy(database), target.createCopy(byHand)]);
        const [ran, handmade] = await Promise.all(fresh.map((copy) => readContents(copy.client)));
        expect(handmade).toEqual(ran);
        // What the output counts without another request is what is there.
        const live = (await plan(root, database, options)).state;
        const nameAll = (schema: typeof live.schema): string[] =>
            schema
                .filter((row) => row.sql !== null)
                .map((row) => `${row.type} ${row.name} on ${row.table}`)
                .sort();
        expect(nameAll(state.schema)).toEqual(nameAll(live.schema));
        expect(state.generation).toBe(live.generation);
        expect((await deploy(root, byHand, options)).steps).toEqual([]);
        expect(prepared.plan.steps.length).toBeGreaterThan(0);
        tell(`${target.name} ${count} scripts, ${scripts.join("").split("\n").length} lines, the same state by hand`);
    });

    test("changes nothing where the database is no longer what it was when it was printed", async () => {
        const { database, root } = await createFamily(target);
        changeProject(root, { "migrations/002.do.a.sql": "ALTER TABLE parents ADD COLUMN a TEXT;" });
        const scripts = previewPlan(await plan(root, database)).renderScripts();
        changeProject(root, { "views/v_parents.sql": "CREATE VIEW v_parents AS SELECT 1 AS one;" });
        await deploy(root, database);
        const before = await readAll(database.client);
        await expect(database.client.executeMultiple(scripts.join(""))).rejects.toThrow(
            "CHECK constraint failed: the_database_changed_since_it_was_read",
        );
        expect(await readAll((await target.createCopy(database)).client)).toEqual(before);
    });
});

/** The statements of each batch in a request. */
function findScripts(body: string): string[][] {
    const { requests = [] } = JSON.parse(body) as { requests?: { batch?: { steps: { stmt: { sql: string } }[] } }[] };
    return requests.flatMap(({ batch }) => (batch ? [batch.steps.map((step) => step.stmt.sql)] : []));
}

describe.skipIf(!hasShell)(hasShell ? "sqlite3" : "sqlite3 (no such command here)", () => {
    describeTargets("fed with the printed script", (target) => {
        test.skipIf(target.name === "sqld").each(Object.entries(cases))(
            "leaves the same state: %s",
            async (_, make) => {
                const { database, root, options = {} } = await make(target);
                const byHand = await target.createCopy(database);
                const scripts = previewPlan(await plan(root, database, options)).renderScripts();
                await deploy(root, database, options);
                const file = byHand.url.slice("file:".length);
                // What EXPLAIN prints is long, and nobody reads it.
                const shell = spawnSync("sqlite3", ["-bail", file], {
                    input: scripts.join("\n"),
                    encoding: "utf8",
                    stdio: ["pipe", "ignore", "pipe"],
                });
                expect([shell.stderr, shell.status]).toEqual(["", 0]);
                const fresh = await Promise.all([target.createCopy(database), target.createCopy(byHand)]);
                const [ran, handmade] = await Promise.all(fresh.map((copy) => readContents(copy.client)));
                expect(handmade).toEqual(ran);
            },
        );
    });
});
