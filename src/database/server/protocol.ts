import { createRedactor, type Redactor } from "../../redaction.ts";
import { tokenize } from "../../sql/lexer.ts";
import { readReply } from "../../text/reply.ts";
import type { Cost, JsonList } from "../connection.ts";
import { DatabaseFault, faultOfNetwork, faultOfRedirect, faultOfReply, toFault } from "../faults.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import type { ServerTarget } from "../target.ts";
import { isProxied, toDirectError } from "./proxied.ts";

// The parts of Hrana over HTTP, version 2, that are used here:
// https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_2_SPEC.md

export type StreamRequest =
    | { readonly type: "execute"; readonly stmt: object }
    | { readonly type: "batch"; readonly batch: object }
    /** Returns no rows. Silently skips a statement that is broken at the end of the text. */
    | { readonly type: "sequence"; readonly sql: string };

export type ProtocolValue =
    | { readonly type: "null" }
    | { readonly type: "integer"; readonly value: string }
    | { readonly type: "float"; readonly value: number }
    /** A list only in requests. */
    | { readonly type: "text"; readonly value: string | JsonList }
    | { readonly type: "blob"; readonly base64: string };

export interface ProtocolError {
    readonly message: string;
    readonly code?: string | null;
}

export interface ProtocolResult {
    readonly cols?: readonly { readonly name: string | null }[];
    readonly rows?: readonly (readonly ProtocolValue[])[];
    readonly affected_row_count?: number;
    readonly rows_read?: number;
    readonly rows_written?: number;
    readonly query_duration_ms?: number;
    readonly step_results?: readonly (ProtocolResult | null)[];
    readonly step_errors?: readonly (ProtocolError | null)[];
}

/** The outcome of one request of a pipeline: `error` is set when it failed. */
export interface Outcome {
    readonly error?: ProtocolError;
    readonly response?: { readonly type?: string; readonly result?: ProtocolResult };
}

export interface Endpoint {
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
    /** Removes the token from what the server says. */
    readonly redact: Redactor;
    /** Counts the requests, and the rows that replies report. */
    readonly cost: { -readonly [Key in keyof Cost]: Cost[Key] };
    /** Whether a reply was a replica's, which counts no rows. */
    isReplica: boolean;
}

export interface Ends {
    /** The user's Ctrl-C. */
    readonly signal?: AbortSignal | undefined;
    /** In milliseconds; undefined for none. */
    readonly limit?: number | undefined;
}

/** Returns the endpoint of a server, with its token as a header. Pure. */
export function getEndpoint({ url, authToken }: ServerTarget): Endpoint {
    return {
        url: new URL("v2/pipeline", url.endsWith("/") ? url : `${url}/`),
        headers: {
            "content-type": "application/json",
            // sqld compresses in thousands of tiny pieces, which take far longer to unpack than they save.
            "accept-encoding": "identity",
            ...(authToken === undefined ? {} : { authorization: `Bearer ${authToken}` }),
        },
        redact: createRedactor(authToken === undefined ? [] : [authToken]),
        cost: { requests: 0, rowsRead: 0, rowsWritten: 0 },
        isReplica: false,
    };
}

export interface Reply {
    readonly outcomes: readonly Outcome[];
    /** Identifies the stream in the next request; undefined when the server has ended it. */
    readonly baton: string | undefined;
    /** Where to send the next request; undefined for the same URL. */
    readonly baseUrl: string | undefined;
    /** Length of the whole reply, in characters. */
    readonly size: number;
}

/**
 * Sends a pipeline of `count` requests, once.
 *
 * @param body from renderBody()
 * @throws DatabaseFault `interrupted`, of the network, or of a reply that is a refusal or not of this protocol
 */
export async function exchange(
    endpoint: Endpoint,
    body: string | Buffer,
    count: number,
    ends: Ends = {},
): Promise<Reply> {
    if (!ends.signal?.aborted) endpoint.cost.requests++;
    const text = await post(endpoint, body, ends);
    const { results, baton, base_url: baseUrl } = parse(text);
    const outcomes = (Array.isArray(results) ? (results as (Outcome | null)[]) : []).slice(0, count);
    if (outcomes.length < count || !outcomes.every(isOutcome)) throw foreignReply();
    for (const { response } of outcomes) addRows(endpoint.cost, response?.result);
    endpoint.isReplica ||= isProxied(outcomes);
    const toText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
    return {
        outcomes: outcomes.map((outcome) => redactErrors(outcome, endpoint.redact)),
        baton: toText(baton),
        baseUrl: toText(baseUrl),
        size: text.length,
    };
}

