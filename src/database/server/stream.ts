import { DatabaseFault } from "../faults.ts";
import { renderBody } from "./encoding.ts";
import { type Endpoint, exchange, type Reply, type StreamRequest } from "./protocol.ts";

/**
 * A connection that a server keeps from request to request, with its open transaction. A stream that has ended is never
 * replaced: on another one, statements meant for the transaction would run outside it.
 */
export interface Stream {
    /** Whether the server still keeps it, according to the last reply. A server ends it after ten idle seconds. */
    readonly isOpen: boolean;
    /**
     * Sends requests once. Each has its own outcome: a failed one does not stop the next ones. Await each call before the
     * next one.
     *
     * @throws DatabaseFault when there was no reply; the stream has then ended, and the server rolls its transaction back
     * unless COMMIT was sent
     */
    send(requests: readonly StreamRequest[]): Promise<Pick<Reply, "outcomes" | "size">>;
    /** Ends the stream, which rolls its transaction back. Never throws: the server ends an idle stream anyway. */
    close(): Promise<void>;
}

/** How long to wait for the end of a stream, in milliseconds. */
const closeLimit = 5_000;

/**
 * Opens a stream. Nothing is sent before the first requests.
 *
 * @param signal ends a running request when it is aborted
 * @param limit how long to wait for each reply, in milliseconds; undefined for no limit
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
            // A baton is valid once; the reply brings the next one.
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
            // Also after Ctrl-C: an open transaction keeps others from writing.
            await exchange(endpoint, body, 0, { limit: closeLimit }).catch(() => undefined);
        },
    };
}

// Another origin is not followed: the token is meant for this server only.
function staysHere(baseUrl: string | undefined, endpoint: URL): boolean {
    return baseUrl === undefined || (URL.canParse(baseUrl) && new URL(baseUrl).origin === endpoint.origin);
}
