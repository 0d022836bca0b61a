import type { JsonList } from "../connection.ts";
import { DatabaseFault, faultOfNetwork, faultOfRedirect, faultOfReply, toFault } from "../faults.ts";
import type { ServerTarget } from "../target.ts";

// The parts of Hrana over HTTP, version 2, that are spoken here:
// https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_2_SPEC.md

export type StreamRequest =
    | { readonly type: "execute"; readonly stmt: object }
    | { readonly type: "batch"; readonly batch: object }
    /** Gives no rows. A statement that is broken at the end of the text is passed over in silence. */
    | { readonly type: "sequence"; readonly sql: string };

export type ProtocolValue =
    | { readonly type: "null" }
    | { readonly type: "integer"; readonly value: string }
    | { readonly type: "float"; readonly value: number }
    /** A list stands for the text only in requests. */
    | { readonly type: "text"; readonly value: string | JsonList }
    | { readonly type: "blob"; readonly base64: string };

export interface ProtocolError {
    readonly message: string;
    readonly code?: string | null;
}

/** The result of an execute, or of a batch. */
export interface ProtocolResult {
    readonly cols?: readonly { readonly name: string | null }[];
    readonly rows?: readonly (readonly ProtocolValue[])[];
    readonly rows_read?: number;
    readonly rows_written?: number;
    readonly step_results?: readonly (ProtocolResult | null)[];
    readonly step_errors?: readonly (ProtocolError | null)[];
}

/** What became of one request of a pipeline: `error` is set when it failed. */
export interface Outcome {
    readonly error?: ProtocolError;
    readonly response?: { readonly type?: string; readonly result?: ProtocolResult };
}

/** Where the pipelines of a database are sent, and with what. */
export interface Endpoint {
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
}

/** What ends the wait for a reply. */
export interface Ends {
    /** The user's Ctrl-C. */
    readonly signal?: AbortSignal | undefined;
    /** In milliseconds; undefined where it takes as long as it takes. */
    readonly limit?: number | undefined;
}

/** Gives where pipelines of a server are sent; its token goes along as a header. Pure. */
export function getEndpoint({ url, authToken }: ServerTarget): Endpoint {
    return {
        url: new URL("v2/pipeline", url.endsWith("/") ? url : `${url}/`),
        headers: {
            "content-type": "application/json",
            // sqld compresses in thousands of tiny pieces, and unpacking those takes far longer than it saves.
            "accept-encoding": "identity",
            ...(authToken === undefined ? {} : { authorization: `Bearer ${authToken}` }),
        },
    };
}

/**
 * Sends a pipeline, once, and gives the text of the reply.
 *
 * @throws DatabaseFault `interrupted`, of the network, and of a reply that is no success or no JSON
 */
export async function postPipeline(
    { url, headers }: Endpoint,
    body: string | Buffer,
    { signal, limit }: Ends,
): Promise<string> {
    if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
    const timeout = limit === undefined ? undefined : AbortSignal.timeout(limit);
    const ends = AbortSignal.any([signal, timeout].filter((end) => end !== undefined));
    try {
        const reply = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal: ends });
        const text = await reply.text();
        if (reply.status >= 300 && reply.status < 400) throw faultOfRedirect(reply.headers.get("location"));
        if (!reply.ok || !text.trimStart().startsWith("{"))
            throw faultOfReply(reply.status, text, reply.headers.get("retry-after"));
        return text;
    } catch (error) {
        if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted", error);
        if (!timeout?.aborted || error instanceof DatabaseFault) throw faultOfNetwork(error);
        const message = `no answer within ${(limit ?? 0) / 1000} seconds`;
        throw new DatabaseFault("server-fault", message, error, { variant: "no-answer" });
    }
}

/** The reply to a pipeline. */
export interface Reply {
    readonly outcomes: Outcome[];
    /** Stands for the stream in the next request; undefined where the server has ended it. */
    readonly baton: string | undefined;
    /** Where the next request is to be sent; undefined for the same place. */
    readonly baseUrl: string | undefined;
}

/**
 * Reads the reply to a pipeline of `count` requests.
 *
 * @throws DatabaseFault `server-fault` when it is no such reply
 */
export function readReply(text: string, count: number): Reply {
    const { results, baton, base_url: baseUrl } = parse(text);
    const outcomes = (Array.isArray(results) ? (results as (Outcome | null)[]) : []).slice(0, count);
    if (outcomes.length < count || !outcomes.every(isOutcome)) throw foreignReply();
    const toText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
    return { outcomes, baton: toText(baton), baseUrl: toText(baseUrl) };
}

/** What is thrown for an answer that no libSQL server gives: nothing is concluded from what it leaves out. */
export function foreignReply(): DatabaseFault {
    return new DatabaseFault("server-fault", "its reply has another form", undefined, { variant: "foreign-reply" });
}

/** The error of one request, or of one step of a batch. */
export function faultOfError({ message, code }: ProtocolError): DatabaseFault {
    return toFault(Object.assign(new Error(message), { code: code ?? "SQL_" }));
}

function isOutcome(outcome: Outcome | null): outcome is Outcome {
    if (outcome?.error) return typeof outcome.error.message === "string";
    if (outcome?.response?.type === "sequence") return true;
    const result = outcome?.response?.result;
    const isList = (value: unknown): boolean => value === undefined || Array.isArray(value);
    return Boolean(result) && [result?.cols, result?.rows, result?.step_results, result?.step_errors].every(isList);
}

function parse(text: string): { results?: unknown; baton?: unknown; base_url?: unknown } {
    try {
        return JSON.parse(text) ?? {};
    } catch {
        return {};
    }
}
