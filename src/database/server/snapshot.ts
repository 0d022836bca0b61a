import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseFault, toFault } from "../faults.ts";
import type { ServerTarget } from "../target.ts";
import { toProtocol } from "../values.ts";
import { faultOfError, foreignReply, type ProtocolResult, type ProtocolValue, type StreamRequest } from "./protocol.ts";
import { openStream, type Stream } from "./stream.ts";

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
    /** How many views what was given was read in: from 2 on, it may not fit together. */
    readonly views: number;
    readonly requests: number;
    readonly rowsRead: number;
    close(): Promise<void>;
}

/** How long one answer is waited for, in milliseconds. */
const answerLimit = 60_000;
/** How often in a row a read is tried again after the line broke: reading twice does no harm. */
const attempts = 4;

/**
 * Opens a view on a server: one read transaction on one stream. A server that ends it (Turso does after some seconds, and
 * a restart does) is asked for a new one, and `views` grows. Nothing is written; a read-only token is enough.
 *
 * @throws DatabaseFault from each read
 */
export function openSnapshot(target: ServerTarget, signal?: AbortSignal): Snapshot {
    const state: State = { stream: openStream(target, signal, answerLimit), isRead: false, views: 0, rowsRead: 0 };
    let earlierRequests = 0;
    const openAnew = (): void => {
        earlierRequests += state.stream.requests;
        Object.assign(state, { stream: openStream(target, signal, answerLimit), isRead: false });
    };

    return {
        async read(query) {
            for (let attempt = 1; attempt <= attempts; attempt++) {
                const wasOpen = state.stream.isOpen;
                if (!wasOpen) openAnew();
                const rows = await readOnce(state, query).catch(async (error: unknown) => {
                    const fault = toFault(error);
                    await state.stream.close();
                    if (!isRepeatable(fault, wasOpen) || signal?.aborted || attempt === attempts) throw fault;
                    await sleep(200 * attempt, undefined, { signal }).catch(() => undefined);
                    return "lost" as const;
                });
                if (rows !== "lost") return rows === "too-large" ? undefined : rows;
            }
            throw new DatabaseFault("server-fault", "the server ends each read transaction at once");
        },
        get views() {
            return state.views;
        },
        get requests() {
            return earlierRequests + state.stream.requests;
        },
        get rowsRead() {
            return state.rowsRead;
        },
        close: () => state.stream.close(),
    };
}

interface State {
    stream: Stream;
    /** Whether rows were given that were read in the transaction which is open now. */
    isRead: boolean;
    views: number;
    rowsRead: number;
}

// The last BEGIN proves that all was read in one transaction: only inside one is it refused.
async function readOnce(state: State, query: SnapshotQuery): Promise<StoredRows | "too-large" | "lost"> {
    const { stream } = state;
    const begin = stream.isOpen ? [] : [execute({ sql: "BEGIN" })];
    const { outcomes, size } = await stream.send([...begin, execute(query), execute({ sql: "BEGIN" })]);
    const [answer, proof] = outcomes.slice(-2);
    if (answer?.error?.code === "RESPONSE_TOO_LARGE") return "too-large";
    for (const outcome of outcomes.slice(0, -1)) {
        if (outcome.error) throw faultOfError(outcome.error);
    }
    if (!proof?.error) {
        state.isRead = false;
        return "lost";
    }
    if (!state.isRead) state.views++;
    state.isRead = true;
    const result = answer?.response?.result;
    state.rowsRead += result?.rows_read ?? 0;
    return { rows: toStoredRows(result), size };
}

// A stream that has ended is refused with status 400, which on a new one would be the statement's fault.
function isRepeatable(fault: DatabaseFault, wasOpen: boolean): boolean {
    if (fault.kind === "connection-lost" || fault.kind === "transaction-timeout" || fault.kind === "busy") return true;
    return wasOpen && (fault.kind === "sql" || fault.kind === "server-fault") && /baton|stream/i.test(fault.message);
}

function execute(query: SnapshotQuery): StreamRequest {
    const args = (query.args ?? []).map((value) =>
        value instanceof Uint8Array
            ? { type: "blob", base64: Buffer.from(value).toString("base64") }
            : toProtocol(value),
    );
    return { type: "execute", stmt: { sql: query.sql, args, want_rows: true } };
}

/** The rows of a result, each value as it was stored. */
export function toStoredRows(result: ProtocolResult | null | undefined): StoredValue[][] {
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
