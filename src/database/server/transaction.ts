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

/** How long one answer is waited for, in milliseconds. */
const answerLimit = 60_000;
/** How often in a row a read is tried again after the line broke: reading twice does no harm. */
const attempts = 4;

/**
 * Opens a read transaction on one stream. A server that ends it (Turso does after some seconds, and a restart does) is
 * asked for a new one, and `views` grows. Nothing is written, and nothing is sent before the first read; a read-only token
 * is enough.
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
            if (!answer) throw new DatabaseFault("sql", "the answer is larger than the server sends");
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
    /** Whether rows were given that were read in the transaction which is open now. */
    isRead: boolean;
    views: number;
}

interface Answer {
    readonly result: ProtocolResult | undefined;
    readonly size: number;
}

// The last BEGIN proves that all was read in one transaction: only inside one is it refused.
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

// A stream that has ended is refused with status 400, which on a new one would be the statement's fault.
function isRepeatable(fault: DatabaseFault, wasOpen: boolean): boolean {
    if (fault.kind === "connection-lost" || fault.kind === "transaction-timeout" || fault.kind === "busy") return true;
    return wasOpen && (fault.kind === "sql" || fault.kind === "server-fault") && /baton|stream/i.test(fault.message);
}

/** How many characters of statements one request brings, when no single one has more. */
const requestSize = 3_000_000;

/**
 * Begins a write transaction on one stream. Statements go out together, one request at a time; the next one is put
 * together meanwhile.
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
        // Told by the next call that waits for it.
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
            // What came before must not be taken for a failure of this one.
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

/** Inside a transaction, each of them is refused. */
const proofs: readonly Statement[] = [{ sql: "BEGIN" }, { sql: "BEGIN" }];

interface BatchResults {
    readonly results: readonly (ProtocolResult | null)[];
    readonly size: number;
}

// Nothing may run outside the transaction. Where the server has ended it, the first BEGIN may be what it tells that with,
// and the second one succeeds: then no other step runs. Each statement runs when the one before it has succeeded.
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

// Gives the result of each step; the first ones are to be refused, as statements are and not for another reason.
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
