import { spawnSync } from "node:child_process";
import {
    closeSync,
    existsSync,
    mkdtempSync,
    openSync,
    readdirSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { push } from "../../src/cli/commands/push.ts";
import { showStatus } from "../../src/cli/commands/status.ts";
import { showVerification } from "../../src/cli/commands/verify.ts";
import { findSqld, type Sqld, startSqld } from "../../src/server/sqld.ts";
import { hasTerminal } from "../support/command.ts";
import { hashContents } from "../support/contents.ts";
import { createDeployedDatabase, deployInto } from "../support/deployed.ts";
import { type Ran, runHere } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { startProxy } from "../support/proxy.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";

const repository = copyProject();
const view = "views/v_active_sessions.sql";
const viewText = readFileSync(path.join(repository, view), "utf8");

describeTargets("db:status", (target) => {
    // Whatever it says, it changes nothing.
    async function status(database: TestDatabase, root = repository, json = false): Promise<Ran> {
        const before = await hashContents(database.client);
        const ran = await runHere(showStatus, { root, url: database.url, json });
        expect(await hashContents(database.client)).toBe(before);
        return ran;
    }

    test("ends with 0 where everything is there, with both version numbers", async () => {
        const database = await createDeployedDatabase(target);
        const { code, stdout } = await status(database);
        expect(code).toBe(0);
        expect(stdout).toMatch(/\n\[X\] {2}migrations\/001\.do\.create-users\.sql +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n/);
        expect(stdout).not.toContain("[ ]");
        expect(stdout).toMatch(
            /\nSchema: {3}2\.2\.0, migration 12: 12 tables, \d+ indexes, \d+ views, \d+ triggers\nThe database is up to date\.\n$/,
        );
        const document = JSON.parse((await status(database, repository, true)).stdout);
        expect(document).toMatchObject({
            database: expect.stringMatching(/^(file|http):/),
            milliseconds: expect.any(Number),
            schemaVersion: "2.2.0",
            version: 12,
            problems: [],
        });
        const files = ["migrations", "views", "triggers"].flatMap((folder) =>
            readdirSync(path.join(repository, folder)).filter(
                (name) => name.endsWith(".sql") && !name.includes(".undo."),
            ),
        );
        expect(document.entries).toHaveLength(files.length);
        expect(document.entries.every((entry: { done: boolean }) => entry.done)).toBe(true);
    });

    test("ends with 3 where something is pending, and lists what", async () => {
        const database = await target.createDatabase();
        const fresh = await status(database);
        expect([fresh.code, fresh.stdout]).toEqual([
            3,
            expect.stringContaining("\nSchema:   2.2.0, migration 0: 0 tables, "),
        ]);
        await runHere((context) => push(context, { to: 10 }), { root: repository, url: database.url });
        const { code, stdout } = await status(database);
        expect(code).toBe(3);
        expect(stdout).toContain("\n[ ]  migrations/011.do.create-voice-sessions.sql\n");
        expect(stdout).toMatch(/\n\[ \] {2}views\/v_active_sessions\.sql +deferred\n/);
        expect(stdout).toMatch(/\nPending: 2 migrations, 3 views and triggers\. Deploy with `pnpm db:migrate`\.\n$/);
    });

    test("tells of a view whose file has changed or is gone, or that was changed by hand, just as db:push would correct it", async () => {
        const database = await createDeployedDatabase(target);
        const root = copyProject();
        const expectPending = async (line: RegExp): Promise<void> => {
            const { code, stdout } = await status(database, root);
            expect([code, stdout]).toEqual([3, expect.stringMatching(line)]);
            expect(stdout).toContain("\nPending: 1 view or trigger. ");
            const pushed = await runHere((context) => push(context, {}), { root, url: database.url });
            expect([pushed.code, pushed.stdout]).toEqual([0, expect.stringMatching(/\n(Changing|Dropping): /)]);
            expect((await status(database, root)).code).toBe(0);
        };
        changeProject(root, { [view]: viewText.replace("SELECT", "SELECT 1 AS one,") });
        await expectPending(/\n\[ \] {2}views\/v_active_sessions\.sql +the file has changed\n/);
        await database.client.executeMultiple(
            "DROP VIEW v_active_sessions; CREATE VIEW v_active_sessions AS SELECT 2 AS two;",
        );
        await expectPending(/\n\[ \] {2}views\/v_active_sessions\.sql +changed by hand\n/);
        changeProject(root, { [view]: undefined });
        await expectPending(/\n\[ \] {2}view v_active_sessions +its file was deleted\n/);
    });

    test("ends with 4 where files and database disagree, and with 4 where the database is newer", async () => {
        const database = await createDeployedDatabase(target);
        const root = copyProject(
            {},
            { "migrations/011.do.create-voice-sessions.sql": "CREATE TABLE voice_sessions (id TEXT);\n" },
        );
        changeProject(root, {
            "migrations/004.do.create-work-queue.sql": undefined,
            "migrations/004.undo.create-work-queue.sql": undefined,
        });
        const { code, stdout, stderr } = await status(database, root);
        expect([code, stdout]).toEqual([
            4,
            expect.stringContaining("\nThe files and the database disagree: 2 problems.\n"),
        ]);
        expect(stderr).toMatch(
            /warning: migrations\/011\.do\.create-voice-sessions\.sql: was changed after it was applied/,
        );
        expect(stderr).toMatch(
            /warning: migrations\/004\.do\.create-work-queue\.sql: was applied to the database, but the file/,
        );

        const older = copyProject();
        for (const name of readdirSync(path.join(older, "migrations"))) {
            if (name.startsWith("012.")) changeProject(older, { [`migrations/${name}`]: undefined });
        }
        changeProject(older, { [view]: undefined, "triggers/trg_user_sessions_access.sql": undefined });
        for (const action of [showStatus, showVerification]) {
            const ran = await runHere(action, { root: older, url: database.url });
            expect([ran.code, ran.error?.code, ran.error?.message]).toEqual([
                4,
                "database-newer",
                "the database is newer than these files: it has 12 create-user-sessions",
            ]);
        }
    });
});

describe("commands that only read", () => {
    test("make no file where there is none", async () => {
        const folder = writeProject({});
        const url = `file:${path.join(folder, "none.db")}`;
        const status = await runHere(showStatus, { root: repository, url });
        expect([status.code, status.stdout]).toEqual([3, expect.stringContaining("\nPending: 12 migrations, ")]);
        const verified = await runHere(showVerification, { root: repository, url });
        expect([verified.code, verified.error?.message]).toEqual([
            4,
            "this database has no migrations, so there is nothing to compare",
        ]);
        expect(readdirSync(folder)).toEqual([]);
    });

    test("read the read-only address where there is one, and say which", async () => {
        const folder = writeProject({});
        const [main, copy] = ["main.db", "copy.db"].map((name) => `file:${path.join(folder, name)}`);
        await deployInto({ url: `file://${path.join(folder, "copy.db")}` }, repository);
        const env = { TURSO_DATABASE_URL_RO: copy ?? "" };
        const { code, stdout } = await runHere(showStatus, { root: repository, url: main, env });
        expect([code, stdout.split("\n")[0]]).toEqual([
            0,
            `Database: ${copy} (reading from TURSO_DATABASE_URL_RO; not the database that TURSO_DATABASE_URL names)`,
        ]);
        expect(existsSync(path.join(folder, "main.db"))).toBe(false);
    });
});

/** Takes nothing, as a full disk does. */
const fullDisk = "/dev/full";

test.skipIf(!existsSync(fullDisk))("an output that cannot be written is told, and is no success", () => {
    const folder = writeProject({});
    const full = openSync(fullDisk, "w");
    const { status, stderr } = spawnSync(
        process.execPath,
        ["--import", "tsx", path.resolve("scripts/db-status.ts"), "--help"],
        { stdio: ["ignore", full, "pipe"], encoding: "utf8", env: { PATH: process.env.PATH, HOME: folder } },
    );
    closeSync(full);
    expect([status, stderr]).toEqual([
        1,
        expect.stringMatching(/^warning: not all of the output could be written: ENOSPC: .*\n$/),
    ]);
});

test.skipIf(!hasTerminal)("what goes into a file has no colours, also where the rest goes to a terminal", () => {
    const folder = writeProject({});
    const file = path.join(folder, "errors.txt");
    const line = `${process.execPath} --import tsx ${path.resolve("scripts/db-status.ts")} --no-such 2>${file}`;
    spawnSync("script", ["-qefc", line, "/dev/null"], { env: { PATH: process.env.PATH, HOME: folder, TERM: "xterm" } });
    expect(readFileSync(file, "utf8")).toBe("error: unknown option '--no-such'\n\nhint: see `pnpm db:status --help`\n");
});

const binary = findSqld();

describe.skipIf(binary === undefined)(
    binary === undefined ? "sqld (no binary here)" : "commands that only read, on a server that asks for a token",
    () => {
        const key = createKeyPair();
        const [readWrite, readOnly] = [mintToken(key, { access: "rw" }), mintToken(key, { access: "ro" })];
        let folder: string;
        let server: Sqld;

        beforeAll(async () => {
            folder = mkdtempSync(path.join(tmpdir(), "status-test-"));
            const jwtPublicKeyFile = path.join(folder, "key.pem");
            writeFileSync(jwtPublicKeyFile, key.publicPem);
            server = await startSqld({ directory: path.join(folder, "data"), jwtPublicKeyFile });
            await deployInto({ url: server.url, authToken: readWrite }, repository);
        });

        afterAll(async () => {
            await server.stop();
            rmSync(folder, { recursive: true, force: true });
        });

        test("send the read-only token alone, in one request, and never fall back in silence", async () => {
            const sent: string[] = [];
            const proxy = await startProxy(server.url);
            const env = { TURSO_AUTH_TOKEN: readWrite, TURSO_AUTH_TOKEN_RO: readOnly };
            for (const action of [showStatus, showVerification]) {
                proxy.requests = 0;
                const ran = await runHere(action, { root: repository, url: proxy.url, env });
                expect([ran.code, ran.stdout.split("\n")[0]]).toEqual([
                    0,
                    `Database: ${proxy.url} (reading with the read-only token)`,
                ]);
                expect(proxy.requests).toBe(1);
                sent.push(ran.stdout, ran.stderr);
            }
            const other = { root: repository, url: proxy.url, env: { TURSO_AUTH_TOKEN: readWrite } };
            const said = await runHere(showStatus, other);
            expect(said.stdout.split("\n")[0]).toBe(
                `Database: ${proxy.url} (reading with the read-write token: TURSO_AUTH_TOKEN_RO is not set)`,
            );
            const half = { TURSO_AUTH_TOKEN: readWrite, TURSO_DATABASE_URL_RO: proxy.url };
            const refused = await runHere(showStatus, { root: repository, url: proxy.url, env: half });
            expect([refused.code, refused.error?.message]).toEqual([
                2,
                "TURSO_DATABASE_URL_RO is set, but TURSO_AUTH_TOKEN_RO is not",
            ]);
            for (const text of [...sent, said.stdout, refused.stderr]) {
                for (const token of [readWrite, readOnly]) expect(text).not.toContain(token);
            }
            await proxy.close();
        });
    },
);
