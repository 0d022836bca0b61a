import Database from "libsql";
import type { Argument, Query, Row } from "../connection.ts";
import { DatabaseFault, toFault } from "../faults.ts";
import { toBound } from "../values.ts";

/** Writes many rows into a file by prepared statements: what the client does for each row anew, once. */
export interface BulkWriter {
    /**
     * Runs statements in one transaction. One with `rows` runs once for each of them, and must change a row each time.
     *
     * @throws DatabaseFault after a rollback
     */
    write(statements: readonly Query[]): (readonly Row[])[];
    close(): void;
}

/** @param timeout how long another writer is waited for, in milliseconds */
export function openBulkWriter(path: string, timeout: number): BulkWriter {
    let open: Handle | undefined;
    const close = (): void => {
        open?.database.close();
        open = undefined;
    };
    return {
        write(statements) {
            open ??= { database: new Database(path, { timeout }), prepared: new Map() };
            const { database } = open;
            try {
                // By exec: a prepared BEGIN that meets another writer would never be finalized.
                database.exec("BEGIN IMMEDIATE");
                const results = statements.map((statement) => run(open as Handle, statement));
                database.exec("COMMIT");
                return results;
            } catch (error) {
                if (database.inTransaction) database.exec("ROLLBACK");
                close();
                throw toFault(error);
            }
        },
        close,
    };
}

interface Handle {
    readonly database: Database.Database;
    readonly prepared: Map<string, Database.Statement>;
}

function run({ database, prepared }: Handle, { sql, args = [], rows }: Query): readonly Row[] {
    if (rows === undefined && args.length === 0) {
        database.exec(sql);
        return [];
    }
    const statement = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, statement);
    if (rows === undefined) {
        const values = args.map(toBound);
        if (/^\s*SELECT\b/i.test(sql)) return statement.all(...values) as Row[];
        statement.run(...values);
        return [];
    }
    // Every column that takes a number is an INTEGER one, which turns a REAL without fraction into what it stores.
    for (const row of rows) {
        const { changes } = statement.run(...(row as Argument[]));
        if (changes === 0) {
            throw new DatabaseFault("busy", "rows changed meanwhile", undefined, { variant: "rows-changed" });
        }
    }
    return [];
}
