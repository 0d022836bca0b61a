import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseFault, faultOfNetwork, faultOfRedirect, faultOfReply, toFault } from "./faults.ts";
import { foreignReply, type Outcome, type ProtocolResult, type ProtocolValue, readOutcomes } from "./protocol.ts";
import type { ServerTarget } from "./target.ts";
import { toProtocol } from "./values.ts";

/** A value that is bound as it was stored: whole numbers as BigInt, REAL as number, blobs as bytes. */
export type StoredValue = null | string | number | bigint | Uint8Array;

export interface SnapshotQuery {
    readonly sql: string;
    readonly args?: readonly StoredValue[];
}

/** Rows of one read, without the names of their columns. */
export interface StoredRows {
    readonly rows: readonly (readonly StoredValue[])[];
    /** Length of the whole answer, in characters. */
    readonly size: number;
}

/** One view of a server's database that lasts from request to request, for as long as the server keeps it open. */
export interface Snapshot {
    /** Gives undefined when the answer is larger than the server sends: ask for fewer rows. */
    read(query: SnapshotQuery): Promise<StoredRows | undefined>;
    /** How many views were needed: from 2 on, what was read may not fit together. */
    readonly views: number;
    readonly requests: number;
    readonly rowsRead: number;
    close(): Promise<void>;
}

/** How long one answer is waited for, in milliseconds. */
const answerLimit = 60_000;
/** How often in a row a read is tried again after the line broke: reading twice does no harm. */
const attempts = 4;

interface Stream {
    baton: string | undefined;
    views: number;
    requests: number;
    rowsRead: number;
}

/**
 * Opens a view on a server: one read transaction on one stream. A server that ends it (Turso does after some seconds, and
 * a restart does) is asked for a new one, and `views` grows. Nothing is written; a read-only token is enough.
 *
 * @throws DatabaseFault from each read
 */
export function openSnapshot(target: ServerTarget, signal?: AbortSignal): Snapshot {
    const stream: Stream = { baton: undefined, views: 0, requests: 0, rowsRead: 0 };
    const post = createPost(target, stream, signal);

    return {
        async read(query) {
            for (let attempt = 1; attempt <= attempts; attempt++) {
                const rows = await readOnce(stream, post, query).catch(async (error: unknown) => {
                    const fault = toFault(error);
                    const wasOpen = stream.baton !== undefined;
                    stream.baton = undefined;
                    if (!isRepeatable(fault, wasOpen) || signal?.aborted || attempt === attempts) throw fault;
                    await sleep(200 * attempt, undefined, { signal }).catch(() => undefined);
                    return "lost" as const;
                });
                if (rows !== "lost") return rows === "too-large" ? undefined : rows;
            }
            throw new DatabaseFault("server-fault", "the server ends each read transaction at once");
        },
        get views() {
            return stream.views;
        },
        get requests() {
            return stream.requests;
        },
        get rowsRead() {
            return stream.rowsRead;
        },
        close: async () => {
            // The server ends it by itself, too.
            if (stream.baton !== undefined && !signal?.aborted) await post([]).catch(() => undefined);
        },
    };
}

// The last BEGIN proves that all was read in one transaction: only inside one is it refused.
async function readOnce(stream: Stream, post: Post, query: SnapshotQuery): Promise<StoredRows | "too-large" | "lost"> {
    const isNew = stream.baton === undefined;
    if (isNew) stream.views++;
    const requests = [...(isNew ? [execute({ sql: "BEGIN" })] : []), execute(query), execute({ sql: "BEGIN" })];
    const reply = await post(requests);
    const [answer, proof] = reply.outcomes.slice(-2);
    if (answer?.error?.code === "RESPONSE_TOO_LARGE") return "too-large";
    for (const outcome of reply.outcomes.slice(0, -1)) {
        if (outcome.error) throw faultOf(outcome.error);
    }
    if (!proof?.error) {
        stream.views++;
        return "lost";
    }
    const result = answer?.response?.result;
    stream.rowsRead += result?.rows_read ?? 0;
    return { rows: toStoredRows(result), size: reply.size };
}

type Post = (requests: readonly object[]) => Promise<{ outcomes: Outcome[]; size: number }>;

function createPost(target: ServerTarget, stream: Stream, signal: AbortSignal | undefined): Post {
    const endpoint = new URL("v2/pipeline", target.url.endsWith("/") ? target.url : `${target.url}/`);
    const headers = {
        "content-type": "application/json",
        ...(target.authToken === undefined ? {} : { authorization: `Bearer ${target.authToken}` }),
    };
    return async (requests) => {
        if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
        stream.requests++;
        const ending = requests.length === 0 ? [{ type: "close" }] : requests;
        const body = JSON.stringify({ baton: stream.baton ?? null, requests: ending });
        const ends = AbortSignal.any([AbortSignal.timeout(answerLimit), ...(signal ? [signal] : [])]);
        try {
            const reply = await fetch(endpoint, { method: "POST", headers, body, redirect: "manual", signal: ends });
            const text = await reply.text();
            if (reply.status >= 300 && reply.status < 400) throw faultOfRedirect(reply.headers.get("location"));
            if (!reply.ok || !text.trimStart().startsWith("{")) throw faultOfReply(reply.status, text);
            stream.baton = findBaton(text, endpoint);
            return { outcomes: requests.length === 0 ? [] : readOutcomes(text, requests.length), size: text.length };
        } catch (error) {
            if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted", error);
            throw faultOfNetwork(error);
        }
    };
}

// The fields stand before the results, so that a long answer is not parsed twice for them. A stream that goes on at
// another address is not followed: what is sent along is meant for this one alone.
function findBaton(text: string, endpoint: URL): string | undefined {
    const head = text.slice(0, text.indexOf('"results"'));
    const baton = /"baton"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(head)?.[1];
    const base = /"base_url"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(head)?.[1];
    if (base !== undefined && (!URL.canParse(base) || new URL(base).origin !== endpoint.origin)) return undefined;
    return baton === undefined ? undefined : (JSON.parse(`"${baton}"`) as string);
}

// A stream that has ended is refused with status 400, which on a new one would be the statement's fault.
function isRepeatable(fault: DatabaseFault, wasOpen: boolean): boolean {
    if (fault.kind === "connection-lost" || fault.kind === "transaction-timeout" || fault.kind === "busy") return true;
    return wasOpen && (fault.kind === "sql" || fault.kind === "server-fault") && /baton|stream/i.test(fault.message);
}

function execute(query: SnapshotQuery): object {
    const args = (query.args ?? []).map((value) =>
        value instanceof Uint8Array
            ? { type: "blob", base64: Buffer.from(value).toString("base64") }
            : toProtocol(value),
    );
    return { type: "execute", stmt: { sql: query.sql, args, want_rows: true } };
}

function faultOf(error: { message: string; code?: string | null }): DatabaseFault {
    return toFault(Object.assign(new Error(error.message), { code: error.code ?? "SQL_" }));
}

function toStoredRows(result: ProtocolResult | undefined): StoredValue[][] {
    if (!result?.cols || !result.rows) throw foreignReply();
    return result.rows.map((row) => row.map(toStored));
}

function toStored(value: ProtocolValue): StoredValue {
    switch (value.type) {
        case "integer":
            return BigInt(value.value);
        case "blob":
            return Buffer.from(value.base64, "base64");
        case "text":
            return String(value.value);
        case "float":
            // JSON has no infinity, which is sent as null; its sign is lost.
            return (value.value as number | null) ?? Number.POSITIVE_INFINITY;
        case "null":
            return null;
    }
}