// Only the steps of a batch have numbers, and only those that succeeded.
function addRows(cost: Endpoint["cost"], result: ProtocolResult | null | undefined): void {
    cost.rowsRead += result?.rows_read ?? 0;
    cost.rowsWritten += result?.rows_written ?? 0;
    for (const step of result?.step_results ?? []) addRows(cost, step);
}

// Not in rows: what the database holds is returned as it is.
function redactErrors(outcome: Outcome, redact: Redactor): Outcome {
    const clean = <T extends ProtocolError | null | undefined>(error: T): T =>
        error && { ...error, message: redact(error.message) };
    const { error, response } = outcome;
    if (error) return { ...outcome, error: clean(error) };
    const failed = response?.result?.step_errors;
    if (!failed?.some(Boolean)) return outcome;
    return { response: { ...response, result: { ...response?.result, step_errors: failed.map(clean) } } };
}

async function post(
    { url, headers, redact }: Endpoint,
    body: string | Buffer,
    { signal, limit }: Ends,
): Promise<string> {
    throwIfInterrupted(signal);
    const timeout = limit === undefined ? undefined : AbortSignal.timeout(limit);
    const ends = AbortSignal.any([signal, timeout].filter((end) => end !== undefined));
    try {
        const reply = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal: ends });
        const text = await readReply(reply, largestReply);
        if (text === undefined) throw foreignReply(`its reply is larger than ${largestReply / 1_000_000} MB`);
        if (reply.status >= 300 && reply.status < 400) throw faultOfRedirect(reply.headers.get("location"));
        if (!reply.ok || !text.trimStart().startsWith("{"))
            throw faultOfReply(reply.status, redact(text), reply.headers.get("retry-after"));
        return text;
    } catch (error) {
        throwIfInterrupted(signal, error);
        if (!timeout?.aborted || error instanceof DatabaseFault) throw faultOfNetwork(error);
        const message = `no answer within ${(limit ?? 0) / 1000} seconds`;
        throw new DatabaseFault("server-fault", message, error, { variant: "no-answer" });
    }
}

/** A server's own limit is ten million bytes; what is packed may grow a thousandfold. */
const largestReply = 100_000_000;

/** Makes the fault of a reply that no libSQL server sends: nothing may be concluded from what it lacks. */
export function foreignReply(message = "its reply has another form"): DatabaseFault {
    return new DatabaseFault("server-fault", message, undefined, { variant: "foreign-reply" });
}

/** Makes the fault of one request or step; `sql` is its statement, from which SQLite's message is derived. */
export function faultOfError(error: ProtocolError, sql?: string): DatabaseFault {
    const { message, code } = toDirectError(error, sql);
    const fault = toFault(Object.assign(new Error(message), { code: code ?? "SQL_" }), "server-fault");
    if (sql === undefined || !fault.isOfStatement) return fault;
    const { kind, cause, variant } = fault;
    return new DatabaseFault(kind, toSqliteMessage(fault.message, sql), cause, { variant });
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

// Messages of sqld's own parser: `syntax error around L1:13: …`, `near COMMA, "None": syntax error at (1, 38)`.
const nearToken = /^(?:syntax error around L(\d+):(\d+): .*|near \w+, "\w+": syntax error at \((\d+), (\d+)\))$/s;
// `duplicate column name: a at (1, 21)` from the parser, `… (at offset 13)` from SQLite.
const position = / (?:at \(\d+, \d+\)|\(at offset \d+\))$/;

// Turns a server's message about a statement into SQLite's, so that every target reports the same.
function toSqliteMessage(message: string, sql: string): string {
    const [, line, column, ...other] = nearToken.exec(message) ?? [];
    const text = findTokenBefore(sql, Number(line ?? other[0]), Number(column ?? other[1]));
    return text === undefined ? message.replace(position, "") : `near "${text}": syntax error`;
}

// The parser reports the place after the unexpected token; lines and columns count from 1.
function findTokenBefore(sql: string, line: number, column: number): string | undefined {
    const lines = sql.split("\n");
    const end = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, column - 1);
    return tokenize(sql).find((token) => token.offset + token.text.length === end)?.text;
}
