import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createListener } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient } from "@libsql/client";
import Database from "libsql";
import { beforeAll, describe, expect, test } from "vitest";
import { push } from "../../src/cli/commands/push.ts";
import { toFault } from "../../src/database/faults.ts";
import { type Patience, withPatience } from "../../src/database/retry.ts";
import { openServer } from "../../src/database/server/connection.ts";
import { prepareRestorePoint } from "../../src/migrations/restore-point.ts";
import { readFiles } from "../../src/planning/files.ts";
import { readState } from "../../src/planning/state.ts";
import { findSqld, startSqld } from "../../src/server/sqld.ts";
import { type RunningCommand, startCommand } from "../support/command.ts";
import { hashContents } from "../support/contents.ts";
import { deployInto, openTestConnection } from "../support/deployed.ts";
import { type Ran, runHere } from "../support/here.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { createBases } from "./faults/bases.ts";

const root = copyProject();
const quick: Patience = { pauses: [1, 1] };
const commits = (body: string): boolean => body.includes('"sql":"COMMIT"');

const startHere = (name: string, url: string, ...args: string[]): RunningCommand =>
    startCommand(name, args, { cwd: root, env: { TURSO_DATABASE_URL: url } });

async function waitForWord(command: RunningCommand, word: string): Promise<void> {
    let isOver = false;
    command.result.finally(() => {
        isOver = true;
    });
    while (!isOver && !command.printed().stderr.includes(word)) await sleep(10);
}

async function findPort(): Promise<number> {
    const listener = createListener();
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const { port } = listener.address() as AddressInfo;
    await new Promise((resolve) => listener.close(resolve));
    return port;
}

