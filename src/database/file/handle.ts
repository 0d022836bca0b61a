import { setImmediate as turn } from "node:timers/promises";
import Database from "libsql";
import type { Query, Row, StoredQuery, StoredRows, Transaction, Value } from "../connection.ts";
import { DatabaseFault } from "../faults.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import { toBound, toRow } from "../values.ts";
import { toFileFault } from "./faults.ts";
import { askForBytes, readBytes, selectEncoding } from "./texts.ts";

/** How many bytes an answer may have; a server has a similar limit. */
const answerSize = 10_000_000;

/** The synchronous driver on one file. Every failure is a DatabaseFault. */
export interface FileHandle {
    /** Runs SQL without rows. Unlike a prepared statement, it leaves nothing behind when it fails. */
    exec(sql: string): void;
    query(query: Query): readonly Row[];
    /**
     * Like query(), with the names of the columns, in order; undefined for an answer that is too large: it is dropped while it
     * is read.
     *
     * @param most how large an answer may be, in characters and bytes
     */
    queryWithin(query: Query, most: number): { readonly columns: readonly string[]; readonly rows: Row[] } | undefined;
    read(query: StoredQuery): StoredRows | undefined;
    /** Runs a statement for each list of values, and keeps it prepared; returns how many runs changed a row. */
    runEach(sql: string, rows: readonly (readonly Value[])[]): number;
    rollback(): void;
    close(): void;
}

/**
 * @param path of the file, or its URI
 * @param lock how long to wait for another program's lock, in milliseconds
 */
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
        // A lock would outlast close(): failed statements keep the handle alive until they are garbage-collected.
        if (database.open && database.inTransaction) database.exec("ROLLBACK");
    };
    let encoding: string | undefined;
    const storesUtf8 = (): boolean => {
        if (encoding !== undefined) return encoding === "UTF-8";
        const [row] = database.prepare(selectEncoding).raw().all() as string[][];
        encoding = row?.[0];
        return encoding === "UTF-8";
    };
    const prepareForBytes = (sql: string, names: readonly string[]): Database.Statement | undefined => {
        const asked = storesUtf8() ? askForBytes(sql, names) : undefined;
        try {
            return asked === undefined ? undefined : database.prepare(asked);
        } catch {
            return undefined;
        }
    };
    const queryWithin: FileHandle["queryWithin"] = ({ sql, args = [], trustsTexts }, most) =>
        attempt(() => {
            const values = args.map(toBound);
            const statement = database.prepare(sql).safeIntegers();
            if (!statement.reader) {
                statement.run(values);
                return { columns: [], rows: [] };
            }
            const columns = statement.columns().map(({ name }) => name);
            const forBytes = trustsTexts ? undefined : prepareForBytes(sql, columns)?.safeIntegers();
            const raw = (forBytes ?? statement).raw();
            const read = raw.iterate(values) as Iterable<Value[]>;
            const found = forBytes ? readEachBytes(read, columns) : read;
            const rows = most === Number.POSITIVE_INFINITY ? [...found] : keepWithin(found, most);
            // EXPLAIN keeps its lock after its last row; get() resets the statement.
            if (/^\s*EXPLAIN\b/i.test(sql)) statement.get(values);
            return rows && { columns, rows: rows.map((row) => toRow(columns, row)) };
        });
    return {
        exec: (sql) => attempt(() => database.exec(sql)),
        query: (query) => queryWithin(query, Number.POSITIVE_INFINITY)?.rows ?? [],
        queryWithin,
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

// Reads to the end also after a text that is not UTF-8: see readWithin().
function* readEachBytes(rows: Iterable<Value[]>, names: readonly string[]): Iterable<Value[]> {
    let [number, fault]: [number, unknown] = [0, undefined];
    for (const row of rows) {
        number++;
        if (fault !== undefined) continue;
        try {
            yield readBytes(row, names, number);
        } catch (error) {
            fault = error;
        }
    }
    if (fault !== undefined) throw fault;
}

// Reads to the end: a statement that is left earlier keeps its lock until it is garbage-collected.
function readWithin(rows: Iterable<Value[]>): StoredRows | undefined {
    const kept: Value[][] = [];
    let size = 0;
    let isTooLarge = false;
    for (const row of rows) {
        for (const value of row) size += typeof value === "string" || value instanceof Uint8Array ? value.length : 8;
        // A single row is returned whatever its size: there is no smaller answer.
        isTooLarge ||= size > answerSize && kept.length > 0;
        if (isTooLarge) kept.length = 0;
        else kept.push(row);
    }
    return isTooLarge ? undefined : { rows: kept, size };
}

// Reads to the end too.
function keepWithin(rows: Iterable<Value[]>, most: number): Value[][] | undefined {
    const kept: Value[][] = [];
    let size = 0;
    for (const row of rows) {
        for (const value of row)
            size += typeof value === "string" || value instanceof Uint8Array ? Math.max(8, value.length) : 8;
        if (size > most) kept.length = 0;
        else kept.push(row);
    }
    return size > most ? undefined : kept;
}

/** Wraps the open transaction of a handle; `release` closes or resets it, `signal` is checked after each statement. */
export function toTransaction(handle: FileHandle, release: () => void, signal?: AbortSignal): Transaction {
    return {
        views: 1,
        read: async (query) => handle.read(query),
        query: async (query) => handle.query(query),
        run: async (sql) => {
            handle.exec(sql);
            await turn();
            throwIfInterrupted(signal);
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
