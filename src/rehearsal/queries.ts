import type { ReadTransaction } from "../database/connection.ts";
import type { SchemaRow } from "../schema/row.ts";
import { quoteName } from "../sql/quoting.ts";

/** Objects in the order in which they were made. */
export const selectSchema = `SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema ORDER BY rowid`;

/** Rows of a query, by name. */
export async function readRows<T>(database: ReadTransaction, sql: string): Promise<T[]> {
    return (await database.query({ sql })) as unknown as T[];
}

/** All objects of a database. */
export function readSchema(database: ReadTransaction): Promise<SchemaRow[]> {
    return readRows<SchemaRow>(database, selectSchema);
}

/** How many rows a table has. */
export function countRows(database: ReadTransaction, table: string): Promise<number> {
    return readNumber(database, `SELECT count(*) AS number FROM ${quoteName(table)}`);
}

/** The column `number` of the one row that a query returns. */
export async function readNumber(database: ReadTransaction, sql: string): Promise<number> {
    return Number((await readRows<{ number: number }>(database, sql))[0]?.number ?? 0);
}
