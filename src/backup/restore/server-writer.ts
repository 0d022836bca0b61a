import { DatabaseFault } from "../../database/faults.ts";
import { faultOfError, foreignReply, type ProtocolResult } from "../../database/server/protocol.ts";
import { type StoredValue, toStoredRows } from "../../database/server/snapshot.ts";
import { openStream, type Stream } from "../../database/server/stream.ts";
import type { ServerTarget } from "../../database/target.ts";
import type { RestoreWriter } from "./writer.ts";

/** How many characters of statements one request brings, when no single one has more. */
const requestSize = 3_000_000;

/**
 * Writes to a server: one stream, in which one transaction is open. Requests go out one at a time, and the next one is
 * put together meanwhile.
 */
export function openServerWriter(target: ServerTarget, signal?: AbortSignal): RestoreWriter {
    const stream = openStream(target, signal);
    let waiting: string[] = [];
    let size = 0;
    let running: Promise<unknown> = Promise.resolve();
    const flush = async (): Promise<void> => {
        await running;
        if (waiting.length === 0) return;
        const statements = waiting;
        [waiting, size] = [[], 0];
        running = runInside(stream, statements);
        // Whoever runs or reads next is told.
        running.catch(() => undefined);
    };
    const settle = async (): Promise<void> => {
        await flush();
        await running;
    };
    return {
        begin: async () => {
            const steps = ["PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"].map((sql, at) => ({
                condition: at === 0 ? null : { type: "ok", step: at - 1 },
                stmt: { sql, want_rows: false },
            }));
            await runBatch(stream, steps);
        },
        run: async (sql) => {
            if (size > 0 && size + sql.length > requestSize) await flush();
            waiting.push(sql);
            size += sql.length;
        },
        tryRun: async (sql) => {
            await settle();
            try {
                await runInside(stream, [sql]);
                return true;
            } catch (error) {
                if (error instanceof DatabaseFault && error.kind === "sql") return false;
                throw error;
            }
        },
        read: async (sql) => {
            await settle();
            const [rows] = await runInside(stream, [sql], true);
            return rows ?? [];
        },
        commit: async () => {
            await settle();
            await runInside(stream, ["COMMIT"]);
        },
        end: async () => {
            await running.catch(() => undefined);
            await stream.close();
        },
    };
}

/** Inside a transaction, each of them is refused. */
const proofs = ["BEGIN", "BEGIN"];

// Nothing may run outside the transaction. Where the server has ended it, the first BEGIN may be what it tells that with,
// and the second one succeeds: then no other step runs. Each statement runs when the one before it has succeeded.
async function runInside(
    stream: Stream,
    statements: readonly string[],
    wantRows = false,
): Promise<(readonly StoredValue[])[][]> {
    const steps = [...proofs, ...statements].map((sql, at) => ({
        condition: at < proofs.length ? null : { type: at === proofs.length ? "error" : "ok", step: at - 1 },
        stmt: { sql, want_rows: wantRows },
    }));
    const results = await runBatch(stream, steps, proofs.length);
    return wantRows ? results.slice(proofs.length).map(toStoredRows) : [];
}

type Results = readonly (ProtocolResult | null)[];

// Gives the result of each step; the first ones are to be refused, as statements are and not for another reason.
async function runBatch(stream: Stream, steps: readonly object[], refused = 0): Promise<Results> {
    const { outcomes } = await stream.send([{ type: "batch", batch: { steps } }]);
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
    return results;
}
