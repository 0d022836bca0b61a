import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@libsql/client";
import { beforeAll, describe, expect, test } from "vitest";
import { findSqld, type Sqld } from "../../src/server/sqld.ts";
import { deploy, deployWell } from "../support/deploying.ts";
import { changeProject, writeProject } from "../support/project.ts";
import type { TestProxy } from "../support/proxy.ts";
import { withServer } from "../support/server.ts";
import { readSnapshot, tell } from "../support/snapshot.ts";
import { expectAppliedOnce, isScript } from "./deployers.ts";
import { measurePace, prepareLongMigration } from "./long-migrations.ts";

const timeout = { message: "Transaction timed out", code: "TRANSACTION_TIMEOUT" };
const stolen = JSON.stringify({
    results: [
        {
            type: "ok",
            response: { type: "batch", result: { step_results: [null, null], step_errors: [null, timeout] } },
        },
        { type: "ok", response: { type: "close" } },
    ],
});

const title = findSqld() === undefined ? "sqld (no binary here)" : "a lease on a server's database";

/** A server at version 1, two more migrations to come, and a line on which every request is noted. */
interface Scene {
    readonly server: Sqld;
    readonly proxy: TestProxy;
    readonly root: string;
    readonly bodies: string[];
    readonly client: Client;
    setLease(owner: string | null, seconds: number): Promise<void>;
    readVersions(): Promise<unknown[]>;
}

