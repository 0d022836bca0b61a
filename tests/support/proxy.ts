import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { assertLocal } from "./local.ts";

/** What to do with one exchange: nothing special, hang up, or answer in the server's place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook without a return lets the exchange pass.
export type Verdict = void | "drop" | { status: number; body: string };

/** `n` counts the requests from 1; a hook delays an exchange by not answering yet. */
export type Hook = (n: number, body: string) => Verdict | Promise<Verdict>;

export interface ProxyHooks {
    /** Before the request goes on: `drop` hangs up without the server having seen it. */
    onRequest?: Hook | undefined;
    /** After the server has answered: `drop` loses the answer. Sees the body of the answer. */
    onReply?: Hook | undefined;
}

export interface TestProxy {
    /** `http://127.0.0.1:PORT` */
    url: string;
    /** How many requests came in; may be set back to 0. */
    requests: number;
    /** May be replaced at any time. */
    hooks: ProxyHooks;
    close(): Promise<void>;
}

/**
 * Starts an HTTP proxy on 127.0.0.1 in front of a local server. Every request waits `delayMs` before it goes on, as over
 * a long line; connections on both sides are kept alive. Throws when the target is not on this machine.
 */
export async function startProxy(
    targetUrl: string,
    options: ProxyHooks & { delayMs?: number } = {},
): Promise<TestProxy> {
    assertLocal(targetUrl);
    const agent = new Agent({ keepAlive: true });
    const { delayMs = 0, ...hooks } = options;

    const server = createServer((incoming, outgoing) => {
        proxy.requests++;
        const n = proxy.requests;
        // Whatever goes wrong on one side looks like a broken line on the other.
        pass(n, incoming, outgoing).catch(() => outgoing.destroy());
    });

    // On a busy machine a caller may take longer between two requests than the five seconds that are usual.
    server.keepAliveTimeout = 60_000;

    async function pass(n: number, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
        const body = await readBody(incoming);
        if (delayMs > 0) await sleep(delayMs);
        if (settle(outgoing, await proxy.hooks.onRequest?.(n, body.toString()))) return;

        const reply = await forward(targetUrl, agent, incoming, outgoing, body);
        if (settle(outgoing, await proxy.hooks.onReply?.(n, reply.body.toString()))) return;

        outgoing.writeHead(reply.status, reply.headers).end(reply.body);
    }

    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
    const proxy: TestProxy = {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        requests: 0,
        hooks,
        close: async () => {
            const closed = new Promise((resolve) => server.close(resolve));
            server.closeAllConnections();
            await closed;
            agent.destroy();
        },
    };
    return proxy;
}

/** Carries out a verdict; true when that ends the exchange. */
function settle(outgoing: ServerResponse, verdict: Verdict): boolean {
    if (verdict === undefined) return false;
    if (verdict === "drop") {
        outgoing.destroy();
    } else {
        outgoing.writeHead(verdict.status, { "content-type": "application/json" }).end(verdict.body);
    }
    return true;
}

interface Reply {
    status: number;
    headers: Record<string, string>;
    body: Buffer;
}

function forward(
    targetUrl: string,
    agent: Agent,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    body: Buffer,
): Promise<Reply> {
    return new Promise((resolve, reject) => {
        // No compression: the hooks read the answers.
        const own = { host: new URL(targetUrl).host, "content-length": body.length, "accept-encoding": "identity" };
        const headers = { ...incoming.headers, ...own };
        const target = new URL(incoming.url ?? "/", targetUrl);
        const upstream = request(target, { method: incoming.method, agent, headers }, (response) => {
            readBody(response).then((content) => {
                const type = response.headers["content-type"] ?? "application/octet-stream";
                resolve({ status: response.statusCode ?? 502, headers: { "content-type": type }, body: content });
            }, reject);
        });
        upstream.once("error", reject);
        // A caller that gives up takes its request along, so that the server cancels the work as it would without us.
        outgoing.once("close", () => upstream.destroy());
        upstream.end(body);
    });
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
}
