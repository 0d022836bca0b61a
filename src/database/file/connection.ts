import { existsSync } from "node:fs";
import type {
    Connection,
    Query,
    ReadResult,
    Row,
    Script,
    Transaction,
    TrialResult,
    WriteOptions,
} from "../connection.ts";
import { DatabaseFault, toFault } from "../faults.ts";
import { repeatWhileBusy } from "../retry.ts";
import type { FileTarget } from "../target.ts";
import { openBatches } from "./batches.ts";
import { type FileHandle, openHandle, toTransaction } from "./handle.ts";

export interface FileOptions {
    /** How long each operation waits for another program, in milliseconds; SQLite blocks the event loop meanwhile. */
    readonly lock?: number;
    /** How long the first read waits, in milliseconds. */
    readonly firstRead?: number;
    readonly mustExist?: boolean | undefined;
}

/** The path of a database that lives as long as its connection. */
export const inMemory = ":memory:";

/**
 * Opens an embedded database; the file is created when it does not exist.
 *
 * @param signal ends the wait for another program when it is aborted
 */
export function openFile(
    target: FileTarget,
    signal?: AbortSignal,
    { lock = 5_000, firstRead = 60_000, mustExist = false }: FileOptions = {},
): Connection {
    const isInMemory = target.path === inMemory;
    if (mustExist && !isInMemory && !existsSync(target.path)) {
        throw new DatabaseFault("cannot-open", "there is no such file");
    }
    let shared: FileHandle | undefined = openHandle(target.path, lock);
    const use = (): FileHandle => {
        shared ??= openHandle(target.path, lock);
        return shared;
    };
    // Closing the handle removes what a failure leaves behind; in memory, it would remove the database too.
    const abandon = (): void => {
        if (isInMemory) shared?.rollback();
        else {
            shared?.close();
            shared = undefined;
        }
    };
    const alone = (): [FileHandle, release: () => void] => {
        const handle = isInMemory ? use() : openHandle(target.path, lock);
        const reset = (): void => {
            handle.rollback();
            handle.exec("PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = OFF");
        };
        return [handle, isInMemory ? reset : handle.close];
    };
    const transact = <T>(begin: string, end: string | undefined, body: (handle: FileHandle) => T): T => {
        const handle = use();
        try {
            handle.exec(begin);
            const result = body(handle);
            if (end !== undefined) handle.exec(end);
            return result;
        } catch (error) {
            abandon();
            throw error;
        }
    };
    const batches = openBatches(target.path, lock);
    const readWhen = waitForFirst(firstRead, signal);
    const write: Connection["write"] = async (statements) => {
        if (!isInMemory && statements.every(isOfBatch)) return batches.write(statements);
        return transact("BEGIN IMMEDIATE", "COMMIT", (handle) =>
            statements.map((statement) => runStatement(handle, statement)),
        );
    };

    return {
        target,
        prefersRows: true,
        countsRows: false,
        canVacuumInto: true,
        cost: { requests: 0, rowsRead: 0, rowsWritten: 0 },
        readAll: (queries, options) => {
            const begin = options?.settle ? "BEGIN IMMEDIATE" : beginReading;
            return readWhen(() =>
                transact(begin, "ROLLBACK", (handle) => queries.map((query) => tryQuery(handle, query))),
            );
        },
        runScript: async (script, options) => {
            if (options?.foreignKeysOff) use().exec("PRAGMA foreign_keys = OFF");
            try {
                transact("BEGIN IMMEDIATE", undefined, (handle) => runParts(handle, [...script, { sql: "COMMIT" }]));
            } finally {
                if (options?.foreignKeysOff) shared?.exec("PRAGMA foreign_keys = ON");
            }
        },
        runAlone: async (sql) => use().exec(sql),
        tryOut: async (script, queries = [], options) => {
            const [handle, release] = alone();
            try {
                if (options?.foreignKeysOff) handle.exec("PRAGMA foreign_keys = OFF");
                handle.exec("BEGIN IMMEDIATE");
                return tryParts(handle, script, queries);
            } finally {
                release();
            }
        },
        write,
        prepareWrite: (statements) => () => write(statements),
        begin: async (mode: "read" | "write", options: WriteOptions = {}): Promise<Transaction> => {
            const [handle, release] = alone();
            try {
                if (options.foreignKeysOff) handle.exec("PRAGMA foreign_keys = OFF");
                if (options.checksOff) handle.exec("PRAGMA ignore_check_constraints = ON");
                handle.exec(mode === "read" ? beginReading : "BEGIN IMMEDIATE");
                return toTransaction(handle, release, signal);
            } catch (error) {
                release();
                throw error;
            }
        },
        close: () => {
            shared?.close();
            batches.close();
        },
    };
}

/** Opens an empty database that lives as long as its connection. */
export function openScratch(): Connection {
    return openFile({ kind: "file", path: inMemory, label: inMemory, local: true });
}

/** By exec: a prepared statement that meets another writer would keep its lock until it is garbage-collected. */
const beginReading = "BEGIN; SELECT count(*) FROM sqlite_schema";

// Only the first read waits for other programs; later, the caller decides what to do while others write.
function waitForFirst(limit: number, signal?: AbortSignal): <T>(read: () => T) => Promise<T> {
    let hasRead = false;
    return async (read) => {
        const result = await repeatWhileBusy(read, hasRead ? 0 : limit, signal);
        hasRead = true;
        return result;
    };
}

// The client never resets an EXPLAIN, which then prevents the COMMIT of the batch.
function isOfBatch({ sql, rows }: Query): boolean {
    return rows === undefined && !/^\s*EXPLAIN\b/i.test(sql);
}

function runStatement(handle: FileHandle, statement: Query): readonly Row[] {
    const { sql, rows } = statement;
    if (rows === undefined) return handle.query(statement);
    // Numbers go into INTEGER columns, which store a REAL without fraction as an integer.
    if (handle.runEach(sql, rows) < rows.length) {
        throw new DatabaseFault("busy", "rows changed meanwhile", undefined, { variant: "rows-changed" });
    }
    return [];
}

function tryQuery(handle: FileHandle, query: Query): ReadResult {
    try {
        return { ok: true, rows: handle.query(query) };
    } catch (error) {
        const fault = toFault(error);
        // A server fails the whole request.
        if (fault.kind !== "sql" || fault.variant === "not-utf8") throw fault;
        return { ok: false, message: fault.message };
    }
}

function runParts(handle: FileHandle, script: Script): void {
    for (const [part, { sql }] of script.entries()) {
        try {
            handle.exec(sql);
        } catch (error) {
            throw toFault(error).at(part);
        }
    }
}

function tryParts(handle: FileHandle, script: Script, queries: readonly Query[]): TrialResult {
    try {
        runParts(handle, script);
    } catch (error) {
        const { part, message, isOfStatement } = toFault(error);
        if (!isOfStatement) throw error;
        return { failedIndex: part, message, results: [] };
    }
    return { failedIndex: undefined, message: undefined, results: queries.map((query) => tryQuery(handle, query)) };
}
