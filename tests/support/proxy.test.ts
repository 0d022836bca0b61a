import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Client, createClient } from "@libsql/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findSqld, type Sqld, startSqld } from "../../src/server/sqld.ts";
import { startProxy, type TestProxy } from "./proxy.ts";

const binary = findSqld();

test("refuses a target that is not on this machine", async () => {
    await expect(startProxy("https://example.turso.io")).rejects.toThrow("'example.turso.io' is refused");
});

describe.skipIf(binary === undefined)(binary === undefined ? "sqld (no binary here)" : "a proxy to sqld", () => {
    let directory: string;
    let server: Sqld;
    let proxy: TestProxy;
    let client: Client;

    beforeAll(async () => {
        directory = await mkdtemp(path.join(tmpdir(), "proxy-test-"));
        server = await startSqld({ directory });
    });

    beforeEach(async () => {
        await createClient({ url: server.url }).executeMultiple("DROP TABLE IF EXISTS t; CREATE TABLE t (a);");
        proxy = await startProxy(server.url);
        client = createClient({ url: proxy.url });
    });

    afterEach(() => proxy.close());

    afterAll(async () => {
        await server.stop();
        await rm(directory, { recursive: true, force: true });
    });

    async function countRows(): Promise<unknown> {
        const { rows } = await createClient({ url: server.url }).execute("SELECT count(*) AS n FROM t");
        return rows[0]?.n;
    }

    test("passes requests on and counts them", async () => {
        await client.execute("INSERT INTO t VALUES (1)");
        await client.execute("INSERT INTO t VALUES (2)");
        expect(proxy.requests).toBe(2);
        expect(await countRows()).toBe(2);
    });

    test("shows the hooks the number and the text of a request and of its answer", async () => {
        const seen: string[] = [];
        proxy.hooks.onRequest = (n, body) => void seen.push(`${n} ${body.includes("'hello'")}`);
        proxy.hooks.onReply = (n, body) => void seen.push(`${n} ${body.includes("rows")}`);
        await client.execute("SELECT 'hello'");
        expect(seen).toEqual(["1 true", "1 true"]);
    });

    test("drops a request before the server has seen it", async () => {
        proxy.hooks.onRequest = () => "drop";
        await expect(client.execute("INSERT INTO t VALUES (1)")).rejects.toThrow("fetch failed");
        expect(await countRows()).toBe(0);
    });

    test("drops the answer after the server has done its work", async () => {
        proxy.hooks.onReply = () => "drop";
        await expect(client.execute("INSERT INTO t VALUES (1)")).rejects.toThrow("fetch failed");
        expect(await countRows()).toBe(1);
    });

    test("answers in the server's place", async () => {
        proxy.hooks.onRequest = () => ({ status: 502, body: '{"error":"bad gateway"}' });
        await expect(client.execute("INSERT INTO t VALUES (1)")).rejects.toThrow("502");
        expect(await countRows()).toBe(0);
    });

    test("holds a request back for as long as its hook waits", async () => {
        let letPass = (): void => undefined;
        const gate = new Promise<void>((resolve) => {
            letPass = resolve;
        });
        const arrived = new Promise<void>((resolve) => {
            proxy.hooks.onRequest = () => {
                resolve();
                return gate;
            };
        });
        const insert = client.execute("INSERT INTO t VALUES (1)");
        await arrived;
        expect(await countRows()).toBe(0);
        letPass();
        await insert;
        expect(await countRows()).toBe(1);
    });

    test("looks like a broken line when the server is gone", async () => {
        const lost = await startSqld({ directory: path.join(directory, "lost") });
        const line = await startProxy(lost.url);
        await lost.stop();
        await expect(createClient({ url: line.url }).execute("SELECT 1")).rejects.toThrow("fetch failed");
        await line.close();
    });
});
