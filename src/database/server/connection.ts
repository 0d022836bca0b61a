import { splitStatements } from "../../sql/statements.ts";
import type { Connection, Query, ReadResult, RehearsalResult } from "../connection.ts";
import type { DatabaseFault } from "../faults.ts";
import type { ServerTarget } from "../target.ts";
import { fromProtocol, toProtocol, toRow } from "../values.ts";
import { renderBody } from "./body.ts";
import { toSqliteMessage } from "./parse-errors.ts";
import {
    faultOfError,
    foreignReply,
    getEndpoint,
    type Outcome,
    type ProtocolResult,
    type ProtocolValue,
    postPipeline,
    readReply,
    type StreamRequest,
} from "./protocol.ts";

/** How long an answer to a read is waited for, in milliseconds. What writes takes as long as it takes. */
export interface ReadLimits {
    readonly usual: number;
    /** For what is still read after Ctrl-C: its user waits for the end. */
    readonly interrupted: number;
}

const defaultLimits: ReadLimits = { usual: 30_000, interrupted: 10_000 };

/**
 * Opens a server over HTTP. No request is sent before the first operation.
 *
 * Speaks the pipeline of the Hrana protocol itself: one operation is one request, each statement has its own outcome and
 * a refusal keeps the server's reason, none of which the client libraries give; and it loads in a fifth of their time.
 *
 * @param signal ends a running request when it is aborted. Reading goes on afterwards: how else to tell what happened?
 */
export function openServer(target: ServerTarget, signal?: AbortSignal, limits = defaultLimits): Connection {
    const cost = { requests: 0, rowsRead: 0, rowsWritten: 0 };
    const endpoint = getEndpoint(target);

    const post = (stream: readonly StreamRequest[], abort: AbortSignal | undefined, limit?: number) =>
        send(renderStream(stream), stream.length, abort, limit);
    const send = async (
        body: string | Buffer,
        length: number,
        abort: AbortSignal | undefined,
        limit?: number,
    ): Promise<Outcome[]> => {
        if (!abort?.aborted) cost.requests++;
        const { outcomes } = readReply(await postPipeline(endpoint, body, { signal: abort, limit }), length);
        for (const { response } of outcomes) addRows(cost, response?.result);
        return outcomes;
    };

    // A batch with a statement that does not parse is refused as a whole. Alone, each one tells; none of them runs.
    const findUnparsed = async (statements: readonly string[], fault: DatabaseFault): Promise<RehearsalResult> => {
        const never = { type: "or", conds: [] };
        const outcomes = await post(
            statements.map((sql) => ({ type: "batch", batch: { steps: [{ condition: never, stmt: { sql } }] } })),
            signal,
        );
        const failedIndex = outcomes.findIndex((outcome) => outcome.error);
        const error = outcomes[failedIndex]?.error;
        if (!error) throw fault;
        const message = toSqliteMessage(faultOfError(error).message, statements[failedIndex] ?? "");
        return { failedIndex, message, results: [] };
    };

    const prepareSteps = (steps: readonly BatchStep[]) => {
        const body = renderStream([{ type: "batch", batch: { steps } }]);
        return () => runSteps(body, steps.length);
    };
    const runSteps = async (body: string | Buffer, count: number): Promise<readonly (ProtocolResult | null)[]> => {
        const [outcome] = await send(body, 1, signal);
        throwIfFailed(outcome);
        const { step_results: results = [], step_errors: errors = [] } = outcome?.response?.result ?? {};
        const error = errors.find((item) => item !== null);
        if (error) throw faultOfError(error);
        // Each step runs after the one before it: where the last has no result, nothing says that any of them ran.
        if (results.length !== count || !results.at(-1)) throw foreignReply();
        return results;
    };

    const prepareWrite: Connection["prepareWrite"] = (statements) => {
        const run = prepareSteps(chain([toSql("BEGIN IMMEDIATE"), ...statements, toSql("COMMIT")]));
        return async () => (await run()).slice(1, -1).map((result) => toRows(result ?? undefined));
    };

    return {
        target,
        prefersRows: false,
        cost,
        readAll: async (queries, options) => {
            const begin = options?.settle ? "BEGIN IMMEDIATE" : "BEGIN";
            const stream = [execute(begin), ...queries.map(toExecute), execute("ROLLBACK")];
            const outcomes = await (signal?.aborted
                ? post(stream, undefined, limits.interrupted)
                : post(stream, signal, limits.usual));
            for (const outcome of [outcomes[0], outcomes.at(-1)]) throwIfFailed(outcome);
            return outcomes.slice(1, -1).map((outcome) => toReadResult(outcome, outcome.response?.result));
        },
        runScript: async (script) => {
            // Statement by statement: a `sequence` passes over a statement that is broken at its end and commits the rest.
            await prepareSteps(chain(splitStatements(script), false))();
        },
        rehearse: async (statements, queries = [], options) => {
            const setup = [...(options?.foreignKeysOff ? ["PRAGMA foreign_keys = OFF"] : []), "BEGIN IMMEDIATE"];
            const steps = chain([...setup.map(toSql), ...statements.map(toSql)]);
            // Each on its own: a query that fails says nothing about the others.
            const asked = chain(queries).map((step) => ({ ...step, condition: ok(steps.length - 1) }));
            steps.push(...asked);
            // Without a condition: it ends the transaction whatever happened before.
            steps.push({ condition: null, stmt: { sql: "ROLLBACK", want_rows: false } });
            const [outcome] = await post([{ type: "batch", batch: { steps } }], signal);
            if (outcome?.error) return findUnparsed(statements, faultOfError(outcome.error));
            return toRehearsal(outcome?.response?.result, setup.length, statements, queries.length);
        },
        write: (statements) => prepareWrite(statements)(),
        prepareWrite,
        close: () => undefined,
    };
}