// At the same time, because most of it is waiting.
describe.skipIf(findSqld() === undefined).concurrent(title, () => {
    let pace: number;

    // Before the others begin: it measures this machine.
    beforeAll(() =>
        inScene(async ({ server }) => {
            pace = await measurePace(server.url);
        }),
    );

    test("3 deployers of a migration that takes 7 seconds end within a minute, and it is applied once", () =>
        withServer(async ({ server }) => {
            const root = await prepareLongMigration(server.url, { pace, seconds: 7, statements: 7 }, (first) =>
                deployWell(first, server),
            );
            expect(await expectAppliedOnce(3, root, server.url)).toBeLessThan(60);
        }));

    test("the lease of a dead owner is waited for until it expires, and its owner is named", () =>
        inScene(async ({ proxy, root, setLease, readVersions }) => {
            await setLease("build-7 pid 99 dead", 2);
            const { outcome, waits } = await deploy(root, proxy);
            expect(outcome?.version).toBe(3);
            expect(waits).toEqual(["another deploy is running (build-7 pid 99 dead)"]);
            expect(await readVersions()).toEqual([1, 2, 3]);
        }));

    test("a lease that does not expire is refused at once, and the hint releases it", () =>
        inScene(async ({ server, proxy, root, setLease, readVersions, client }) => {
            for (const expiresAt of ["9999-12-31T00:00:00.000Z", "never", null]) {
                await setLease("build-7 pid 99 clock", 120);
                await client.execute({ sql: "UPDATE schema_lock SET expires_at = ?", args: [expiresAt] });
                const before = await readSnapshot(server);
                const { error, waits } = await deploy(root, proxy);
                expect([error?.code, error?.message, waits]).toEqual([
                    "busy",
                    "another deploy is running (build-7 pid 99 clock)",
                    [],
                ]);
                expect(error?.hint).toContain(`its lease expires at ${expiresAt ?? "NULL"}, so release it with `);
                expect(error?.outcome).toMatch(/^Nothing was applied\. The database is still at version 1\./m);
                expect(await readSnapshot(server)).toEqual(before);
                await client.execute(/`(UPDATE .*)`/.exec(error?.hint ?? "")?.[1] ?? "");
            }
            await deployWell(root, proxy);
            expect(await readVersions()).toEqual([1, 2, 3]);
        }));

    test("a deployer waits for another's lease by reading only", () =>
        inScene(async ({ proxy, root, bodies, setLease, readVersions }) => {
            await setLease("build-7 pid 99 busy", 120);
            const running = deploy(root, proxy);
            while (bodies.length < 3) await sleep(20);
            const whileWaiting = [...bodies];
            expect(await readVersions()).toEqual([1]);
            await setLease(null, 0);
            expect((await running).outcome?.version).toBe(3);
            expect(whileWaiting.filter((body) => /BEGIN IMMEDIATE|UPDATE|INSERT|CREATE/.test(body))).toEqual([]);
            expect(await readVersions()).toEqual([1, 2, 3]);
            tell(`${whileWaiting.length} requests while waiting for a lease, 0 of them could write`);
        }));

    test("a deployer stops waiting for another's lease when it is interrupted", () =>
        inScene(async ({ proxy, root, bodies, setLease, readVersions }) => {
            await setLease("build-7 pid 99 busy", 120);
            const interrupt = new AbortController();
            const running = deploy(root, proxy, { signal: interrupt.signal });
            while (bodies.length < 2) await sleep(20);
            interrupt.abort();
            const { error } = await running;
            expect(error?.code).toBe("interrupted");
            expect(error?.outcome).toMatch(/^Nothing was applied\. The database is still at version 1\./m);
            expect(await readVersions()).toEqual([1]);
        }));

    test("a deployer takes the lease after its lock was stolen, runs one file a transaction, and releases it", () =>
        inScene(async ({ server, proxy, root, readVersions }) => {
            let scripts = 0;
            proxy.hooks.onRequest = (_, body) => {
                if (isScript(body) && ++scripts === 1) return { status: 200, body: stolen };
            };
            const { outcome, waits } = await deploy(root, proxy);
            expect(outcome?.steps.map((step) => step.migrations.map((file) => file.version))).toEqual([[2], [3]]);
            expect(waits).toEqual(["others are writing; taking turns, one file per transaction"]);
            expect(await readVersions()).toEqual([1, 2, 3]);
            expect((await readSnapshot(server)).lock).toMatchObject([{ generation: 3, owner: null, expires_at: null }]);
        }));

    test("an interrupted deployer releases its lease, and applies nothing more", () =>
        inScene(async ({ server, proxy, root, readVersions }) => {
            const interrupt = new AbortController();
            let scripts = 0;
            proxy.hooks.onRequest = (_, body) => {
                if (!isScript(body)) return;
                scripts++;
                if (scripts === 1) return { status: 200, body: stolen };
                interrupt.abort();
                return "drop";
            };
            const { error } = await deploy(root, proxy, { signal: interrupt.signal });
            expect(error?.code).toBe("interrupted");
            expect(error?.outcome).toMatch(/^Nothing was applied\. The database is still at version 1\./m);
            expect(await readVersions()).toEqual([1]);
            expect((await readSnapshot(server)).lock).toMatchObject([{ owner: null, expires_at: null }]);
        }));

    test("a deployer that lost its lease while it stood still changes nothing, waits its turn and finishes", () =>
        inScene(async ({ server, proxy, root, setLease, readVersions }) => {
            let scripts = 0;
            proxy.hooks.onRequest = async (_, body) => {
                if (!isScript(body)) return;
                scripts++;
                if (scripts === 1) return { status: 200, body: stolen };
                if (scripts === 2) await setLease("build-7 pid 99 thief", 1);
            };
            const { outcome, waits } = await deploy(root, proxy);
            expect(outcome?.version).toBe(3);
            expect(waits.at(-1)).toBe("another deploy is running (build-7 pid 99 thief)");
            expect(scripts).toBe(4);
            expect(await readVersions()).toEqual([1, 2, 3]);
            expect((await readSnapshot(server)).lock).toMatchObject([{ generation: 3, owner: null }]);
        }));

    test("a migration that alone is too long is refused with the advice to split it, lease or not", () =>
        inScene(async ({ server, proxy, root, readVersions }) => {
            proxy.hooks.onRequest = (_, body) => {
                if (isScript(body) && body.includes("CREATE TABLE two")) return { status: 200, body: stolen };
            };
            const before = await readSnapshot(server);
            const { error } = await deploy(root, proxy);
            expect(error?.code).toBe("transaction-timeout");
            expect(error?.message).toBe("migrations/002.do.two.sql: takes over 5 seconds while others wait to write");
            expect(error?.hint).toBe("split it into smaller migrations, or run it when there are no other writers");
            expect(error?.outcome).toMatch(/^Nothing was applied\. The database is still at version 1\./m);
            expect(await readSnapshot(server)).toEqual(before);
            proxy.hooks = {};
            await deployWell(root, proxy);
            expect(await readVersions()).toEqual([1, 2, 3]);
        }));
});

function inScene(body: (scene: Scene) => Promise<void>): Promise<void> {
    return withServer(async ({ server, proxy, client }) => {
        const root = writeProject({
            "migrations/001.do.one.sql": "CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT;\n",
        });
        await deployWell(root, server);
        changeProject(root, {
            "migrations/002.do.two.sql": "CREATE TABLE two (id INTEGER PRIMARY KEY) STRICT;\n",
            "migrations/003.do.three.sql": "CREATE TABLE three (id INTEGER PRIMARY KEY) STRICT;\n",
        });
        const bodies: string[] = [];
        proxy.hooks.onRequest = (_, sent) => void bodies.push(sent);
        const setLease = async (owner: string | null, seconds: number): Promise<void> => {
            await client.execute({
                sql: `UPDATE schema_lock SET owner = ?, expires_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+${seconds} seconds')`,
                args: [owner],
            });
        };
        const readVersions = async (): Promise<unknown[]> =>
            (await readSnapshot(server)).versions.map((row) => row.version);
        await body({ server, proxy, root, bodies, client, setLease, readVersions });
    });
}
