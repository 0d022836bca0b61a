import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { toFault } from "../../src/database/faults.ts";
import { openServer } from "../../src/database/server/connection.ts";
import { type Endpoint, getEndpoint, type StreamRequest } from "../../src/database/server/protocol.ts";
import { openStream } from "../../src/database/server/stream.ts";
import { parseTarget, type ServerTarget } from "../../src/database/target.ts";
import { findSqld, type Sqld, startSqld } from "../../src/server/sqld.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";

describe.skipIf(findSqld() === undefined)(
    findSqld() === undefined ? "a stream (no sqld here)" : "a stream of a server",
    () => {
        let directory: string;
        let server: Sqld;
        let proxy: TestProxy;
        let target: ServerTarget;
        let endpoint: Endpoint;

        beforeAll(async () => {
            directory = await mkdtemp(path.join(tmpdir(), "stream-test-"));
            server = await startSqld({ directory });
            proxy = await startProxy(server.url);
            target = parseTarget(proxy.url, "the test's URL", undefined, "/") as ServerTarget;
            endpoint = getEndpoint(target);
            await send(["CREATE TABLE kept (n INTEGER)"]);
        });

        beforeEach(async () => {
            proxy.hooks = {};
            await send(["DELETE FROM kept"]);
        });

        afterAll(async () => {
            await proxy?.close();
            await server?.stop();
            await rm(directory, { recursive: true, force: true });
        });

        const execute = (sql: string): StreamRequest => ({ type: "execute", stmt: { sql, want_rows: true } });

        async function send(statements: readonly string[]): Promise<void> {
            const stream = openStream(endpoint);
            const { outcomes } = await stream.send(statements.map(execute));
            expect(outcomes.map(({ error }) => error)).toEqual(statements.map(() => undefined));
            await stream.close();
        }

        async function readKept(): Promise<unknown> {
            const snapshot = await openServer(target).begin("read");
            const answer = await snapshot.read({ sql: "SELECT n FROM kept ORDER BY n" });
            await snapshot.close();
            return answer?.rows.flat();
        }

        test("keeps its transaction from request to request, scripts among them", async () => {
            const before = endpoint.cost.requests;
            const stream = openStream(endpoint);
            await stream.send([execute("BEGIN IMMEDIATE"), execute("INSERT INTO kept VALUES (1)")]);
            expect(stream.isOpen).toBe(true);
            const sql = "INSERT INTO kept VALUES (2); INSERT INTO kept VALUES (3);";
            const { outcomes } = await stream.send([{ type: "sequence", sql }, execute("COMMIT")]);
            await stream.close();
            expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined]);
            expect(endpoint.cost.requests - before).toBe(3);
            expect(await readKept()).toEqual([1n, 2n, 3n]);
        });

        test("rolls back what is open when it is closed, at once, also after Ctrl-C", async () => {
            const controller = new AbortController();
            const stream = openStream(endpoint, controller.signal);
            await stream.send([execute("BEGIN IMMEDIATE"), execute("INSERT INTO kept VALUES (1)")]);
            controller.abort();
            await stream.close();
            expect(stream.isOpen).toBe(false);
            // Would be refused, or wait for seconds, while the other one is open.
            await send(["BEGIN IMMEDIATE", "INSERT INTO kept VALUES (2)", "COMMIT"]);
            expect(await readKept()).toEqual([2n]);
        });

        test("is not followed to another address, where its token would go along", async () => {
            const stream = openStream(endpoint);
            const body = JSON.stringify({
                baton: "b",
                base_url: "http://127.0.0.1:1",
                results: [{ type: "ok", response: { type: "execute", result: { cols: [], rows: [] } } }],
            });
            proxy.hooks = { onRequest: () => ({ status: 200, body }) };
            await stream.send([execute("SELECT 1")]);
            expect(stream.isOpen).toBe(false);
            await expect(stream.send([execute("SELECT 1")])).rejects.toThrow("the stream has ended");
        });

        test("a read transaction tells that it needed a second view, and not before it gave rows of two", async () => {
            const connection = openServer(target);
            const snapshot = await connection.begin("read");
            const first = proxy.requests + 1;
            proxy.hooks = { onReply: (n) => (n === first ? "drop" : undefined) };
            await snapshot.read({ sql: "SELECT 1" });
            expect([snapshot.views, connection.cost.requests]).toEqual([1, 2]);
            const second = proxy.requests + 1;
            proxy.hooks = { onReply: (n) => (n === second ? "drop" : undefined) };
            await snapshot.read({ sql: "SELECT 1" });
            expect([snapshot.views, connection.cost.requests]).toEqual([2, 4]);
            await snapshot.close();
        });

        // Last: the server keeps the abandoned transaction, and its lock, for some seconds.
        test("takes nothing more once a reply was lost: it would run outside of the transaction", async () => {
            const stream = openStream(endpoint);
            await stream.send([execute("BEGIN IMMEDIATE")]);
            proxy.hooks = { onReply: () => "drop" };
            const lost = await stream.send([execute("INSERT INTO kept VALUES (1)")]).catch(toFault);
            expect(lost).toMatchObject({ kind: "connection-lost" });
            proxy.hooks = {};
            const requests = proxy.requests;
            const refused = await stream.send([execute("INSERT INTO kept VALUES (2)")]).catch(toFault);
            expect(refused).toMatchObject({ kind: "transaction-timeout", message: "the stream has ended" });
            expect(proxy.requests).toBe(requests);
            expect(await readKept()).toEqual([]);
        });
    },
);
