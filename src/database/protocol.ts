import type { JsonList } from "./connection.ts";
import { DatabaseFault } from "./faults.ts";

// The parts of Hrana over HTTP, version 2, that are spoken here:
// https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_2_SPEC.md

export type StreamRequest =
    | { readonly type: "execute"; readonly stmt: object }
    | { readonly type: "batch"; readonly batch: object };

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
    readonly response?: { readonly result?: ProtocolResult };
}

/**
 * Reads the reply to a pipeline of `count` requests.
 *
 * @throws DatabaseFault `server-fault` when it is no such reply
 */
export function readOutcomes(text: string, count: number): Outcome[] {
    const reply = parse(text);
    const results = (Array.isArray(reply?.results) ? (reply.results as (Outcome | null)[]) : []).slice(0, count);
    if (results.length < count || !results.every(isOutcome)) throw foreignReply();
    return results;
}

/** What is thrown for an answer that no libSQL server gives: nothing is concluded from what it leaves out. */
export function foreignReply(): DatabaseFault {
    return new DatabaseFault("server-fault", "its reply has another form", undefined, { variant: "foreign-reply" });
}

function isOutcome(outcome: Outcome | null): outcome is Outcome {
    if (outcome?.error) return typeof outcome.error.message === "string";
    const result = outcome?.response?.result;
    const isList = (value: unknown): boolean => value === undefined || Array.isArray(value);
    return Boolean(result) && [result?.cols, result?.rows, result?.step_results, result?.step_errors].every(isList);
}

function parse(text: string): { results?: unknown } | undefined {
    try {
        return JSON.parse(text) as { results?: unknown };
    } catch {
        return undefined;
    }
}
