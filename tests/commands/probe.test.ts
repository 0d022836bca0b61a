import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { assumptions } from "../../conformance/all.ts";
import { findSqld, startSqld } from "../../src/server/sqld.ts";
import { startCommand } from "../support/command.ts";
import { runScript } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { withServer } from "../support/server.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";

/** Runs db:probe in a folder of its own, where none is given. */
function probe(env: Readonly<Record<string, string>>, args: readonly string[] = [], cwd = writeProject({})) {
    return runScript("db-probe", args, { cwd, env });
}

interface Report {
    holds: boolean;
    findings: { name: string; verdict: string; reason: string | null }[];
}

/** Names and reasons of what does not hold. */
function findBroken(stdout: string): string[] {
    const { findings } = JSON.parse(stdout) as Report;
    return findings
        .filter(({ verdict }) => verdict === "does not hold")
        .map(({ name, reason }) => `${name}: ${reason}`);
}

async function countObjects(database: Pick<TestDatabase, "client">): Promise<unknown> {
    const { rows } = await database.client.execute("SELECT count(*) AS n FROM sqlite_schema");
    return rows[0]?.n;
}

describeTargets("db:probe", (target) => {
    test("finds that every assumption holds, and leaves nothing", async () => {
        const database = await target.createDatabase();
        const env = { TURSO_DATABASE_URL: database.url };
        const { code, stdout } = await probe(env, ["--json"]);
        expect(findBroken(stdout)).toEqual([]);
        expect(code).toBe(0);
        expect((JSON.parse(stdout) as Report).findings.map(({ name }) => name)).toEqual(
            assumptions.map(({ name }) => name),
        );
        expect(await countObjects(database)).toBe(0);
    });

    test("refuses a database that is not empty, and touches nothing", async () => {
        const database = await target.createDatabase();
        await database.client.executeMultiple("CREATE TABLE kept (n); CREATE TABLE schema_probe_mine (n);");
        const { code, stdout, stderr } = await probe({ TURSO_DATABASE_URL: database.url });
        expect(code).toBe(2);
        expect(stderr).toContain("is not empty: it has kept\n");
        expect(stderr).toContain(target.name === "file:" ? "hint: name a file" : "`turso db create probe`");
        expect(stderr).toContain("Nothing was tried.");
        expect(stdout).not.toContain("holds");
        expect(await countObjects(database)).toBe(2);
    });

    test("removes what a probe that was killed has left", async () => {
        const database = await target.createDatabase();
        await database.client.executeMultiple("CREATE TABLE schema_probe_script (n);");
        const { stdout } = await probe({ TURSO_DATABASE_URL: database.url });
        expect(stdout).toContain("holds          a script with BEGIN IMMEDIATE");
        expect(stdout).toContain("The database is empty again.\n");
        expect(await countObjects(database)).toBe(0);
    });
});

test("leaves no file where there was none", async () => {
    const root = writeProject({});
    const { code, stdout } = await probe({}, [], root);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Database: file:local\.db /);
    expect(stdout).toContain(
        "not tried      responses report how many rows were read and written\n    a file does not count them\n",
    );
    expect(stdout).toMatch(/\nAll \d+ assumptions that were tried hold\. 5 could not be tried here\./);
    expect(await readdir(root)).toEqual([]);
});

test("lists the assumptions and their reasons with --dry-run, without a database", async () => {
    const root = writeProject({});
    const { code, stdout } = await probe({}, ["--dry-run"], root);
    expect(code).toBe(0);
    for (const { name, why } of assumptions) expect(stdout).toContain(`${name}\n    because ${why}\n`);
    expect(await readdir(root)).toEqual([]);
});

test("every assumption has a name of its own, and a reason", () => {
    expect(new Set(assumptions.map(({ name }) => name)).size).toBe(assumptions.length);
    expect(assumptions.filter(({ why }) => why.trim() === "")).toEqual([]);
});

const noBinary = findSqld() === undefined;

