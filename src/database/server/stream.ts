import { DatabaseFault } from "../faults.ts";
import { renderBody } from "./encoding.ts";
import { type Endpoint, exchange, type Reply, type StreamRequest } from "./protocol.ts";

/**
 * A connection that a server keeps from request to request, with the transaction that is open in it. It is one, or none:
 * a stream that has ended is never replaced by another, in which what was meant for the transaction would run outside any.
 */
export interface Stream {
    /** Whether the server still keeps it, as far as its last reply says. A server ends it when it stands idle for ten seconds. */
    readonly isOpen: boolean;
    /**
     * Sends requests, of which each has an outcome of its own: one that fails does not keep the next ones from running.
     * Not to be called before the call before it has ended. Sends nothing a second time.
     *
     * @throws DatabaseFault when no outcomes came, whereupon the stream is at its end and its transaction, unless COMMIT
     * was sent, is rolled back by the server
     */
    send(requests: readonly StreamRequest[]): Promise<Pick<Reply, "outcomes" | "size">>;
    /** Ends the stream, and so rolls back what is open in it. Never throws: the server ends it by itself, too. */
    close(): Promise<void>;
}

/** How long the end of a stream is waited for, in milliseconds. */
const closeLimit = 5_000;

/**
 * Opens a stream; nothing is sent before the first requests are.
 *
 * @param signal ends a running request when it is aborted
 * @param limit how long each reply is waited for, in milliseconds; undefined where it takes as long as it takes
 */
export function openStream(endpoint: Endpoint, signal?: AbortSignal, limit?: number): Stream {
    let baton: string | null = null;
    let hasEnded = false;

    return {
        get isOpen() {
            return baton !== null;
        },
        send: async (sent) => {
            if (hasEnded) throw new DatabaseFault("transaction-timeout", "the stream has ended");
            const body = renderBody({ baton, requests: sent });
            // Until a reply gives another one: the one that was sent is used up.
            baton = null;
            hasEnded = true;
            const { outcomes, size, ...next } = await exchange(endpoint, body, sent.length, { signal, limit });
            baton = staysHere(next.baseUrl, endpoint.url) ? (next.baton ?? null) : null;
            hasEnded = baton === null;
            return { outcomes, size };
        },
        close: async () => {
            if (baton === null) return;
            const body = renderBody({ baton, requests: [{ type: "close" }] });
            baton = null;
            hasEnded = true;
            // Also after Ctrl-C: until then, a transaction that is open keeps others from writing.
            await exchange(endpoint, body, 0, { limit: closeLimit }).catch(() => undefined);
        },
    };
}

// A server that sends its callers elsewhere is not followed: what is sent along is meant for this one alone.
function staysHere(baseUrl: string | undefined, endpoint: URL): boolean {
    return baseUrl === undefined || (URL.canParse(baseUrl) && new URL(baseUrl).origin === endpoint.origin);
}
