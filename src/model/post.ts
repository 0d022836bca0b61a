import { createRedactor, quoteReply } from "../redaction.ts";
import { readReply } from "../text/reply.ts";
import { ModelFault } from "./fault.ts";
import type { ModelSettings } from "./settings.ts";

/** What a server sent back, whatever its status. */
export interface ModelReply {
    readonly status: number;
    readonly type: string;
    /** From Retry-After, in milliseconds. */
    readonly wait: number | undefined;
    readonly text: string;
}

const largestReply = 2_000_000;
const longestWait = 24 * 3_600_000;
/** Of a key, in characters. */
const shortestPiece = 8;

/**
 * Sends one request. Follows no redirect, which could take the key to another server.
 *
 * @throws ModelFault `timed-out`, `unreachable`, `too-large`; the reason of `signal` once that is aborted
 */
export async function postToModel(settings: ModelSettings, body: unknown, signal: AbortSignal): Promise<ModelReply> {
    signal.throwIfAborted();
    const { url, apiKey, timeout } = settings;
    const limit = new AbortController();
    const late = new ModelFault("timed-out", `the model did not answer within ${timeout / 1_000} seconds`);
    const timer = setTimeout(() => limit.abort(late), timeout);
    const stop = (): void => limit.abort(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    try {
        const response = await fetch(`${url.replace(/\/+$/, "")}/chat/completions`, {
            method: "POST",
            headers: { "content-type": "application/json", ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
            body: JSON.stringify(body),
            redirect: "manual",
            signal: limit.signal,
        });
        const type = response.headers.get("content-type")?.split(";")[0]?.trim() || "no content type";
        const text = await readReply(response, largestReply);
        if (text === undefined)
            throw new ModelFault("too-large", `the answer is larger than ${largestReply / 1_000_000} MB`);
        return { status: response.status, type, wait: readWait(response.headers), text };
    } catch (error) {
        if (limit.signal.aborted) throw limit.signal.reason;
        if (error instanceof ModelFault) throw error;
        throw new ModelFault("unreachable", `the model's server cannot be reached (${describe(error, apiKey)})`);
    } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
    }
}

/** Quotes what a server or a model wrote: one short line without the key, or any 8 characters of it. */
export function quoteWithoutKey(text: string, key: string | undefined): string {
    return quoteReply(text, createRedactor(key === undefined ? [] : [key], "[key]", shortestPiece));
}

// A date is compared with that of the server, whose clock it was read from.
function readWait(headers: Headers): number | undefined {
    const text = headers.get("retry-after")?.trim();
    if (!text) return undefined;
    const wait = /^\d+$/.test(text)
        ? Number(text) * 1_000
        : Date.parse(text) - Date.parse(headers.get("date") ?? "no date");
    return wait >= 0 ? Math.min(wait, longestWait) : undefined;
}

function describe(error: unknown, key: string | undefined): string {
    const { cause } = error as { cause?: { code?: unknown; message?: unknown } };
    return quoteWithoutKey(String(cause?.code ?? cause?.message ?? error), key);
}
