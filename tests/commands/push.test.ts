import { expect, test } from "vitest";
import { push } from "../../src/cli/commands/push.ts";
import type { PushOptions } from "../../src/cli/options.ts";
import { hashContents, readRows } from "../support/contents.ts";
import { createDeployedDatabase, deployInto } from "../support/deployed.ts";
import { type Ran, runHere } from "../support/here.ts";
import { changeProject } from "../support/project.ts";
import { startProxy } from "../support/proxy.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const root = copyProject({ seeds: true });

describeTargets("db:push", (target) => {
    const run = ({ url }: Pick<TestDatabase, "url">, options: PushOptions = {}, json = false): Promise<Ran> =>
        runHere((context) => push(context, options), { root, url, json });

    test("deploys the schema and no row of content, in two requests, and then has nothing to do in one", async () => {
        const database = await target.createDatabase();
        const proxy = target.name === "sqld" ? await startProxy(database.url) : undefined;
        const first = await run({ url: proxy?.url ?? database.url });
        expect([first.code, first.stderr]).toEqual([0, ""]);
        expect(first.stdout).toMatch(
            /\nApplied 12 migrations\. The database is at version 12: 12 tables, \d+ indexes, /,
        );
        if (proxy) expect(proxy.requests).toBe(2);
        expect(await readRows(database.client, "SELECT * FROM questions")).toEqual([]);
        const before = await hashContents(database.client);
        const second = await run({ url: proxy?.url ?? database.url });
        expect([second.code, second.stdout]).toEqual([
            0,
            expect.stringContaining("\nNothing to do. The database is at "),
        ]);
        if (proxy) expect(proxy.requests).toBe(3);
        expect(await hashContents(database.client)).toBe(before);
        await proxy?.close();
    });

    test("warns of a foreign key to a table that does not exist, and of no other", async () => {
        const project = copyProject();
        changeProject(project, {
            "migrations/013.do.add-notes.sql":
                "CREATE TABLE notes (id INTEGER PRIMARY KEY, q TEXT REFERENCES question (id), u TEXT REFERENCES users (id),\n" +
                "    l INTEGER REFERENCES later (id), n INTEGER REFERENCES notes (id)) STRICT;\n",
            "migrations/014.do.add-later.sql":
                "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;\nALTER TABLE later ADD COLUMN o INTEGER REFERENCES other (id);\n",
        });
        const database = await target.createDatabase();
        const deployTo = (to?: number): Promise<Ran> =>
            runHere((context) => push(context, to === undefined ? {} : { to }), { root: project, url: database.url });
        const [first, second] = [await deployTo(13), await deployTo()];
        expect([first.code, first.stderr, second.code, second.stderr]).toEqual([
            0,
            "warning: 'notes' has a foreign key to 'question', a table that does not exist, so that no row can be inserted into 'notes' or deleted from it (Did you mean 'questions'?)\n",
            0,
            "warning: 'later' has a foreign key to 'other', a table that does not exist, so that no row can be inserted into 'later' or deleted from it\n",
        ]);
        await expect(database.client.execute("INSERT INTO notes (id) VALUES (1)")).rejects.toThrow(/question/);
        await expect(database.client.execute("INSERT INTO later (id) VALUES (1)")).rejects.toThrow(/other/);
    });

    test("warns of a foreign key to the old name of a table, and not where a later migration creates the table", async () => {
        const project = copyProject();
        changeProject(project, {
            "migrations/013.do.add-tags.sql": "CREATE TABLE tags (id INTEGER PRIMARY KEY) STRICT;\n",
            "migrations/014.do.rename-tags.sql": "ALTER TABLE tags RENAME TO labels;\n",
            "migrations/015.do.add-late.sql":
                "CREATE TABLE late (t INTEGER REFERENCES tags (id), l INTEGER REFERENCES labels (id), s TEXT REFERENCES soon (id)) STRICT;\n",
            "migrations/016.do.add-soon.sql": "CREATE TABLE soon (id TEXT PRIMARY KEY) STRICT;\n",
        });
        const database = await target.createDatabase();
        const ran = await runHere((context) => push(context, { to: 15 }), { root: project, url: database.url });
        expect([ran.code, ran.stderr]).toEqual([
            0,
            "warning: 'late' has a foreign key to 'tags', a table that does not exist, so that no row can be inserted into 'late' or deleted from it\n",
        ]);
    });

    test("says what another deploy applied meanwhile", async () => {
        const database = await target.createDatabase();
        const nothing = (): void => undefined;
        const checks = { opened: nothing, prepared: () => deployInto(database), deployed: async () => nothing() };
        const { code, stdout } = await runHere((context) => push(context, {}, checks), { root, url: database.url });
        expect([code, stdout]).toEqual([
            0,
            expect.stringContaining(
                "\nNothing to do. Another deploy applied 12 migrations meanwhile: 001.do.create-users.sql to 012.do.create-user-sessions.sql. The database is at version 12: ",
            ),
        ]);
        expect(await readRows(database.client, "SELECT count(*) AS n FROM schemaversion")).toEqual([{ n: 12 }]);
    });

    test("stops at --to, and names the command for a version behind the database", async () => {
        const database = await target.createDatabase();
        expect((await run(database, { to: 4 })).stdout).toContain(
            "\nApplied 4 migrations. The database is at version 4: 4 tables, ",
        );
        const before = await hashContents(database.client);
        for (const [to, message, hint] of [
            [2, "the database is at version 4, which is beyond 2", "to go back, use `pnpm db:rollback --to 2`"],
            [13, "there is no migration 13", "the latest one is 12"],
        ] as const) {
            const { code, error } = await run(database, { to });
            expect([code, error?.message, error?.hint]).toEqual([2, message, hint]);
        }
        expect(await hashContents(database.client)).toBe(before);
        expect((await run(database)).stdout).toContain("\nApplied 8 migrations. The database is at version 12: ");
    });

    test("says so before it replaces a view that was changed by hand", async () => {
        const database = await createDeployedDatabase(target);
        const read = (): Promise<unknown> =>
            readRows(database.client, "SELECT sql FROM sqlite_schema WHERE name = 'v_queue_health'");
        const before = await read();
        await database.client.executeMultiple(
            "DROP VIEW v_queue_health; CREATE VIEW v_queue_health AS SELECT 1 AS one;",
        );
        const { code, stdout, stderr } = await run(database);
        expect(code).toBe(0);
        expect(stderr).toBe(
            "warning: 'v_queue_health' was changed by hand since it was deployed; the file replaces it\n",
        );
        expect(stdout).toContain("\nChanging: view v_queue_health\n");
        expect(await read()).toEqual(before);
    });

    test("prints one document with --json", async () => {
        const database = await target.createDatabase();
        const { code, stdout } = await run(database, {}, true);
        expect(code).toBe(0);
        expect(JSON.parse(stdout)).toMatchObject({ database: database.url, version: 12, transactions: 1 });
        const failed = await run(database, { to: 1 }, true);
        expect(JSON.parse(failed.stdout)).toMatchObject({ error: { code: "usage" } });
    });
});