describeTargets("--wait", (target) => {
    const bases = createBases(target);

    test.skipIf(target.name === "file:")("waits for a server that comes up later, and says so once", async () => {
        const directory = mkdtempSync(path.join(tmpdir(), "wait-test-"));
        const port = await findPort();
        const pushing = startHere("db:push", `http://127.0.0.1:${port}`, "--wait", "60");
        await waitForWord(pushing, "Waiting:");
        await sleep(2_000);
        const server = await startSqld({ directory, port });
        const { code, stdout, stderr } = await pushing.result;
        await server.stop();
        rmSync(directory, { recursive: true, force: true });
        expect([code, stdout]).toEqual([0, expect.stringContaining("Applied 12 migrations.")]);
        expect(stderr).toMatch(/^Waiting: cannot reach http:\/\/127\.0\.0\.1:\d+: nothing listens there \(.*\)\n$/);
    });

    test.skipIf(target.name === "sqld")(
        "waits for a file that another program has locked, to read and to load",
        async () => {
            const database = await bases.borrow("deployed");
            const before = await hashContents(database.client);
            for (const [command, lock] of [
                ["db:status", "EXCLUSIVE"],
                ["db:migrate:job-titles", "IMMEDIATE"],
            ] as const) {
                const holder = new Database(fileURLToPath(database.url));
                holder.exec(`BEGIN ${lock}`);
                const waiting = startHere(command, database.url, "--wait", "60");
                await waitForWord(waiting, "Waiting:");
                holder.exec("ROLLBACK");
                holder.close();
                const { code, stderr } = await waiting.result;
                expect([command, code]).toEqual([command, 0]);
                expect(stderr).toMatch(/^Waiting: file:\S+ is locked by another writer \(database is locked\)\n$/);
            }
            expect(await hashContents(database.client)).not.toBe(before);
        },
    );

    test.skipIf(target.name === "sqld")(
        "--wait 0 gives up on a locked file at once, and nothing is changed",
        async () => {
            const database = await bases.borrow("deployed");
            const before = await hashContents(database.client);
            const holder = new Database(fileURLToPath(database.url));
            holder.exec("BEGIN EXCLUSIVE");
            const { code, stderr } = await startHere("db:seed", database.url, "--wait", "0").result;
            holder.exec("ROLLBACK");
            holder.close();
            expect(code).toBe(1);
            expect(stderr).toContain("is locked by another writer (database is locked)");
            expect(stderr).toContain("Nothing was changed.");
            expect(await hashContents(database.client)).toBe(before);
        },
    );

    test.skipIf(target.name === "sqld")(
        "is also how long the copy waits that is made before a file is changed",
        async () => {
            const database = await bases.borrow("deployed");
            const folder = path.dirname(fileURLToPath(database.url));
            const listCopies = (): string[] => readdirSync(folder).filter((name) => name.includes(".before-"));
            const connection = await openTestConnection(database);
            const { sets } = await readFiles(root);
            const state = await readState(connection, sets);
            const holder = new Database(fileURLToPath(database.url));
            holder.exec("BEGIN EXCLUSIVE");
            const copy = (waitLimit: number, signal?: AbortSignal): Promise<unknown> =>
                prepareRestorePoint({ ...connection, waitLimit }, state, new Date(), signal).catch(toFault);
            expect(await copy(0)).toMatchObject({ kind: "busy" });
            expect(await copy(60_000, AbortSignal.abort())).toMatchObject({ kind: "interrupted" });
            expect(listCopies()).toEqual([]);
            const copied = copy(60_000);
            // Comes to its turn between two tries.
            setTimeout(() => holder.exec("ROLLBACK"), 10);
            expect(await copied).toMatchObject({ lines: [expect.stringContaining("Copy:     ")] });
            expect(listCopies()).toEqual([expect.stringMatching(/\.before-\d{8}T\d{9}Z\.db$/)]);
            holder.close();
            connection.close();
        },
    );

    test("ends the wait for another deployer, who is named, and nothing is changed", async () => {
        const database = await target.createDatabase();
        await deployInto(database, root);
        await database.client.execute("DROP VIEW v_active_questions");
        const setLease = (owner: string | null) =>
            database.client.execute({
                sql: "UPDATE schema_lock SET owner = ?, expires_at = '2999-01-01T00:00:00.000Z'",
                args: [owner],
            });
        await setLease("build-7 pid 99");
        const before = await hashContents(database.client);
        const given = await runPush(database.url, { wait: 50 });
        expect([given.code, given.error?.code]).toEqual([1, "busy"]);
        expect(given.error?.message).toBe("another deploy is running (build-7 pid 99)");
        expect(given.error?.outcome).toMatch(/Nothing was applied\. The database is still at version 12\.$/);
        expect(await hashContents(database.client)).toBe(before);
        const waiting = runPush(database.url, { wait: 60_000 });
        await sleep(100);
        await setLease(null);
        expect((await waiting).stdout).toContain("The database is at version 12");
        expect((await waiting).code).toBe(0);
    });
});

const runPush = (url: string, patience: Patience): Promise<Ran> =>
    runHere((context) => push({ ...context, patience }, {}), { root, url });

const title = findSqld() === undefined ? "sqld (no binary here)" : "what is tried again";

