import type { Connection, Query, ReadResult, Script, ScriptOptions, TrialResult, WriteOptions } from "../connection.ts";
import { blameStatement, DatabaseFault } from "../faults.ts";
import type { ServerTarget } from "../target.ts";
import { decodeNamed, encodeArgument, readColumns, renderBody } from "./encoding.ts";
import {
    type Ends,
    exchange,
    faultOfError,
    foreignReply,
    getEndpoint,
    type Outcome,
    type ProtocolError,
    type ProtocolResult,
    type ProtocolValue,
    type StreamRequest,
} from "./protocol.ts";

/** How long to wait for the answer to a read, in milliseconds. Writes have no limit. */
interface ReadLimits {
    readonly usual: number;
    /** For reads after Ctrl-C, while the user waits for the end. */
    readonly interrupted: number;
}

const defaultLimits: ReadLimits = { usual: 30_000, interrupted: 10_000 };

/**
 * Opens a server over HTTP. Sends no request before the first operation.
 *
 * Speaks the pipeline of the Hrana protocol itself: one operation is one request, each statement has its own outcome and
 * a refusal keeps the server's reason, none of which the client libraries offer; and it loads in a fifth of their time.
 *
 * @param signal when aborted, ends a running request; reads still work afterwards, to find out what happened
 */
export function openServer(target: ServerTarget, signal?: AbortSignal, limits = defaultLimits): Connection {
    const endpoint = getEndpoint(target);
    const send = async (stream: readonly StreamRequest[], ends: Ends = { signal }) =>
        (await exchange(endpoint, renderStream(stream), stream.length, ends)).outcomes;

    // A batch with a statement that does not parse is refused as a whole, so each is parsed alone; none of them runs.
    const findUnparsed = async (script: Script, refusal: ProtocolError): Promise<DatabaseFault> => {
        const fault = faultOfError(refusal);
        if (!fault.isOfStatement) return fault;
        const never = { type: "or", conds: [] };
        const outcomes = await send(
            script.map(({ sql }) => ({ type: "batch", batch: { steps: [{ condition: never, stmt: { sql } }] } })),
        );
        const part = outcomes.findIndex((outcome) => outcome.error);
        const error = outcomes[part]?.error;
        return error ? faultOfError(error, script[part]?.sql).at(part) : fault;
    };

    const runScript = async (script: Script, options?: ScriptOptions): Promise<void> => {
        const tryPart = async (part: Script): Promise<string | null | undefined> => {
            const steps = chain([...renderSetup(options).map(toSql), ...part], false);
            steps.push({ condition: null, stmt: { sql: "ROLLBACK", want_rows: false } });
            const [outcome] = await send([{ type: "batch", batch: { steps } }]);
            return outcome?.error?.code;
        };
        const setup = renderSetup(options);
        const end = ["COMMIT", ...(options?.foreignKeysOff ? ["PRAGMA foreign_keys = ON"] : [])];
        // Statement by statement: a `sequence` skips a statement that is broken at its end, and commits the rest.
        const steps = chain([...setup.map(toSql), ...script, ...end.map(toSql)], false);
        const [outcome] = await send([{ type: "batch", batch: { steps } }]);
        const refusal = outcome?.error;
        if (refusal) {
            const find = refusal.code === tooLarge ? findTooLarge(script, tryPart) : findUnparsed(script, refusal);
            throw await find.catch(() => faultOfError(refusal));
        }
        throwIfStepFailed(outcome, setup.length, script);
        takeAll(outcome, steps.length, endpoint.isReplica);
    };

    const prepareWrite: Connection["prepareWrite"] = (statements) => {
        const steps = chain([toSql("BEGIN IMMEDIATE"), ...statements, toSql("COMMIT")]);
        const body = renderStream([{ type: "batch", batch: { steps } }]);
        return async () => {
            const [outcome] = (await exchange(endpoint, body, 1, { signal })).outcomes;
            throwIfFailed(outcome);
            throwIfStepFailed(outcome, 1, statements);
            return takeAll(outcome, steps.length, endpoint.isReplica).slice(1, -1).map(decodeNamed);
        };
    };

    return {
        target,
        prefersRows: false,
        get countsRows() {
            return !endpoint.isReplica;
        },
        canVacuumInto: false,
        cost: endpoint.cost,
        readAll: async (queries, options) => {
            const begin = options?.settle ? "BEGIN IMMEDIATE" : "BEGIN";
            const stream = [toSql(begin), ...queries, toSql("ROLLBACK")].map(toExecute);
            const outcomes = await send(
                stream,
                signal?.aborted ? { limit: limits.interrupted } : { signal, limit: limits.usual },
            ).catch(blameStatement);
            for (const outcome of [outcomes[0], outcomes.at(-1)]) throwIfFailed(outcome);
            return queries.map(({ sql }, at) => {
                const { error, response } = outcomes[at + 1] ?? {};
                return toReadResult(sql, error, response?.result);
            });
        },
        runScript,
        runAlone: async (sql) => {
            const [outcome] = await send([toExecute({ sql })]);
            if (outcome?.error) throw faultOfError(outcome.error, sql);
        },
        tryOut: async (script, queries = [], options) => {
            const setup = renderSetup(options);
            const steps = chain([...setup.map(toSql), ...script]);
            // Each query on its own: one that fails says nothing about the others.
            const asked = chain(queries).map((step) => ({ ...step, condition: ok(steps.length - 1) }));
            steps.push(...asked);
            // Without a condition: it ends the transaction in any case.
            steps.push({ condition: null, stmt: { sql: "ROLLBACK", want_rows: false } });
            const [outcome] = await send([{ type: "batch", batch: { steps } }]).catch(blameStatement);
            if (outcome?.error) return toTrial(await findUnparsed(script, outcome.error));
            return readTrial(outcome, setup.length, script, queries);
        },
        write: (statements) => prepareWrite(statements)(),
        prepareWrite,
        // Loaded only if needed: a deploy is one script.
        begin: (async (mode: "read" | "write", options: WriteOptions = {}) => {
            const { openReading, openWriting } = await import("./transaction.ts");
            return mode === "read" ? openReading(endpoint, signal) : openWriting(endpoint, signal, options);
        }) as Connection["begin"],
        close: () => undefined,
    };
}