describe.skipIf(noBinary)(noBinary ? "db:probe behind a line (no sqld binary here)" : "db:probe behind a line", () => {
    test("says what does not hold, why that matters, and exits with 1", () =>
        withServer(async ({ proxy, client }) => {
            proxy.hooks = {
                onReply: (_n, body) => ({ status: 200, body: body.replaceAll('"rows_written":2', '"rows_written":0') }),
            };
            const { code, stdout } = await probe({ TURSO_DATABASE_URL: proxy.url });
            expect(code).toBe(1);
            expect(stdout).toContain(
                "does not hold  responses report how many rows were read and written\n" +
                    "    it matters because Turso bills them, and commands report them as their cost\n" +
                    "    rows_written of two rows: expected 2, found 0\n",
            );
            expect(stdout).toMatch(/ assumptions? do(es)? not hold\./);
            expect(await countObjects({ client })).toBe(0);
        }));

    test("finds a server that ends no old transaction, and one that keeps the work of an aborted request", () =>
        withServer(async ({ proxy, client }) => {
            proxy.hooks = {
                onRequest: async (_n, body) => {
                    const isAborted = body.includes("INSERT INTO schema_probe_aborted");
                    if (isAborted) await client.execute("INSERT INTO schema_probe_aborted VALUES (7)");
                },
                onReply: (_n, body) => ({ status: 200, body: body.replaceAll("TRANSACTION_TIMEOUT", "SQLITE_BUSY") }),
            };
            const { code, stdout } = await probe({ TURSO_DATABASE_URL: proxy.url }, ["--json"]);
            expect(code).toBe(1);
            expect(findBroken(stdout)).toEqual([
                expect.stringMatching(
                    /^a transaction that is older than 5 seconds .*: its next statement: SQLITE_BUSY: /,
                ),
                'a request that is aborted is rolled back: rows kept: expected [], found [{"n":7}]',
            ]);
            expect(await countObjects({ client })).toBe(0);
        }));

    test("removes what it made when the server turns it away midway", () =>
        withServer(async ({ proxy, client }) => {
            let isRefused = false;
            proxy.hooks = {
                onRequest: (n, body) => {
                    // The requests by which it cleans up name what is not its own.
                    if (n < 12 || isRefused || body.includes("libsql") || body.includes("DROP")) return undefined;
                    isRefused = true;
                    return { status: 403, body: '{"error":"no more"}' };
                },
            };
            const { code, stderr } = await probe({ TURSO_DATABASE_URL: proxy.url });
            expect(code).toBe(2);
            expect(stderr).toContain("(no more)");
            expect(stderr).toContain("The probe was interrupted. Its objects were removed.");
            expect(await countObjects({ client })).toBe(0);
        }));

    test("removes what it made when it is interrupted", () =>
        withServer(async ({ proxy, client }) => {
            const command = startCommand("db:probe", [], { env: { TURSO_DATABASE_URL: proxy.url } });
            proxy.hooks = {
                onRequest: (n) => {
                    if (n === 25) command.kill("SIGINT");
                },
            };
            const { code, stderr } = await command.result;
            expect(code).toBe(130);
            expect(stderr).toContain("error: interrupted");
            expect(stderr).toContain("Its objects were removed.");
            expect(await countObjects({ client })).toBe(0);
        }));

    test("tries the read-only token where one is set, and shows neither token", async () => {
        const directory = await mkdtemp(path.join(tmpdir(), "probe-test-"));
        const key = createKeyPair();
        const file = path.join(directory, "key.pem");
        await writeFile(file, key.publicPem);
        const server = await startSqld({ directory: path.join(directory, "data"), jwtPublicKeyFile: file });
        const env = {
            TURSO_DATABASE_URL: server.url,
            TURSO_AUTH_TOKEN: mintToken(key, { access: "rw" }),
            TURSO_AUTH_TOKEN_RO: mintToken(key, { access: "ro" }),
        };
        const { stdout, stderr } = await probe(env);
        await server.stop();
        await rm(directory, { recursive: true, force: true });
        expect(stdout).toContain("holds          a read-only token may read but not write");
        expect(stdout).not.toContain("not tried");
        expect(stdout + stderr).not.toMatch(/eyJ/);
    });
});
