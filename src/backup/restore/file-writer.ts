import { setImmediate as turn } from "node:timers/promises";
import Database from "libsql";
import { DatabaseFault } from "../../database/faults.ts";
import { toFileFault } from "../../database/file/faults.ts";
import type { StoredValue } from "../../database/server/snapshot.ts";
import type { FileTarget } from "../../database/target.ts";
import type { RestoreWriter } from "./writer.ts";

/**
 * Writes into a file, which is made when there is none. Rows that break a CHECK come back as they were: an ALTER or
 * another tool had let them in.
 */
export function openFileWriter({ path }: FileTarget, lock: number, signal?: AbortSignal): RestoreWriter {
    const asFault = (error: unknown): DatabaseFault => toFileFault(error, path);
    let database: Database.Database | undefined;
    const run = async <T>(body: (open: Database.Database) => T): Promise<T> => {
        try {
            database ??= new Database(path, { timeout: lock });
            return body(database);
        } catch (error) {
            throw asFault(error);
        }
    };
    // By exec, which leaves nothing behind when it fails.
    const exec = (sql: string): Promise<void> =>
        run((open) => {
            open.exec(sql);
        });
    return {
        begin: async () => {
            await exec("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
            await exec("BEGIN IMMEDIATE");
        },
        run: async (sql) => {
            await exec(sql);
            // SQLite never waits: without this, nothing would hear a Ctrl-C.
            await turn();
            if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
        },
        tryRun: (sql) =>
            exec(sql).then(
                () => true,
                () => false,
            ),
        read: (sql) => run((open) => open.prepare(sql).raw().safeIntegers().all() as StoredValue[][]),
        commit: () => exec("COMMIT"),
        end: async () => {
            const open = database;
            database = undefined;
            if (open?.inTransaction) open.exec("ROLLBACK");
            open?.close();
        },
    };
}