function renderStream(stream: readonly StreamRequest[]): string | Buffer {
    return renderBody({ baton: null, requests: [...stream, { type: "close" }] });
}

interface BatchStep {
    readonly condition: { readonly type: "ok"; readonly step: number } | null;
    readonly stmt: { readonly sql: string; readonly args?: readonly ProtocolValue[]; readonly want_rows: boolean };
}

// A step runs only when the one before it succeeded: nothing runs outside a transaction that was rolled back.
function chain(statements: readonly Query[], wantRows = true): BatchStep[] {
    return statements.map((query, at) => ({
        condition: at === 0 ? null : ok(at - 1),
        stmt: { sql: query.sql, args: (query.args ?? []).map(toProtocol), want_rows: wantRows },
    }));
}

function ok(step: number): { readonly type: "ok"; readonly step: number } {
    return { type: "ok", step };
}

function execute(sql: string): StreamRequest {
    return { type: "execute", stmt: { sql, want_rows: true } };
}

function toExecute(query: Query): StreamRequest {
    return { type: "execute", stmt: { sql: query.sql, args: (query.args ?? []).map(toProtocol), want_rows: true } };
}

function toSql(sql: string): Query {
    return { sql };
}

function throwIfFailed(outcome: Outcome | undefined): void {
    if (outcome?.error) throw faultOfError(outcome.error);
}

// A batch has no numbers of its own, only those of its steps; one that did not run, or failed, has none.
function addRows(cost: { rowsRead: number; rowsWritten: number }, result: ProtocolResult | null | undefined): void {
    cost.rowsRead += result?.rows_read ?? 0;
    cost.rowsWritten += result?.rows_written ?? 0;
    for (const step of result?.step_results ?? []) addRows(cost, step);
}

function toReadResult(outcome: Pick<Outcome, "error">, result: ProtocolResult | undefined): ReadResult {
    if (!outcome.error) return { ok: true, rows: toRows(result) };
    const fault = faultOfError(outcome.error);
    if (fault.kind !== "sql") throw fault;
    return { ok: false, message: fault.message };
}

function toRows(result: ProtocolResult | undefined): ReturnType<typeof toRow>[] {
    // No rows is a list too: what gives none is not taken for an empty table.
    if (!result?.cols || !result.rows) throw foreignReply();
    const names = result.cols.map((column) => column.name ?? "");
    return result.rows.map((row) => toRow(names, row.map(fromProtocol)));
}

function toRehearsal(
    result: ProtocolResult | undefined,
    setup: number,
    statements: readonly string[],
    queries: number,
): RehearsalResult {
    const { step_results: results = [], step_errors: errors = [] } = result ?? {};
    const failed = errors.findIndex((error, at) => error && at < setup + statements.length);
    if (failed !== -1) {
        const fault = faultOfError(errors[failed] ?? { message: "" });
        if (failed < setup || !fault.isOfStatement) throw fault;
        const message = toSqliteMessage(fault.message, statements[failed - setup] ?? "");
        return { failedIndex: failed - setup, message, results: [] };
    }
    const first = setup + statements.length;
    if (!results[first - 1]) throw foreignReply();
    return {
        failedIndex: undefined,
        message: undefined,
        results: Array.from({ length: queries }, (_, at) => {
            const error = errors[first + at];
            return toReadResult(error ? { error } : {}, results[first + at] ?? undefined);
        }),
    };
}
