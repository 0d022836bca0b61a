import dns from "node:dns";
import { type AddressInfo, createServer } from "node:net";
import type { Patience } from "../../../src/database/retry.ts";
import { startProxy, type TestProxy, type Verdict } from "../../support/proxy.ts";
import type { TestDatabase } from "../../support/targets.ts";
import { hasty, token, unknownHost } from "./trial.ts";

/** A fault on the way to a server, or of it. */
export interface ServerFault {
    readonly title: string;
    /** Met by the first request, or by the first one that commits; commands that only read meet none of the latter. */
    readonly at: "the first request" | "the write";
    readonly base?: "newer";
    readonly patience?: Patience;
    /** Lays the line with the fault in it; gives the address. */
    readonly arm: (database: TestDatabase) => Promise<{ url: string; close: () => Promise<void> }>;
}

type Answer = (body: string, n: number) => Verdict | Promise<Verdict>;

const commits = (body: string): boolean => body.includes('"sql":"COMMIT"');
const isLease = (body: string): boolean => body.includes("schema_lock") && !/schema_guard|DROP TABLE/.test(body);

/** A fault that answers in the server's place, or hangs up before the server has seen the request. */
function refuses(title: string, at: ServerFault["at"], answer: Answer, patience = hasty): ServerFault {
    return {
        title,
        at,
        patience,
        arm: (database) =>
            through(database, (proxy) => {
                proxy.hooks.onRequest = (n, body) =>
                    at === "the first request" || commits(body) ? answer(body, n) : undefined;
            }),
    };
}

/** A fault that meets the first reply to a COMMIT. */
function loses(title: string, verdict: Verdict): ServerFault {
    return {
        title,
        at: "the write",
        arm: (database) =>
            through(database, (proxy) => {
                let write: number | undefined;
                proxy.hooks.onRequest = (n, body) => {
                    if (commits(body)) write ??= n;
                };
                proxy.hooks.onReply = (n) => (n === write ? verdict : undefined);
            }),
    };
}

async function through(database: TestDatabase, arm: (proxy: TestProxy) => void): ReturnType<ServerFault["arm"]> {
    const proxy = await startProxy(database.url);
    arm(proxy);
    return proxy;
}

const says = (status: number, error: string): Verdict => ({ status, body: JSON.stringify({ error }) });
const page: Verdict = { status: 200, body: "<html><body>Please log in</body></html>" };

/** What a libSQL server says when the first statement of a batch, or of a stream, fails with this code. */
const fails = (code: string, message: string): Answer => {
    const error = { message, code };
    const failed = { type: "error", error };
    return (body) => {
        const { requests } = JSON.parse(body) as { requests: { type: string }[] };
        const results = requests.map(({ type }) =>
            type === "batch"
                ? { type: "ok", response: { type, result: { step_results: [null], step_errors: [error] } } }
                : failed,
        );
        return { status: 200, body: JSON.stringify({ results }) };
    };
};

const nowhere: ServerFault["arm"] = async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return { url: `http://127.0.0.1:${port}`, close: async () => undefined };
};

// The name is looked up nowhere: this process answers that it does not exist.
const unknown: ServerFault["arm"] = async () => {
    const { lookup } = dns;
    const failing = (host: string, ...rest: unknown[]): void => {
        const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" });
        (rest.at(-1) as (error: Error) => void)(error);
    };
    Object.assign(dns, { lookup: failing });
    return { url: `http://${unknownHost}`, close: async () => void Object.assign(dns, { lookup }) };
};

const bothPlaces = (title: string, answer: Answer): ServerFault[] => [
    refuses(title, "the first request", answer),
    refuses(title, "the write", answer),
];

/** Every fault of a server that the table has. */
export const serverFaults: readonly ServerFault[] = [
    { title: "refused connection", at: "the first request", patience: hasty, arm: nowhere },
    { title: "unknown host", at: "the first request", arm: unknown },
    {
        title: "a port that is never connected to",
        at: "the first request",
        arm: async () => ({ url: "http://127.0.0.1:1", close: async () => undefined }),
    },
    {
        title: "TLS on a port without it",
        at: "the first request",
        arm: async (database) => {
            const { url, close } = await startProxy(database.url);
            return { url: url.replace("http:", "https:"), close };
        },
    },
    refuses("401", "the first request", () => says(401, "Unauthorized: `The JWT is invalid`")),
    refuses("400 about the token", "the first request", () => says(400, "JWT error: InvalidToken")),
    refuses("403, a token that may only read", "the write", () =>
        says(403, "Current session doesn't have Write permission"),
    ),
    refuses("404, unknown database", "the first request", () => says(404, "Namespace `code-reels` doesn't exist")),
    refuses("413", "the write", () => says(413, "")),
    ...bothPlaces("429", () => says(429, "Too Many Requests")),
    ...bothPlaces("500, with the token in its words", () => says(500, `cannot serve Bearer ${token}`)),
    ...bothPlaces("502", () => ({ status: 502, body: "<html><body>Bad Gateway</body></html>" })),
    ...bothPlaces("503", () => says(503, "starting")),
    refuses("504", "the first request", () => says(504, "upstream timed out")),
    ...bothPlaces("HTML instead of JSON", () => page),
    ...bothPlaces("200 with {}", () => ({ status: 200, body: "{}" })),
    refuses("no answer", "the first request", () => new Promise<Verdict>(() => undefined), { ...hasty, answer: 50 }),
    ...bothPlaces("connection dropped", () => "drop"),
    loses("reply lost after COMMIT", "drop"),
    loses("reply cut off after COMMIT", { status: 200, body: '{"results":[' }),
    loses("504 after COMMIT", says(504, "upstream timed out")),
    refuses("BLOCKED by a quota", "the write", fails("BLOCKED", "SQL write operations are forbidden")),
    refuses("full disk of the server", "the write", fails("SQLITE_FULL", "database or disk is full")),
    refuses("failing disk of the server", "the write", fails("SQLITE_IOERR", "disk I/O error")),
    ...bothPlaces("damaged database on the server", fails("SQLITE_CORRUPT", "database disk image is malformed")),
    refuses("expired stream", "the write", fails("STREAM_EXPIRED", "The stream has expired due to inactivity")),
    refuses("lock stolen by a writer each time", "the write", (body, n) =>
        isLease(body) ? undefined : fails("TRANSACTION_TIMEOUT", "Transaction timed out")(body, n),
    ),
    {
        title: "lease of another deployer",
        at: "the write",
        patience: { ...hasty, wait: 0 },
        arm: async (database) => {
            const set = (owner: string | null, until: string | null) =>
                database.client.execute({
                    sql: "UPDATE schema_lock SET owner = ?, expires_at = ?",
                    args: [owner, until],
                });
            await set("build-7 pid 99", new Date(Date.now() + 600_000).toISOString());
            return { url: database.url, close: async () => void (await set(null, null)) };
        },
    },
    {
        title: "database newer than the files",
        at: "the first request",
        base: "newer",
        arm: async ({ url }) => ({ url, close: async () => undefined }),
    },
];
