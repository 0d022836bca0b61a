import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "@libsql/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findSqld, type Sqld, startSqld } from "../../src/server/sqld.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { isScript } from "./deployers.ts";
import { deploy, deployWell } from "./deploying.ts";
import { readSnapshot, tell } from "./snapshot.ts";

const binary = findSqld();
const stolen = JSON.stringify({
    results: [
        { type: "error", error: { message: "Transaction timed out", code: "TRANSACTION_TIMEOUT" } },
        { type: "ok", response: { type: "close" } },
    ],
});

describe.skipIf(binary === undefined)(
    binary === undefined ? "sqld (no binary here)" : "a lease on a server's database",
    () => {
        let directory: string;
        let server: Sqld;
        let proxy: TestProxy;
        let root: string;
        let bodies: string[];

        beforeEach(async () => {
            directory = mkdtempSync(path.join(tmpdir(), "lease-test-"));
            server = await startSqld({ directory });
            proxy = await startProxy(server.url);
            root = writeProject({ "migrations/001.do.one.sql": "CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT;\n" });
            await deployWell(root, server);
            changeProject(root, {
                "migrations/002.do.two.sql": "CREATE TABLE two (id INTEGER PRIMARY KEY) STRICT;\n",
                "migrations/003.do.three.sql": "CREATE TABLE three (id INTEGER PRIMARY KEY) STRICT;\n",
            });
            bodies = [];
            proxy.hooks.onRequest = (_, body) => void bodies.push(body);
        });

        afterEach(async () => {
            await proxy.close();
            await server.stop();
            rmSync(directory, { recursive: true, force: true });
        });

        async function setLease(owner: string | null, seconds: number): Promise<void> {
            await createClient({ url: server.url }).execute({
                sql: `UPDATE schema_lock SET owner = ?, expires_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+${seconds} seconds')`,
                args: [owner],
            });
        }

        const readVersions = async () => (await readSnapshot(server)).versions.map((row) => row.version);

        test("of a dead owner is waited for until it ends by itself, and its owner is named", async () => {
            await setLease("build-7 pid 99 dead", 2);
            const { outcome, waits } = await deploy(root, proxy);
            expect(outcome?.version).toBe(3);
            expect(waits).toEqual(["another deploy is running (build-7 pid 99 dead)"]);
            expect(await readVersions()).toEqual([1, 2, 3]);
        });

        test("of somebody else is waited for by reading only", async () => {
            await setLease("build-7 pid 99 busy", 120);
            const running = deploy(root, proxy);
            while (bodies.length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
            const whileWaiting = [...bodies];
            expect(await readVersions()).toEqual([1]);
            await setLease(null, 0);
            expect((await running).outcome?.version).toBe(3);
            expect(whileWaiting.filter((body) => isScript(body) || /BEGIN IMMEDIATE|UPDATE|INSERT/.test(body))).toEqual(
                [],
            );
            expect(await readVersions()).toEqual([1, 2, 3]);
            tell(`${whileWaiting.length} requests while waiting for a lease, 0 of them could write`);
        });

        test("of somebody else is not waited for after an interruption", async () => {
            await setLease("build-7 pid 99 busy", 120);
            const interrupt = new AbortController();
            const running = deploy(root, proxy, { signal: interrupt.signal });
            while (bodies.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
            interrupt.abort();
            const { error } = await running;
            expect(error?.code).toBe("interrupted");
            expect(error?.outcome).toMatch(/^Nothing was applied\. The database is still at version 1\./);
            expect(await readVersions()).toEqual([1]);
        });

        test("is taken after the lock was stolen, runs one file a transaction, and is given back", async () => {
            let scripts = 0;
            proxy.hooks.onRequest = (_, body) => {
                bodies.push(body);
                if (isScript(body) && ++scripts === 1) return { status: 200, body: stolen };
            };
            const { outcome, waits } = await deploy(root, proxy);
            expect(outcome?.steps.map((step) => step.migrations.map((file) => file.version))).toEqual([[2], [3]]);
            expect(waits).toEqual(["others are writing; taking turns, one file a transaction"]);
            expect(await readVersions()).toEqual([1, 2, 3]);
            expect((await readSnapshot(server)).lock).toMatchObject([{ generation: 3, owner: null, expires_at: null }]);
        });

        test("that was lost while the deployer stood still lets it change nothing; it waits its turn and finishes", async () => {
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
        });

        test("does not help a migration that alone is too long: it is refused with the advice to split it", async () => {
            proxy.hooks.onRequest = (_, body) => {
                if (isScript(body) && body.includes("002.do.two.sql")) return { status: 200, body: stolen };
            };
            const before = await readSnapshot(server);
            const { error } = await deploy(root, proxy);
            expect(error?.code).toBe("transaction-timeout");
            expect(error?.message).toBe("migrations/002.do.two.sql: takes over 5 seconds, and others wait to write");
            expect(error?.hint).toBe("split it into smaller migrations, or run it when nobody writes");
            expect(error?.outcome).toMatch(/^Nothing was applied\. The database is still at version 1\./);
            expect(await readSnapshot(server)).toEqual(before);
            proxy.hooks = {};
            await deployWell(root, proxy);
            expect(await readVersions()).toEqual([1, 2, 3]);
        });
    },
);
