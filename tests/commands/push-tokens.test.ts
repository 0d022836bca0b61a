import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findSqld, type Sqld, startSqld } from "../../src/server/sqld.ts";
import { type Printed, runScript } from "../support/here.ts";
import { changeProject } from "../support/project.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { copyRepository, migrationCount } from "../support/repository.ts";
import { emptySnapshot, readSnapshot, tell } from "../support/snapshot.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";

const binary = findSqld();
const hour = 3_600_000;

describe.skipIf(binary === undefined)(
    binary === undefined ? "sqld (no binary here)" : "a server that asks for a token",
    () => {
        const root = copyRepository();
        const key = createKeyPair();
        const tokens = {
            good: mintToken(key, { access: "rw", expiresAt: new Date(Date.now() + hour) }),
            readOnly: mintToken(key, { access: "ro" }),
            expired: mintToken(key, { access: "rw", expiresAt: new Date(Date.now() - hour) }),
            foreign: mintToken(createKeyPair(), { access: "rw" }),
            garbage: "not-a-token-at-all-1234567890",
        };
        let folder: string;
        let server: Sqld;
        let proxy: TestProxy;
        let outputs = 0;

        beforeAll(async () => {
            folder = mkdtempSync(path.join(tmpdir(), "token-test-"));
            const jwtPublicKeyFile = path.join(folder, "key.pem");
            writeFileSync(jwtPublicKeyFile, key.publicPem);
            server = await startSqld({ directory: path.join(folder, "data"), jwtPublicKeyFile });
            proxy = await startProxy(server.url);
        });

        beforeEach(() => {
            proxy.requests = 0;
        });

        afterAll(async () => {
            await proxy.close();
            await server.stop();
            rmSync(folder, { recursive: true, force: true });
            tell(`${outputs} outputs searched for tokens and parts of tokens, none found`);
        });

        // Every output of every command is searched, whatever the test is about.
        async function push(token: string | undefined, ...args: string[]): Promise<Printed> {
            const given = token === undefined ? {} : { TURSO_AUTH_TOKEN: token };
            const env = { TURSO_DATABASE_URL: proxy.url, ...given };
            const result = await runScript("db-push", args, { cwd: root, env });
            expectNoToken(result);
            return result;
        }

        function expectNoToken({ stdout, stderr }: Printed): void {
            for (const secret of Object.values(tokens).flatMap((token) => [token, ...token.split(".")])) {
                expect(stdout).not.toContain(secret);
                expect(stderr).not.toContain(secret);
            }
            outputs++;
        }

        const readNow = () => readSnapshot({ url: server.url, authToken: tokens.good });

        test("names a read-only token before anything is sent", async () => {
            const asked = [[], ["--json"], ["--per-file"]];
            for (const args of asked) {
                const { code, stderr } = await push(tokens.readOnly, ...args);
                expect(code).toBe(2);
                expect(stderr).toContain(`error: the token for ${proxy.url} is read-only`);
                expect(stderr).toContain("Nothing was tried.");
            }
            expect(proxy.requests).toBe(0);
            expect(await readNow()).toEqual(emptySnapshot);
        });

        test("needs no more than a read-only token to show what it would do, and changes nothing", async () => {
            for (const args of [["--dry-run"], ["--show-sql"], ["--dry-run", "--json"]]) {
                const { code, stdout, stderr } = await push(tokens.readOnly, ...args);
                expect([code, stderr.includes("error")]).toEqual([0, false]);
                expect(stdout).toContain(args[0] === "--show-sql" ? "BEGIN IMMEDIATE;" : "create-questions.sql");
            }
            expect(await readNow()).toEqual(emptySnapshot);
        });

        test("names an expired token, and when it expired, before anything is sent", async () => {
            const { code, stderr } = await push(tokens.expired);
            expect(code).toBe(2);
            expect(stderr).toMatch(
                /error: the token for \S+ expired on \d{4}-\d\d-\d\dT[\d:.]+Z, by this machine's clock\n/,
            );
            expect(stderr).toContain("hint: copy the token from tokens.env in the server's folder (.sqld) into .env");
            expect(proxy.requests).toBe(0);
            expect(await readNow()).toEqual(emptySnapshot);
        });

        test("explains after one request that the server does not accept a foreign token, or a garbled one", async () => {
            const refused = [tokens.foreign, tokens.garbage];
            for (const token of refused) {
                const { code, stderr } = await push(token);
                expect(code).toBe(2);
                expect(stderr).toContain(`error: ${proxy.url} does not accept the token (`);
                expect(stderr).toContain(
                    "hint: copy the token from tokens.env in the server's folder (.sqld) into .env",
                );
            }
            expect(proxy.requests).toBe(refused.length);
            expect(await readNow()).toEqual(emptySnapshot);
        });

        test("says that it asks for a token where none is set", async () => {
            const { code, stderr } = await push(undefined);
            expect(code).toBe(2);
            expect(stderr).toContain(`error: ${proxy.url} requires a token (`);
            expect(stderr).toContain(
                "hint: set TURSO_AUTH_TOKEN: copy the token from tokens.env in the server's folder (.sqld) into .env",
            );
            expect(proxy.requests).toBe(1);
            expect(await readNow()).toEqual(emptySnapshot);
        });

        test("names a token that no request can carry before anything is sent, and does not print it", async () => {
            const { code, stdout, stderr } = await push(`${tokens.good}\u201d`);
            expect([code, stdout]).toEqual([2, ""]);
            expect(stderr).toContain("error: TURSO_AUTH_TOKEN contains a character that tokens do not have");
            expect(stderr).toContain("hint: copy the token again");
            expect(proxy.requests).toBe(0);
            expect(await readNow()).toEqual(emptySnapshot);
        });

        test("refuses a URL with a token in it, and does not print it", async () => {
            const env = { TURSO_DATABASE_URL: `${proxy.url}/?authToken=${tokens.good}` };
            const result = await runScript("db-push", [], { cwd: root, env });
            expectNoToken(result);
            expect(result.code).toBe(2);
            expect(result.stderr).toContain("error: TURSO_DATABASE_URL cannot be used: it holds a token");
            expect(proxy.requests).toBe(0);
        });

        test("prints no token when the server's own words hold it", async () => {
            proxy.hooks.onRequest = () => ({ status: 500, body: JSON.stringify({ error: `bad ${tokens.good}` }) });
            const { code, stderr } = await push(tokens.good);
            proxy.hooks = {};
            expect(code).toBe(1);
            expect(stderr).toContain("HTTP 500: bad [token]");
            expect(await readNow()).toEqual(emptySnapshot);
        });

        test("prints no token when a statement fails", async () => {
            const file = "migrations/013.do.break.sql";
            changeProject(root, {
                [file]: "CREATE TABLE broken (id INTEGER PRIMARY KEY);\nSELECT id FROM a_missing_table;\n",
            });
            for (const args of [[], ["--json"]]) {
                const { code, stderr } = await push(tokens.good, ...args);
                expect(code).toBe(1);
                expect(stderr).toContain(`${file}:2: no such table: a_missing_table`);
            }
            changeProject(root, { [file]: undefined });
            expect(await readNow()).toEqual(emptySnapshot);
        });

        test("is deployed to with a read-write token, in two requests", async () => {
            expect((await push(tokens.good, "--show-sql")).code).toBe(0);
            expect((await push(tokens.good, "--dry-run", "--json")).code).toBe(0);
            expect(await readNow()).toEqual(emptySnapshot);
            proxy.requests = 0;
            const { code, stdout } = await push(tokens.good);
            expect(code).toBe(0);
            expect(stdout).toContain(`Applied ${migrationCount} migrations.`);
            expect(proxy.requests).toBe(2);
            expect((await readNow()).versions).toHaveLength(migrationCount);
            expect((await push(tokens.good, "--json")).code).toBe(0);
        });

        test("shows the plan of a rollback with a read-only token, and says that the losses are not counted", async () => {
            const env = { TURSO_DATABASE_URL: proxy.url, TURSO_AUTH_TOKEN: tokens.readOnly };
            const result = await runScript("db-rollback", ["--to", "10", "--dry-run"], { cwd: root, env });
            expectNoToken(result);
            expect([result.code, result.stderr]).toEqual([0, ""]);
            expect(result.stdout).toContain("012.undo.");
            expect(result.stdout).toMatch(/Would lose: +not counted: .* takes the read-write token/);
            expect((await readNow()).versions).toHaveLength(migrationCount);
        });
    },
);
