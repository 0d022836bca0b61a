import { readdirSync } from "node:fs";
import path from "node:path";
import { createClient } from "@libsql/client";
import { expect, test, vi } from "vitest";
import { reset } from "../../src/cli/commands/reset.ts";
import { showVerification } from "../../src/cli/commands/verify.ts";
import type { RunOptions } from "../../src/cli/options.ts";
import { insertRow } from "../product/rows.ts";
import {
    type Contents,
    hashContents,
    readContents,
    readRows,
    withoutColumns,
    withoutOrder,
} from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { type Ran, type RunSettings, runHere } from "../support/here.ts";
import { startProxy } from "../support/proxy.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const root = copyProject();

describeTargets("db:reset", (target) => {
    const run = ({ url }: TestDatabase, options: RunOptions = {}, settings: Partial<RunSettings> = {}): Promise<Ran> =>
        runHere((context) => reset(context, options), { root, url, ...settings });

    async function readDeployed({ client }: TestDatabase): Promise<Contents> {
        const { sqlite_sequence, sqlite_schema = [], ...contents } = await readContents(client);
        const own = sqlite_schema.filter(({ name }) => name !== "sqlite_sequence");
        return withoutOrder(withoutColumns({ ...contents, sqlite_schema: own }, "run_at"));
    }

    test("asks first, and without a terminal or --yes drops nothing", async () => {
        const database = await createDeployedDatabase(target);
        await insertRow(database.client, "questions", { id: "q-1" });
        const before = await hashContents(database.client);
        const { code, error, stderr } = await run(database);
        expect([code, error?.code, error?.outcome]).toEqual([2, "not-confirmed", "Nothing was changed."]);
        expect(stderr).toContain("is not empty, and there is no terminal to ask on");
        expect(await hashContents(database.client)).toBe(before);
    });

    test("makes what a fresh deploy makes, whatever was there, and keeps a copy of a file", async () => {
        const database = await createDeployedDatabase(target);
        await insertRow(database.client, "questions", { id: "q-1" });
        await insertRow(database.client, "channel_mappings", { question_id: "q-1" });
        await database.client.executeMultiple(`
            CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, question_id TEXT REFERENCES questions (id));
            INSERT INTO notes (question_id) VALUES ('q-1');
            CREATE VIEW broken AS SELECT a FROM nowhere;
            CREATE VIRTUAL TABLE found USING fts5 (body);
            INSERT INTO found (body) VALUES ('text');
            CREATE TABLE "odd ""name" (a TEXT);
            CREATE TABLE vectors (id INTEGER PRIMARY KEY, e F32_BLOB(3));
            CREATE INDEX vectors_e ON vectors (libsql_vector_idx(e));
            INSERT INTO vectors (e) VALUES (vector32('[1, 2, 3]'));`);
        const { code, stdout, stderr } = await run(database, { yes: true });
        expect([code, stderr]).toEqual([0, ""]);
        expect(stdout).toMatch(target.name === "file:" ? /\nCopy: {5}test\.before-.*\.db / : /\nTime: {5}/);
        expect(stdout).toContain("\nApplied 12 migrations. The database is at version 12: 12 tables, ");
        expect(await readDeployed(database)).toEqual(await readDeployed(await createDeployedDatabase(target)));
        expect((await runHere(showVerification, { root, url: database.url })).code).toBe(0);
        if (target.name === "file:") {
            const folder = path.dirname(database.url.slice("file:".length));
            const [copy = ""] = readdirSync(folder)
                .filter((name) => /^test\.before-.*\.db$/.test(name))
                .sort();
            const client = createClient({ url: `file:${path.join(folder, copy)}` });
            expect(await readRows(client, "SELECT id FROM questions")).toEqual([{ id: "q-1" }]);
            client.close();
        }
        // Foreign keys hold again.
        await expect(insertRow(database.client, "channel_mappings", { question_id: "gone" })).rejects.toThrow(
            "FOREIGN KEY",
        );
    });

    test("deploys to an empty database without asking", async () => {
        const database = await target.createDatabase();
        const { code, stdout } = await run(database);
        expect([code, stdout]).toEqual([0, expect.stringContaining("\nApplied 12 migrations. ")]);
    });

    test.skipIf(target.name === "file:")(
        "says that everything was dropped when the line breaks behind that",
        async () => {
            const database = await createDeployedDatabase(target);
            const proxy = await startProxy(database.url);
            let isDropped = false;
            proxy.hooks = {
                onRequest: (_, body) => {
                    if (isDropped) return "drop";
                    isDropped = body.includes("DROP TABLE") && body.includes('"sql":"COMMIT"');
                    return undefined;
                },
            };
            const { code, error } = await run({ ...database, url: proxy.url }, { yes: true });
            await proxy.close();
            expect([code, error?.code]).toEqual([1, "connection-lost"]);
            expect(error?.outcome).toBe("Everything was dropped.\nNothing was deployed: `pnpm db:push` does it.");
            expect(
                await readRows(database.client, "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"),
            ).toEqual([]);
        },
    );

    test("leaves everything where writing is switched off", async () => {
        const database = await createDeployedDatabase(target);
        const before = await readRows(database.client, "SELECT * FROM sqlite_schema");
        const { code, error } = await run(database, { yes: true }, { env: { TURSO_WRITE_MODE: "false" } });
        expect([code, error?.code]).toEqual([2, "writes-off"]);
        expect(await readRows(database.client, "SELECT * FROM sqlite_schema")).toEqual(before);
    });
});

test("db:reset refuses a database on another machine, whatever is given, before anything is sent", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new Error("A request would have left this machine.")));
    const settings = { root, url: "https://code-reels.example.invalid", isRouted: true };
    const ran = await runHere((context) => reset(context, { yes: true }), settings).finally(() =>
        vi.unstubAllGlobals(),
    );
    expect([ran.code, ran.error?.message, ran.error?.outcome]).toEqual([
        2,
        "https://code-reels.example.invalid is on another machine, and db:reset drops everything",
        "Nothing was dropped.",
    ]);
});