const tooLarge = "RESPONSE_TOO_LARGE";

// A server also counts rows that no statement asked for. Its refusal names no statement, so this tries, and rolls back, ever shorter
// beginnings of the script.
async function findTooLarge(
    script: Script,
    tryPart: (part: Script) => Promise<string | null | undefined>,
): Promise<DatabaseFault> {
    let [low, high] = [0, script.length - 1];
    while (low < high) {
        const middle = (low + high) >> 1;
        if ((await tryPart(script.slice(0, middle + 1))) === tooLarge) high = middle;
        else low = middle + 1;
    }
    const message = "it returns more than the 10 MB that a server sends; leave RETURNING or the SELECT out";
    return faultOfError({ message, code: tooLarge }).at(low);
}

function renderSetup(options: ScriptOptions | undefined): string[] {
    return [...(options?.foreignKeysOff ? ["PRAGMA foreign_keys = OFF"] : []), "BEGIN IMMEDIATE"];
}

function renderStream(stream: readonly StreamRequest[]): string | Buffer {
    return renderBody({ baton: null, requests: [...stream, { type: "close" }] });
}

interface BatchStep {
    readonly condition: { readonly type: "ok"; readonly step: number } | null;
    readonly stmt: { readonly sql: string; readonly args?: readonly ProtocolValue[]; readonly want_rows: boolean };
}

// A step runs only when the one before it succeeded, so nothing runs after a rollback.
function chain(statements: readonly Query[], wantRows = true): BatchStep[] {
    return statements.map((query, at) => ({
        condition: at === 0 ? null : ok(at - 1),
        stmt: { sql: query.sql, args: (query.args ?? []).map(encodeArgument), want_rows: wantRows },
    }));
}

function ok(step: number): { readonly type: "ok"; readonly step: number } {
    return { type: "ok", step };
}

function toExecute(query: Query): StreamRequest {
    return { type: "execute", stmt: { sql: query.sql, args: (query.args ?? []).map(encodeArgument), want_rows: true } };
}

function toSql(sql: string): Query {
    return { sql };
}

function throwIfFailed(outcome: Outcome | undefined): void {
    if (outcome?.error) throw faultOfError(outcome.error);
}

// Throws the fault of the first failed step, with its index in the script, which begins after `setup` steps.
function throwIfStepFailed(outcome: Outcome | undefined, setup: number, script: Script): void {
    const errors = outcome?.response?.result?.step_errors ?? [];
    const at = errors.findIndex((error) => error !== null);
    const error = errors[at];
    if (!error) return;
    const part = at - setup;
    const isOfScript = script.length > 0 && part >= 0 && part <= script.length;
    throw isOfScript ? faultOfError(error, script[part]?.sql).at(part) : faultOfError(error);
}

// Steps run in order: without a result of the last one, it is unknown whether any of them ran.
function takeAll(outcome: Outcome | undefined, count: number, isReplica: boolean): readonly (ProtocolResult | null)[] {
    const results = outcome?.response?.result?.step_results ?? [];
    // A replica says nothing else of a request that its primary did not accept.
    if (isReplica && results.length === 0 && outcome?.response?.result?.step_errors?.length === 0) {
        const message = "it answered for no statement";
        throw new DatabaseFault("server-fault", message, undefined, { variant: "primary-broken" });
    }
    if (results.length !== count || !results.at(-1)) throw foreignReply();
    return results;
}

function toReadResult(
    sql: string,
    error: ProtocolError | null | undefined,
    result: ProtocolResult | null | undefined,
): ReadResult {
    if (!error) return { ok: true, columns: readColumns(result), rows: decodeNamed(result) };
    const fault = faultOfError(error, sql);
    if (fault.kind !== "sql") throw fault;
    return { ok: false, message: fault.message };
}

function toTrial(fault: DatabaseFault): TrialResult {
    if (!fault.isOfStatement || fault.part === undefined) throw fault;
    return { failedIndex: fault.part, message: fault.message, results: [] };
}

function readTrial(
    outcome: Outcome | undefined,
    setup: number,
    script: Script,
    queries: readonly Query[],
): TrialResult {
    const { step_results: results = [], step_errors: errors = [] } = outcome?.response?.result ?? {};
    const first = setup + script.length;
    const failed = errors.findIndex((error, at) => error !== null && at < first);
    const error = errors[failed];
    if (error) {
        const part = failed - setup;
        return toTrial(part < 0 ? faultOfError(error) : faultOfError(error, script[part]?.sql).at(part));
    }
    if (!results[first - 1]) throw foreignReply();
    return {
        failedIndex: undefined,
        message: undefined,
        results: queries.map(({ sql }, at) => toReadResult(sql, errors[first + at], results[first + at])),
    };
}
