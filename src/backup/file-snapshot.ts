import { existsSync } from "node:fs";
import Database from "libsql";
import { DatabaseFault } from "../database/faults.ts";
import { toFileFault } from "../database/file/faults.ts";
import type { Snapshot, StoredValue } from "../database/server/snapshot.ts";
import type { FileTarget } from "../database/target.ts";

/** How many bytes an answer may have; a server has such a limit, too. */
const answerSize = 10_000_000;

/**
 * Opens a view on a file: one read transaction. Writers go on meanwhile where the file has a write-ahead log; elsewhere
 * they wait.
 *
 * @param lock how long another program that has locked the file is waited for, in milliseconds
 * @throws DatabaseFault, also from each read; for a file that does not exist
 */
export function openFileSnapshot({ path }: FileTarget, lock: number): Snapshot {
    if (!existsSync(path)) throw new DatabaseFault("cannot-open", "there is no such file");
    const asFault = (error: unknown): DatabaseFault => toFileFault(error, path);
    const database = open(path, lock, asFault);
    return {
        read: async ({ sql, args = [] }) => {
            try {
                const statement = database.prepare(sql).raw().safeIntegers();
                return readWithin(statement.iterate(...(args as unknown[])) as Iterable<StoredValue[]>);
            } catch (error) {
                throw asFault(error);
            }
        },
        views: 1,
        requests: 0,
        rowsRead: 0,
        close: async () => {
            // Its statements keep it alive until their memory is collected, and its lock, were it not given back.
            if (database.open && database.inTransaction) database.exec("ROLLBACK");
            database.close();
        },
    };
}

function open(path: string, lock: number, asFault: (error: unknown) => DatabaseFault): Database.Database {
    let database: Database.Database | undefined;
    try {
        // Not opened read-only: a log that nobody has open could then not be read.
        database = new Database(path, { timeout: lock });
        database.exec("BEGIN; SELECT count(*) FROM sqlite_schema");
        return database;
    } catch (error) {
        database?.close();
        throw asFault(error);
    }
}

// To its end in any case: a statement that is left before keeps its lock until its memory is collected.
function readWithin(rows: Iterable<StoredValue[]>): Awaited<ReturnType<Snapshot["read"]>> {
    const kept: StoredValue[][] = [];
    let size = 0;
    let isTooLarge = false;
    for (const row of rows) {
        size += row.reduce<number>((sum, value) => sum + sizeOf(value), 0);
        // One row alone is given whatever its size: there is no smaller answer to ask for.
        isTooLarge ||= size > answerSize && kept.length > 0;
        if (isTooLarge) kept.length = 0;
        else kept.push(row);
    }
    return isTooLarge ? undefined : { rows: kept, size };
}

function sizeOf(value: StoredValue): number {
    return typeof value === "string" || value instanceof Uint8Array ? value.length : 8;
}
