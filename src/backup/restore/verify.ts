import type { ReadTransaction } from "../../database/connection.ts";
import { toFault } from "../../database/faults.ts";
import { openConnection } from "../../database/open.ts";
import type { FileTarget, Target } from "../../database/target.ts";
import type { TableSummary } from "../format.ts";
import { createRowHash } from "../hash.ts";
import { readLayout, readSome } from "../layout.ts";
import { countRows, readStoredRows } from "../rows.ts";
import type { CheckedBackup } from "./check.ts";

/**
 * Hashes the rows of tables as a backup does; of all tables if `names` is undefined.
 * @throws DatabaseFault
 */
export async function readSummaries(
    target: Target,
    lock: number,
    names: readonly string[] | undefined,
    onRows: (table: string, done: number, of: number) => void,
    signal?: AbortSignal,
): Promise<TableSummary[]> {
    return withSnapshot(target, lock, signal, (snapshot) => summarize(snapshot, names, onRows, signal));
}

async function withSnapshot<T>(
    target: Target,
    lock: number,
    signal: AbortSignal | undefined,
    body: (snapshot: ReadTransaction) => Promise<T>,
): Promise<T> {
    const connection = await openConnection(target, signal, { lock, mustExist: true });
    try {
        const snapshot = await connection.begin("read");
        return await body(snapshot).finally(() => snapshot.close());
    } finally {
        connection.close();
    }
}

async function summarize(
    snapshot: ReadTransaction,
    names: readonly string[] | undefined,
    onRows: (table: string, done: number, of: number) => void,
    signal: AbortSignal | undefined,
): Promise<TableSummary[]> {
    const { tables } = await readLayout(snapshot);
    const summaries: TableSummary[] = [];
    for (const table of tables.filter(({ name }) => !names || names.includes(name))) {
        const hash = createRowHash();
        const count = await countRows(snapshot, table);
        for await (const rows of readStoredRows(snapshot, table, { count, signal })) {
            for (const { literals } of rows) hash.add(literals);
            onRows(table.name, hash.rows, count);
        }
        summaries.push({ name: table.name, rows: hash.rows, sha256: hash.digest() });
    }
    return summaries;
}

/** Describes how tables differ, as sentences; none where they are equal. */
export function compareTables(wanted: readonly TableSummary[], found: readonly TableSummary[]): string[] {
    return wanted.flatMap(({ name, rows, sha256 }) => {
        const table = found.find((other) => other.name === name);
        if (!table) return [`the table '${name}' is missing`];
        if (table.rows !== rows) return [`'${name}' has ${table.rows} rows instead of ${rows}`];
        return table.sha256 === sha256 ? [] : [`the rows of '${name}' differ`];
    });
}

/** What is wrong with a restored file, as sentences, and how many rows refer to a row that does not exist. */
export interface Verification {
    readonly problems: readonly string[];
    /** Not a problem: the database that was backed up had such rows, too. */
    readonly dangling: number;
}

/**
 * Checks a restored file: the hash of every row, SQLite's integrity check, and foreign keys.
 * @throws DatabaseFault
 */
export async function verifyRestored(
    target: FileTarget,
    { manifest }: CheckedBackup,
    onRows: (table: string, done: number, of: number) => void,
    signal?: AbortSignal,
): Promise<Verification> {
    return withSnapshot(target, 0, signal, async (snapshot) => {
        const found = await summarize(snapshot, undefined, onRows, signal);
        return check(snapshot, compareTables(manifest.tables, found));
    });
}

async function check(database: ReadTransaction, differences: readonly string[]): Promise<Verification> {
    try {
        // The database that was backed up had rows that break a rule of their table, too.
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
