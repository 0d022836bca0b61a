import { setImmediate as turn } from "node:timers/promises";
import Database from "libsql";
import type { Query, Row, StoredQuery, StoredRows, Transaction, Value } from "../connection.ts";
import { DatabaseFault } from "../faults.ts";
import { toBound, toRow } from "../values.ts";
import { toFileFault } from "./faults.ts";

/** How many bytes an answer may have; a server has such a limit, too. */
const answerSize = 10_000_000;

/** The driver on one file. Everything is done when a call returns, and every failure is a DatabaseFault. */
export interface FileHandle {
    /** Runs SQL without rows. Leaves nothing behind when it fails, as a prepared statement does. */
    exec(sql: string): void;
    query(query: Query): readonly Row[];
    read(query: StoredQuery): StoredRows | undefined;
    /** Runs a statement for each list of values, and keeps it prepared; returns how many of the runs changed a row. */
    runEach(sql: string, rows: readonly (readonly Value[])[]): number;
    /** Rolls back what is open. */
    rollback(): void;
    close(): void;
}

/** @param lock how long another program that has locked the file is waited for, in milliseconds */
export function openHandle(path: string, lock: number): FileHandle {
    const attempt = <T>(body: () => T): T => {
        try {
            return body();
        } catch (error) {
            throw toFileFault(error, path);
        }
    };
    const database = attempt(() => new Database(path, { timeout: lock }));
    const prepared = new Map<string, Database.Statement>();
    const rollback = (): void => {
        // A lock would outlast close(): failed statements keep the handle alive until their memory is collected.
        if (database.open && database.inTransaction) database.exec("ROLLBACK");
    };
    return {
        exec: (sql) => attempt(() => database.exec(sql)),
        query: ({ sql, args = [] }) =>
            attempt(() => {
                const values = args.map(toBound);
                const statement = database.prepare(sql).safeIntegers();
                if (!statement.reader) {
                    statement.run(values);
                    return [];
                }
                const names = statement.columns().map(({ name }) => name);
                const rows = statement.raw().all(values) as Value[][];
                // EXPLAIN goes on after its last row, and would keep its lock: get() resets a statement.
                if (/^\s*EXPLAIN\b/i.test(sql)) statement.get(values);
                return rows.map((row) => toRow(names, row));
            }),
        read: ({ sql, args = [] }) =>
            attempt(() => readWithin(database.prepare(sql).raw().safeIntegers().iterate(args) as Iterable<Value[]>)),
        runEach: (sql, rows) =>
            attempt(() => {
                const statement = prepared.get(sql) ?? database.prepare(sql);
                prepared.set(sql, statement);
                let changed = 0;
                for (const row of rows) if (statement.run(row).changes > 0) changed++;
                return changed;
            }),
        rollback,
        close: () => {
            rollback();
            if (database.open) database.close();
        },
    };
}

// To its end in any case: a statement that is left before keeps its lock until its memory is collected.
function readWithin(rows: Iterable<Value[]>): StoredRows | undefined {
    const kept: Value[][] = [];
    let size = 0;
    let isTooLarge = false;
    for (const row of rows) {
        for (const value of row) size += typeof value === "string" || value instanceof Uint8Array ? value.length : 8;
        // One row alone is returned whatever its size: no smaller answer can be asked for.
        isTooLarge ||= size > answerSize && kept.length > 0;
        if (isTooLarge) kept.length = 0;
        else kept.push(row);
    }
    return isTooLarge ? undefined : { rows: kept, size };
}

/**
 * The transaction that is open on a handle.
 *
 * @param release lets the handle go
 * @param signal heard between two statements: SQLite never waits
 */
export function toTransaction(handle: FileHandle, release: () => void, signal?: AbortSignal): Transaction {
    return {
        views: 1,
        read: async (query) => handle.read(query),
        query: async (query) => handle.query(query),
        run: async (sql) => {
            handle.exec(sql);
            await turn();
            if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
        },
        tryRun: async (sql) => {
            try {
                handle.exec(sql);
                return undefined;
            } catch (error) {
                if (error instanceof DatabaseFault && error.isOfStatement) return error.message;
                throw error;
            }
        },
        runEach: async (sql, rows) => handle.runEach(sql, rows),
        commit: async () => handle.exec("COMMIT"),
        close: async () => release(),
    };
}
