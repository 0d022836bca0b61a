import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type Client, createClient, type Transaction } from "@libsql/client/sqlite3";
import type { Connection, Query, ReadResult, RehearsalResult, Row } from "../connection.ts";
import { DatabaseFault, toFault } from "../faults.ts";
import type { FileTarget } from "../target.ts";
import { toRows, toStatement } from "../values.ts";
import { openBulkWriter } from "./bulk.ts";
import { toFileFault } from "./faults.ts";

/** How long another program that has locked the file is waited for, in milliseconds. */
export interface LockLimits {
    /** By each operation, in SQLite itself, which blocks the event loop. */
    readonly lock: number;
    /** By the first read, where nobody else waits. */
    readonly firstRead: number;
}

const defaultLimits: LockLimits = { lock: 5_000, firstRead: 60_000 };

/** The path of a database that lives as long as its connection. */
export const inMemory = ":memory:";

/**
 * Opens an embedded database; the file is created when it does not exist.
 *
 * @param signal ends the wait for another program when it is aborted
 */
export function openFile(target: FileTarget, signal?: AbortSignal, limits = defaultLimits): Connection {
    const url = target.path === inMemory ? inMemory : pathToFileURL(target.path).href;
    const asFault = (error: unknown): DatabaseFault => toFileFault(error, target.path);
    const open = (): Client => {
        try {
            return createClient({ url, timeout: limits.lock });
        } catch (error) {
            throw asFault(error);
        }
    };
    let client = open();
    const bulk = openBulkWriter(target.path, limits.lock);

    // A failed prepared statement is never finalized and leaves its pooled connection useless, and a failed script may
    // leave foreign keys off: start afresh. A database in memory would be gone with its connection.
    const fail = (error: unknown): never => {
        if (target.path !== inMemory) {
            client.close();
            client = open();
        }
        throw asFault(error);
    };
    const inTransaction = async <T>(mode: "deferred" | "write", body: (tx: Transaction) => Promise<T>): Promise<T> => {
        const transaction = await client.transaction(mode).catch(fail);
        try {
            return await body(transaction);
        } catch (error) {
            transaction.close();
            return fail(error);
        } finally {
            transaction.close();
        }
    };

    // Whoever has read once decides for itself what to do while others write.
    let hasRead = false;
    const readOnce = async (queries: readonly Query[], mode: "deferred" | "write"): Promise<ReadResult[]> => {
        const results = await inTransaction(mode, (tx) => readEach(tx, queries));
        hasRead = true;
        return results;
    };
    const waitForFirst = async (queries: readonly Query[], mode: "deferred" | "write"): Promise<ReadResult[]> => {
        for (const startedAt = Date.now(); ; ) {
            try {
                return await readOnce(queries, mode);
            } catch (error) {
                if (asFault(error).kind !== "busy" || Date.now() - startedAt > limits.firstRead) throw error;
                await sleep(100 + Math.random() * 400, undefined, { signal }).catch(() => undefined);
                if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted", error);
            }
        }
    };

    const write: Connection["write"] = async (statements) => {
        if (statements.some((statement) => statement.rows)) {
            try {
                return bulk.write(statements);
            } catch (error) {
                throw asFault(error);
            }
        }
        return inTransaction("write", async (tx) => {
            const results: (readonly Row[])[] = [];
            for (const statement of statements) results.push(toRows(await tx.execute(toStatement(statement))));
            await tx.commit();
            return results;
        });
    };

    return {
        target,
        prefersRows: target.path !== inMemory,
        cost: { requests: 0, rowsRead: 0, rowsWritten: 0 },
        readAll: (queries, options) =>
            (hasRead ? readOnce : waitForFirst)(queries, options?.settle ? "write" : "deferred"),
        runScript: async (script) => {
            await client.executeMultiple(script).catch(fail);
        },
        rehearse: async (statements, queries = [], options) => {
            // On a client of its own: a pragma sticks to the pooled connection, and what a rehearsal breaks off midway
            // would lock tables for those that come after.
            let alone: Client | undefined;
            try {
                alone = createClient({ url, timeout: limits.lock, concurrency: 1 });
                if (options?.foreignKeysOff) await alone.execute("PRAGMA foreign_keys = OFF");
                const transaction = await alone.transaction("write");
                const result = await rehearseIn(transaction, statements, queries);
                transaction.close();
                return result;
            } catch (error) {
                throw asFault(error);
            } finally {
                alone?.close();
            }
        },
        write,
        prepareWrite: (statements) => () => write(statements),
        close: () => {
            bulk.close();
            client.close();
        },
    };
}

async function readEach(tx: Transaction, queries: readonly Query[]): Promise<ReadResult[]> {
    const results: ReadResult[] = [];
    for (const query of queries) {
        try {
            results.push({ ok: true, rows: toRows(await tx.execute(toStatement(query))) });
        } catch (error) {
            const fault = toFault(error);
            if (fault.kind !== "sql") throw fault;
            results.push({ ok: false, message: fault.message });
        }
    }
    return results;
}

async function rehearseIn(
    tx: Transaction,
    statements: readonly string[],
    queries: readonly Query[],
): Promise<RehearsalResult> {
    for (const [index, sql] of statements.entries()) {
        try {
            // As a script: a prepared EXPLAIN, for one, is never finalized and keeps the file locked.
            await tx.executeMultiple(sql);
        } catch (error) {
            const fault = toFault(error);
            if (!fault.isOfStatement) throw fault;
            return { failedIndex: index, message: fault.message, results: [] };
        }
    }
    return { failedIndex: undefined, message: undefined, results: await readEach(tx, queries) };
}
