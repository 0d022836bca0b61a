import type { ReadTransaction } from "../../database/connection.ts";
import { toFault } from "../../database/faults.ts";
import { openConnection } from "../../database/open.ts";
import type { FileTarget } from "../../database/target.ts";
import { readSome } from "../layout.ts";
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
    const connection = await openConnection(target, signal, { mustExist: true });
    try {
        const database = await connection.begin("read");
        return await check(database, differences).finally(() => database.close());
    } finally {
        connection.close();
    }
}

async function check(database: ReadTransaction, differences: readonly string[]): Promise<Verification> {
    try {
        // Rows that break a rule of their table do so in the database, too.
        const broken = (await readSome(database, "SELECT integrity_check FROM pragma_integrity_check"))
            .map(([text]) => String(text))
            .filter(
                (text) =>
                    text !== "ok" && !/^(CHECK constraint failed|NULL value|NUMERIC value|non-\w+ value)/.test(text),
            );
        const [[dangling = 0] = []] = await readSome(database, "SELECT count(*) FROM pragma_foreign_key_check");
        return { problems: [...differences, ...broken], dangling: Number(dangling) };
    } catch (error) {
        // A foreign key that names no unique column cannot be checked.
        if (/foreign key mismatch/.test(toFault(error).message)) return { problems: differences, dangling: 0 };
        throw error;
    }
}
