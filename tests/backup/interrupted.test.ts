import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@libsql/client";
import { beforeAll, describe, expect, test } from "vitest";
import { findSqld } from "../../src/server/sqld.ts";
import { startCommand } from "../support/command.ts";
import { hashContents, readValue } from "../support/contents.ts";
import { makeFolder } from "../support/project.ts";
import { withServer } from "../support/server.ts";
import { describeTargets } from "../support/targets.ts";
import { killRestores, renderKilled, waitForLock } from "./killing.ts";
import { restoreHere, takeBackup } from "./running.ts";

let source = "";
let backup = "";
let large = "";
let whole = "";

async function make(script: string): Promise<{ url: string; hash: string; file: string }> {
    const url = `file:${path.join(makeFolder(), "source.db")}`;
    const client = createClient({ url });
    await client.executeMultiple(script);
    const hash = await hashContents(client);
    client.close();
    return { url, hash, file: await takeBackup(url) };
}

beforeAll(async () => {
    const [one, small] = [await make(renderKilled(2_000)), await make(renderKilled(50))];
    [source, large, backup, whole] = [one.url, one.file, small.file, small.hash];
});

describeTargets("a restore that is killed", (target) => {
    test("a restore that is killed at 3 points leaves an empty or a whole database", () =>
        killRestores(target, 3, large));
});

describe("Ctrl-C", () => {
    test("ends a backup, and leaves no file", async () => {
        const folder = makeFolder();
        const command = startCommand("db:backup", [folder], { env: { TURSO_DATABASE_URL: source } });
        while (readdirSync(folder).length === 0) await sleep(2);
        command.kill("SIGINT");
        const { code, stderr } = await command.result;
        // It may have been done just then.
        if (code === 0) return expect(readdirSync(folder)).toHaveLength(1);
        expect([code, stderr]).toEqual([130, expect.stringContaining("error: interrupted\n")]);
        expect(stderr).toContain("\nNo backup was written.\n");
        expect(readdirSync(folder)).toEqual([]);
    });

    test("ends a restore, and leaves the database as it was", async () => {
        const controller = new AbortController();
        const url = `file:${path.join(makeFolder(), "target.db")}`;
        const running = restoreHere({ url, args: [large], signal: controller.signal });
        setTimeout(() => controller.abort(), 5);
        const { code, stderr } = await running;
        expect(code).toBe(130);
        expect(stderr).toContain("\nNothing was restored. The database is as it was.\n");
        expect(existsSync(url.slice("file:".length))).toBe(false);
    });
});

describe.skipIf(findSqld() === undefined)("a restore over a line", () => {
    const isCommit = (body: string): boolean => body.includes('"COMMIT"');

    test("a restore that loses the reply to COMMIT looks, and finds everything restored", () =>
        withServer(async ({ proxy, client }) => {
            let isLast = false;
            proxy.hooks.onRequest = (_, body) => {
                isLast = isCommit(body);
            };
            proxy.hooks.onReply = () => (isLast ? "drop" : undefined);
            const ran = await restoreHere({ url: proxy.url, args: [backup] });
            expect([ran.code, ran.stderr]).toEqual([
                0,
                expect.stringMatching(/^The reply was lost \(.*\), but everything is restored\.\n$/),
            ]);
            expect(await hashContents(client)).toBe(whole);
        }));

    test("a restore whose line breaks before COMMIT arrives says so, and nothing is restored", () =>
        withServer(async ({ proxy, client }) => {
            proxy.hooks.onRequest = (_, body) => (isCommit(body) ? "drop" : undefined);
            const ran = await restoreHere({ url: proxy.url, args: [backup] });
            expect([ran.code, ran.error?.code]).toEqual([1, "connection-lost"]);
            expect(ran.error?.outcome).toBe("Nothing was restored. The database is as it was.");
            expect(await readValue(client, "SELECT count(*) FROM sqlite_schema")).toBe(0);
        }));

    test("a restore that is killed while COMMIT is under way may still be committed: readers do not wait for that, writers do", () =>
        withServer(async ({ proxy, client }) => {
            const [underWay, looked] = [new AbortController(), new AbortController()];
            proxy.hooks.onRequest = async (_, body) => {
                if (!isCommit(body)) return;
                underWay.abort();
                await once(looked.signal, "abort");
            };
            const command = startCommand("db:restore", [backup], { env: { TURSO_DATABASE_URL: proxy.url } });
            await once(underWay.signal, "abort");
            command.kill("SIGKILL");
            await command.result;
            expect(await readValue(client, "SELECT count(*) FROM sqlite_schema")).toBe(0);

            // The next restore has seen an empty database when it asks for the lock.
            proxy.hooks.onRequest = (_, body) => {
                if (body.includes("BEGIN IMMEDIATE")) looked.abort();
            };
            const next = await restoreHere({ url: proxy.url, args: [backup] });
            expect([next.code, next.error?.message, next.error?.outcome]).toEqual([
                1,
                "the schema of the database changed after the plan was shown",
                "Nothing was restored. The database is as it was.",
            ]);
            await waitForLock(proxy);
            expect(await hashContents(client)).toBe(whole);
        }));

    test("a restore of a row that no server takes says how to go on, and nothing is restored", () =>
        withServer(async ({ proxy, client }) => {
            const wide = await make(
                "CREATE TABLE wide (v TEXT); INSERT INTO wide VALUES (printf('%.*c', 12000000, 'x'))",
            );
            const ran = await restoreHere({ url: proxy.url, args: [wide.file] });
            expect([ran.code, ran.error?.message]).toEqual([
                1,
                expect.stringMatching(/ does not accept a row of this backup \(.*too big\)$/),
            ]);
            expect(ran.error?.hint).toContain("turso db create <name> --from-file restored.db");
            expect(await readValue(client, "SELECT count(*) FROM sqlite_schema")).toBe(0);
            expect((await restoreHere({ args: [wide.file] }, { verify: true })).code).toBe(0);
        }));

    test("a restore whose transaction the server ends says how to go on, and runs nothing outside of it", () =>
        withServer(async ({ proxy, client }) => {
            let requests = 0;
            proxy.hooks.onRequest = async (_, body) => {
                if (!body.includes("INSERT INTO") || ++requests > 1) return;
                // Somebody waits for the lock for longer than the server lets others hold it.
                await client.execute("CREATE TABLE meanwhile (a)");
            };
            const ran = await restoreHere({ url: proxy.url, args: [backup] });
            expect([ran.code, ran.error?.code]).toEqual([1, "transaction-timeout"]);
            expect(ran.error?.hint).toContain("turso db create <name> --from-file restored.db");
            expect(await readValue(client, "SELECT group_concat(name) FROM sqlite_schema")).toBe("meanwhile");
        }));
});
