import type { ReadTransaction } from "../../database/connection.ts";
import { openConnection } from "../../database/open.ts";
import type { Target } from "../../database/target.ts";
import type { TableSummary } from "../format.ts";
import { createRowHash } from "../hash.ts";
import { readLayout } from "../layout.ts";
import { countRows, readStoredRows } from "../rows.ts";

/**
 * Hashes the rows of tables as a backup does.
 *
 * @param names undefined for all tables
 * @throws DatabaseFault
 */
export async function readSummaries(
    target: Target,
    lock: number,
    names: readonly string[] | undefined,
    onRows: (table: string, done: number, of: number) => void,
    signal?: AbortSignal,
): Promise<TableSummary[]> {
    const connection = await openConnection(target, signal, { lock, mustExist: true });
    try {
        const snapshot = await connection.begin("read");
        return await summarize(snapshot, names, onRows, signal).finally(() => snapshot.close());
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

/** How tables differ from what they should be, as sentences; none where they are equal. */
export function compareTables(wanted: readonly TableSummary[], found: readonly TableSummary[]): string[] {
    return wanted.flatMap(({ name, rows, sha256 }) => {
        const table = found.find((other) => other.name === name);
        if (!table) return [`the table '${name}' is missing`];
        if (table.rows !== rows) return [`'${name}' has ${table.rows} rows, and should have ${rows}`];
        return table.sha256 === sha256 ? [] : [`the rows of '${name}' are others`];
    });
}