describe.skipIf(findSqld() === undefined)(title, () => {
    let database: Pick<TestDatabase, "url" | "client">;
    let proxy: TestProxy;

    beforeAll(async () => {
        const directory = mkdtempSync(path.join(tmpdir(), "again-test-"));
        const server = await startSqld({ directory });
        database = { url: server.url, client: createClient({ url: server.url }) };
        proxy = await startProxy(server.url);
        return async () => {
            await proxy.close();
            database.client.close();
            await server.stop();
            rmSync(directory, { recursive: true, force: true });
        };
    });

    test("a read that a gateway refused is tried again, and each try is counted", async () => {
        await deployInto(database, root);
        const refusals = [429, 503];
        proxy.hooks = {
            onRequest: () => {
                const status = refusals.shift();
                return status === undefined ? undefined : { status, body: "" };
            },
        };
        proxy.requests = 0;
        const { code, stdout, stderr } = await runPush(proxy.url, quick);
        expect([code, proxy.requests]).toEqual([0, 3]);
        expect(stdout).toMatch(/^Nothing to do\. .* 3 requests, /m);
        expect(stderr).toBe(`Waiting: ${proxy.url} takes no more requests for now (HTTP status 429)\n`);
        proxy.hooks = {};
        proxy.requests = 0;
        expect((await runPush(proxy.url, quick)).stdout).toMatch(/^Nothing to do\. .* 1 request, /m);
        expect(proxy.requests).toBe(1);
    });

    test.each(["drop", { status: 503, body: "" }, { status: 429, body: "" }] as const)(
        "is never a script that a server may have seen (%j), and nothing is changed",
        async (verdict) => {
            await database.client.execute("DROP VIEW v_active_questions").catch(() => undefined);
            const before = await hashContents(database.client);
            let scripts = 0;
            proxy.hooks = {
                onRequest: (_, body) => {
                    if (!commits(body)) return undefined;
                    scripts++;
                    return verdict;
                },
            };
            const { code, error } = await runPush(proxy.url, quick);
            expect([code, scripts]).toEqual([1, 1]);
            expect(error?.outcome).toMatch(/Nothing was applied\. The database is still at version 12\.$/);
            expect(await hashContents(database.client)).toBe(before);
            proxy.hooks = {};
        },
    );
});

describe("a connection with patience", () => {
    const nobody = async (): Promise<string> => `http://127.0.0.1:${await findPort()}`;
    const open = (url: string, patience: Patience, said: string[] = [], signal?: AbortSignal) =>
        withPatience(
            openServer({ kind: "server", url, label: url, host: "127.0.0.1", local: true }, signal),
            patience,
            (reason) => void said.push(reason),
            signal,
        );

    test("tries whatever was never sent three times, and says once that it waits", async () => {
        const said: string[] = [];
        const connection = open(await nobody(), quick, said);
        for (const operation of [
            () => connection.readAll([]),
            () => connection.readAll([], { settle: true }),
            () => connection.runScript([{ sql: "SELECT 1" }]),
            () => connection.write([{ sql: "SELECT 1" }]),
            () => connection.tryOut([{ sql: "SELECT 1" }]),
        ]) {
            const before = connection.cost.requests;
            await expect(operation()).rejects.toMatchObject({ kind: "unreachable", variant: "refused" });
            expect(connection.cost.requests - before).toBe(3);
        }
        expect(said).toHaveLength(5);
    });

    test("honours Retry-After, and gives up at once where that is longer than it may wait", async () => {
        let requests = 0;
        let retryAfter = "3600";
        const server = createServer((_, reply) => {
            requests++;
            if (retryAfter === "") reply.end("{}");
            else reply.writeHead(429, { "retry-after": retryAfter }).end();
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        await expect(open(url, quick).readAll([])).rejects.toMatchObject({ retryAfter: 3_600_000 });
        await expect(open(url, { wait: 1_000 }).readAll([])).rejects.toMatchObject({ variant: "rate-limited" });
        expect(requests).toBe(2);
        retryAfter = "0";
        await expect(open(url, quick).readAll([])).rejects.toMatchObject({ retryAfter: 0 });
        expect(requests).toBe(5);
        retryAfter = "";
        await expect(open(url, quick).readAll([])).rejects.toMatchObject({ variant: "foreign-reply" });
        expect(requests).toBe(6);
        // Longer than a timer takes.
        retryAfter = "Fri, 31 Dec 2999 23:59:59 GMT";
        const interrupt = new AbortController();
        const reading = open(url, { wait: 1e15 }, [], interrupt.signal).readAll([]);
        await sleep(100);
        interrupt.abort();
        await expect(reading).rejects.toMatchObject({ kind: "interrupted" });
        expect(requests).toBe(7);
        server.closeAllConnections();
        server.close();
    });

    test("ends its wait with Ctrl-C", async () => {
        const interrupt = new AbortController();
        const connection = open(await nobody(), { wait: 600_000 }, [], interrupt.signal);
        const reading = connection.readAll([]);
        setTimeout(() => interrupt.abort(), 20);
        await expect(reading).rejects.toMatchObject({ kind: "interrupted" });
    });
});
