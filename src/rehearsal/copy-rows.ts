import { type StoredTable, toStoredTable } from "../backup/layout.ts";
import { type LiteralRow, readStoredRows } from "../backup/rows.ts";
import type { ReadTransaction, Transaction } from "../database/connection.ts";
import type { SchemaRow } from "../schema/row.ts";
import { readTablesInside } from "../schema/table.ts";
import { quoteName, quoteNames } from "../sql/quoting.ts";
import { readNumber } from "./queries.ts";

/** How many rows were written to the copy, and how many were refused because they break a rule of their table. */
export interface RowCounts {
    copied: number;
    refused: number;
}

/** Reads the tables whose rows are copied: those of `schema` that the database has, without virtual ones. */
export async function readCopiedTables(
    database: Pick<ReadTransaction, "query">,
    schema: readonly SchemaRow[],
): Promise<StoredTable[]> {
    const tables = await readTablesInside(database, schema);
    return tables.filter(({ isVirtual, columns }) => !isVirtual && columns.length > 0).map(toStoredTable);
}

/**
 * Copies the rows of a table that meet a condition, in the order of its key, each value exactly as it is stored.
 * @throws DatabaseFault of the source, `interrupted` after Ctrl-C
 */
export async function copyRows(
    snapshot: ReadTransaction,
    database: Transaction,
    table: StoredTable,
    where: string | undefined,
    signal?: AbortSignal,
): Promise<RowCounts> {
    const counts: RowCounts = { copied: 0, refused: 0 };
    for await (const rows of readStoredRows(snapshot, table, { where, signal })) {
        const copied = await insertRows(database, table, rows);
        counts.copied += copied;
        counts.refused += rows.length - copied;
    }
    return counts;
}

// OR IGNORE passes over a row that breaks NOT NULL. A wrong type in a STRICT table fails the statement: then one by one.
async function insertRows(database: Transaction, table: StoredTable, rows: readonly LiteralRow[]): Promise<number> {
    if (rows.length === 0) return 0;
    const { isRowid, columns: key } = table.order;
    const names = [...(isRowid ? key : []), ...table.columns.map(({ name }) => name)];
    const values = rows.map(({ rowid, literals }) => `(${rowid === undefined ? "" : `${rowid}, `}${literals})`);
    const refusal = await database.tryRun(
        `INSERT OR IGNORE INTO ${quoteName(table.name)} (${quoteNames(names)}) VALUES ${values.join(",\n")}`,
    );
    if (refusal === undefined) return readNumber(database, "SELECT changes() AS number");
    if (rows.length === 1) return 0;
    let copied = 0;
    for (const row of rows) copied += await insertRows(database, table, [row]);
    return copied;
}
