import { setTimeout as sleep } from "node:timers/promises";
import type { Query, ReadTransaction, Transaction, WriteOptions } from "../connection.ts";
import { DatabaseFault, toFault } from "../faults.ts";
import { decodeNamed, decodeRows, encode, encodeArgument } from "./encoding.ts";
import { type Endpoint, faultOfError, foreignReply, type ProtocolResult, type ProtocolValue } from "./protocol.ts";
import { openStream, type Stream } from "./stream.ts";

interface Statement {
    readonly sql: string;
    readonly args?: readonly ProtocolValue[];
}

const toStatement = ({ sql, args = [] }: Query): Statement => ({ sql, args: args.map(encodeArgument) });

/** How long to wait for one answer, in milliseconds. */
const answerLimit = 60_000;
/** How often a read is tried when the connection breaks. */
const attempts = 4;

/**
 * Opens a read transaction on one stream. When the server ends it (Turso does after some seconds, and so does a restart),
 * a new one begins and `views` grows. Sends nothing before the first read; a read-only token is enough.
 */
export function openReading(endpoint: Endpoint, signal?: AbortSignal): ReadTransaction {
    const state: State = { stream: openStream(endpoint, signal, answerLimit), isRead: false, views: 0 };
    const read = async (statement: Statement): Promise<Answer | undefined> => {
        for (let attempt = 1; attempt <= attempts; attempt++) {
            const wasOpen = state.stream.isOpen;
            if (!wasOpen) Object.assign(state, { stream: openStream(endpoint, signal, answerLimit), isRead: false });
            const answer = await readOnce(state, statement).catch(async (error: unknown) => {
                const fault = toFault(error);
                await state.stream.close();
                if (!isRepeatable(fault, wasOpen) || signal?.aborted || attempt === attempts) throw fault;
                await sleep(200 * attempt, undefined, { signal }).catch(() => undefined);
                return "lost" as const;
            });
            if (answer !== "lost") return answer;
        }
        throw new DatabaseFault("server-fault", "the server ends each read transaction at once");
    };
    return {
        read: async ({ sql, args = [] }) => {
            const answer = await read({ sql, args: args.map(encode) });
            return answer && { rows: decodeRows(answer.result), size: answer.size };
        },
        query: async (query) => {
            const answer = await read(toStatement(query));
            if (!answer) throw new DatabaseFault("sql", "the answer is larger than the server allows");
            return decodeNamed(answer.result);
        },
        get views() {
            return state.views;
        },
        close: () => state.stream.close(),
    };
}

interface State {
    stream: Stream;
    /** Whether rows of the current transaction were returned. */
    isRead: boolean;
    views: number;
}

interface Answer {
    readonly result: ProtocolResult | undefined;
    readonly size: number;
}

// The last BEGIN proves that everything was read in one transaction: it is refused only inside one.
async function readOnce(state: State, statement: Statement): Promise<Answer | undefined | "lost"> {
    const { stream } = state;
    const statements: Statement[] = [...(stream.isOpen ? [] : [{ sql: "BEGIN" }]), statement, { sql: "BEGIN" }];
    const { outcomes, size } = await stream.send(
        statements.map((stmt) => ({ type: "execute", stmt: { ...stmt, want_rows: true } })),
    );
    const [answer, proof] = outcomes.slice(-2);
    if (answer?.error?.code === "RESPONSE_TOO_LARGE") return undefined;
    for (const outcome of outcomes.slice(0, -1)) {
        if (outcome.error) throw faultOfError(outcome.error);
    }
    if (!proof?.error) {
        state.isRead = false;
        return "lost";
    }
    if (!state.isRead) state.views++;
    state.isRead = true;
    return { result: answer?.response?.result, size };
}

// A request on an ended stream is refused with status 400, which on a new stream would be the statement's fault.
function isRepeatable(fault: DatabaseFault, wasOpen: boolean): boolean {
    if (fault.kind === "connection-lost" || fault.kind === "transaction-timeout" || fault.kind === "busy") return true;
    return wasOpen && (fault.kind === "sql" || fault.kind === "server-fault") && /baton|stream/i.test(fault.message);
}

/** How many characters of statements one request holds, unless a single one has more. */
const requestSize = 3_000_000;

/**
 * Begins a write transaction on one stream. Statements are sent in batches, one request at a time, while the next batch
 * is collected.
 */
