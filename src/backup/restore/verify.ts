import Database from "libsql";
import { DatabaseFault, toFault } from "../../database/faults.ts";
import type { FileTarget } from "../../database/target.ts";
import type { CheckedBackup } from "./check.ts";
import { compareTables, readSummaries } from "./compare.ts";

/** What is wrong with a restored file, as sentences, and how many rows point to none. */
export interface Verification {
    readonly problems: readonly string[];
    /** Not a problem: a backup of a database with such rows has them, too. */
    readonly dangling: number;
}

/** Reads a restored file again: every row, SQLite's own check, and foreign keys. @throws DatabaseFault */
export async function verifyRestored(
    target: FileTarget,
    { manifest }: CheckedBackup,
    onRows: (table: string, done: number, of: number) => void,
    signal?: AbortSignal,
): Promise<Verification> {
    const found = await readSummaries(target, 0, undefined, onRows, signal);
    const differences = compareTables(manifest.tables, found);
    const database = new Database(target.path);
    try {
        // Rows that break a rule of their table do so in the database, too.
        const broken = all(database, "SELECT integrity_check AS text FROM pragma_integrity_check")
            .map(({ text }) => String(text))
            .filter(
                (text) =>
                    text !== "ok" && !/^(CHECK constraint failed|NULL value|NUMERIC value|non-\w+ value)/.test(text),
            );
        const [row] = all(database, "SELECT count(*) AS dangling FROM pragma_foreign_key_check");
        return { problems: [...differences, ...broken], dangling: Number(row?.dangling ?? 0) };
    } catch (error) {
        const fault = toFault(error);
        // A foreign key that names no unique column cannot be checked.
        if (/foreign key mismatch/.test(fault.message)) return { problems: differences, dangling: 0 };
        throw new DatabaseFault(fault.kind, fault.message, error);
    } finally {
        database.close();
    }
}

function all(database: Database.Database, sql: string): Record<string, unknown>[] {
    return database.prepare(sql).all() as Record<string, unknown>[];
}
