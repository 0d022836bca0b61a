import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Connection } from "../../src/database/connection.ts";
import { openServer } from "../../src/database/server/connection.ts";
import { startCommand } from "../support/command.ts";
import { deploy } from "../support/deploying.ts";
import { runScript } from "../support/here.ts";
import { writeProject } from "../support/project.ts";

const root = writeProject({ "migrations/001.do.one.sql": "CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT;\n" });

/** What a libSQL server says to a read of an empty database with `count` queries and a BEGIN and ROLLBACK around them. */
const emptyReply = (count: number): string =>
    JSON.stringify({
        results: Array.from({ length: count }, () => ({
            type: "ok",
            response: { type: "execute", result: { cols: [], rows: [] } },
        })),
    });

describe("a server that is none, or does not do its work", () => {
    const bodies: string[] = [];
    let answer: (body: string, reply: ServerResponse, request: IncomingMessage) => void;
    let url: string;
    const server = createServer((request, reply) => {
        let body = "";
        request.setEncoding("utf8").on("data", (text: string) => {
            body += text;
        });
        request.once("end", () => {
            bodies.push(body);
            answer(body, reply, request);
        });
    });

    beforeEach(async () => {
        bodies.length = 0;
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        return async () => {
            const closed = new Promise((resolve) => server.close(resolve));
            server.closeAllConnections();
            await closed;
        };
    });

    afterEach(() => {
        answer = () => undefined;
    });

    const isRead = (body: string): boolean => body.includes('"sql":"ROLLBACK"');
    const countRequests = (body: string): number => (JSON.parse(body) as { requests: unknown[] }).requests.length;
    const say =
        (text: string, status = 200) =>
        (_: string, reply: ServerResponse) =>
            void reply.writeHead(status, { "content-type": "application/json" }).end(text);
    /** Answers reads as an empty database does, and what writes by `other`. */
    const readThen = (other: typeof answer): typeof answer => {
        return (body, reply, request) =>
            isRead(body) ? say(emptyReply(countRequests(body)))(body, reply) : other(body, reply, request);
    };
    const openHere = (signal?: AbortSignal, limits?: Parameters<typeof openServer>[2]): Connection =>
        openServer({ kind: "server", url, label: url, host: "127.0.0.1", local: true }, signal, limits);

    test("Ctrl-C ends a deploy to a server that does not answer the first read", async () => {
        const deployer = startCommand("db:push", [], { cwd: root, env: { TURSO_DATABASE_URL: url } });
        answer = () => deployer.kill("SIGINT");
        const { code, signal, stdout, stderr } = await deployer.result;
        expect([code, signal]).toEqual([130, null]);
        expect(stderr).toContain("error: interrupted\n");
        expect(stderr).toContain("Nothing was changed.");
        expect(stdout).not.toContain("Applied");
        expect(bodies).toHaveLength(1);
    });

    test("Ctrl-C ends a deploy to a server that does not answer the script, and the outcome is called unknown", async () => {
        const interrupt = new AbortController();
        answer = readThen(() => interrupt.abort());
        const connection = openHere(interrupt.signal, { usual: 30_000, interrupted: 50 });
        const reading = connection.readAll([{ sql: "SELECT 1" }]);
        expect(await reading).toMatchObject([{ ok: true, rows: [] }]);
        await expect(connection.runScript([{ sql: "SELECT 1" }])).rejects.toMatchObject({ kind: "interrupted" });
        // Reading goes on, but not for long.
        answer = () => undefined;
        await expect(connection.readAll([], { settle: true })).rejects.toMatchObject({
            kind: "server-fault",
            message: "no answer within 0.05 seconds",
        });
        await expect(connection.tryOut([{ sql: "SELECT 1" }])).rejects.toMatchObject({ kind: "interrupted" });
        await expect(connection.write([{ sql: "SELECT 1" }])).rejects.toMatchObject({ kind: "interrupted" });
        expect(bodies.map(isRead)).toEqual([true, false, true]);
    });

    test("Ctrl-C ends a deploy to a server that answers nothing after the script", async () => {
        let deployer: ReturnType<typeof startCommand> | undefined;
        answer = readThen(() => {
            answer = () => undefined;
            deployer?.kill("SIGINT");
        });
        deployer = startCommand("db:push", [], { cwd: root, env: { TURSO_DATABASE_URL: url } });
        const { code, stderr } = await deployer.result;
        expect(code).toBe(130);
        expect(stderr).toContain("error: interrupted\n");
        expect(stderr).toContain(
            "The state of the database could not be read. Nothing was tried again. (no answer within 10 seconds)",
        );
        expect(bodies).toHaveLength(3);
    });

    test("a read that is not answered is given up", async () => {
        const connection = openHere(undefined, { usual: 50, interrupted: 50 });
        await expect(connection.readAll([])).rejects.toMatchObject({
            kind: "server-fault",
            message: "no answer within 0.05 seconds",
        });
        expect(connection.cost).toEqual({ requests: 1, rowsRead: 0, rowsWritten: 0 });
    });

    test("ends a trial by Ctrl-C", async () => {
        const interrupt = new AbortController();
        answer = () => interrupt.abort();
        await expect(openHere(interrupt.signal).tryOut([{ sql: "SELECT 1" }])).rejects.toMatchObject({
            kind: "interrupted",
        });
        expect(bodies).toHaveLength(1);
    });

    test.each([
        { results: [{ type: "ok", response: { type: "batch", result: null } }, {}] },
        { results: [{ type: "ok", response: { type: "batch" } }, {}] },
        { results: [{ type: "ok", response: { type: "batch", result: {} } }, {}] },
        { results: [{ type: "ok", response: { type: "batch", result: { step_results: [], step_errors: [] } } }, {}] },
        {
            results: [
                { type: "ok", response: { type: "batch", result: { step_results: [null], step_errors: [null] } } },
                {},
            ],
        },
        { results: [{ type: "ok", response: { type: "batch", result: { step_results: null } } }, {}] },
        { results: [null, null] },
        { results: "none" },
    ])("is not believed that it has applied anything when it answers %j", async (reply) => {
        answer = readThen(say(JSON.stringify(reply)));
        const { outcome, error } = await deploy(root, { url });
        expect(outcome).toBeUndefined();
        expect(error?.code).toBe("server-fault");
        expect(error?.message).toBe(`the server at ${url} is not a libSQL server (its reply has another form)`);
        expect(error?.outcome).toBe("Nothing was applied. The database is still at version 0.");
        // It was read again, and not repeated.
        expect(bodies.map(isRead)).toEqual([true, false, true]);
    });

    test.each([{}, { rows: null, cols: [] }, { cols: [] }, null])(
        "is not taken for an empty database when a read gives %j",
        async (result) => {
            answer = (body, reply) =>
                say(
                    JSON.stringify({
                        results: Array.from({ length: countRequests(body) }, () => ({
                            type: "ok",
                            response: { result },
                        })),
                    }),
                )(body, reply);
            const { error } = await deploy(root, { url });
            expect([error?.code, error?.message, error?.outcome]).toEqual([
                "server-fault",
                `the server at ${url} is not a libSQL server (its reply has another form)`,
                "Nothing was changed.",
            ]);
            expect(bodies).toHaveLength(1);
        },
    );

    test("a request that the server calls too large is reported with the remedy, and no statement is blamed", async () => {
        answer = readThen(say("", 413));
        const { error } = await deploy(root, { url });
        expect([error?.code, error?.message, error?.hint]).toEqual([
            "server-fault",
            `${url} accepts no request of that size (HTTP status 413)`,
            "raise the limit of the server, or of the proxy before it; a deploy sends less at once with `--per-file`",
        ]);
        expect(error?.outcome).toBe("Nothing was applied. The database is still at version 0.");
        expect(bodies.map(isRead)).toEqual([true, false, true]);
    });

    test("a redirect is not followed, and its secrets are not shown", async () => {
        answer = (_, reply) => void reply.writeHead(307, { location: `${url}/again?token=secret` }).end();
        const { code, stderr } = await runScript("db:push", [], { cwd: root, env: { TURSO_DATABASE_URL: url } });
        expect(code).toBe(1);
        expect(stderr).toContain(`error: ${url} redirects elsewhere (to ${url})`);
        expect(stderr).toContain("hint: compare the URL with `turso db show <database> --url`");
        expect(stderr).not.toContain("secret");
        expect(bodies).toHaveLength(1);
    });

    test("a port that no request may go to is reported as unreachable", async () => {
        const env = { TURSO_DATABASE_URL: "http://127.0.0.1:1" };
        const { code, stderr } = await runScript("db:push", [], { cwd: root, env });
        expect(code).toBe(1);
        expect(stderr).toContain("error: cannot reach http://127.0.0.1:1 (bad port)");
        expect(stderr).toContain("hint: check the host name, the port and the network");
    });
});