export async function openWriting(
    endpoint: Endpoint,
    signal: AbortSignal | undefined,
    { foreignKeysOff }: WriteOptions,
): Promise<Transaction> {
    const stream = openStream(endpoint, signal);
    let waiting: Statement[] = [];
    let size = 0;
    let running: Promise<unknown> = Promise.resolve();
    const flush = async (): Promise<void> => {
        await running;
        if (waiting.length === 0) return;
        const statements = waiting;
        [waiting, size] = [[], 0];
        running = runInside(stream, statements);
        // The next call that waits for it reports a failure.
        running.catch(() => undefined);
    };
    const settle = async (): Promise<void> => {
        await flush();
        await running;
    };
    const runNow = async (statements: readonly Statement[], wantRows = false): Promise<BatchResults> => {
        await settle();
        return runInside(stream, statements, wantRows);
    };
    const begin = [...(foreignKeysOff ? ["PRAGMA foreign_keys = OFF"] : []), "BEGIN IMMEDIATE"];
    const steps = begin.map((sql, at) => toStep({ sql }, at === 0 ? null : { type: "ok", step: at - 1 }));
    await runBatch(stream, steps).catch(async (error: unknown) => {
        await stream.close();
        throw error;
    });
    return {
        views: 1,
        read: async ({ sql, args = [] }) => {
            const { results, size } = await runNow([{ sql, args: args.map(encode) }], true);
            return { rows: decodeRows(results[0]), size };
        },
        query: async (query) => decodeNamed((await runNow([toStatement(query)], true)).results[0]),
        run: async (sql) => {
            if (size > 0 && size + sql.length > requestSize) await flush();
            waiting.push({ sql });
            size += sql.length;
        },
        tryRun: async (sql) => {
            // A failure of an earlier statement must not count as a failure of this one.
            await settle();
            try {
                await runInside(stream, [{ sql }]);
                return undefined;
            } catch (error) {
                if (error instanceof DatabaseFault && error.isOfStatement) return error.message;
                throw error;
            }
        },
        runEach: async (sql, rows) => {
            if (rows.length === 0) return 0;
            const { results } = await runNow(rows.map((row) => ({ sql, args: row.map(encode) })));
            return results.filter((result) => (result?.affected_row_count ?? 0) > 0).length;
        },
        commit: async () => {
            await runNow([{ sql: "COMMIT" }]);
        },
        close: async () => {
            await running.catch(() => undefined);
            await stream.close();
        },
    };
}

/** Refused inside a transaction. */
const proofs: readonly Statement[] = [{ sql: "BEGIN" }, { sql: "BEGIN" }];

interface BatchResults {
    readonly results: readonly (ProtocolResult | null)[];
    readonly size: number;
}

// Nothing may run outside the transaction. Where the server has ended it, it may report that in reply to the first BEGIN,
// and the second one succeeds; then no other step runs. Each statement runs only if the one before it succeeded.
async function runInside(stream: Stream, statements: readonly Statement[], wantRows = false): Promise<BatchResults> {
    const steps = [...proofs, ...statements].map((statement, at) =>
        toStep(
            statement,
            at < proofs.length ? null : { type: at === proofs.length ? "error" : "ok", step: at - 1 },
            wantRows,
        ),
    );
    const { results, size } = await runBatch(stream, steps, proofs.length);
    return { results: results.slice(proofs.length), size };
}

function toStep(statement: Statement, condition: object | null, wantRows = false): object {
    return { condition, stmt: { ...statement, want_rows: wantRows } };
}

// Returns the result of each step. The first `refused` ones must be refused as statements, not for another reason.
async function runBatch(stream: Stream, steps: readonly object[], refused = 0): Promise<BatchResults> {
    const { outcomes, size } = await stream.send([{ type: "batch", batch: { steps } }]);
    const [outcome] = outcomes;
    if (outcome?.error) throw faultOfError(outcome.error);
    const { step_results: results = [], step_errors: errors = [] } = outcome?.response?.result ?? {};
    for (const [at, error] of errors.entries()) {
        if (error && (at >= refused || faultOfError(error).kind !== "sql")) throw faultOfError(error);
    }
    if (results.slice(0, refused).some((result) => result !== null)) {
        throw new DatabaseFault("transaction-timeout", "the transaction has ended");
    }
    if (results.length !== steps.length || !results.at(-1)) throw foreignReply();
    return { results, size };
}
