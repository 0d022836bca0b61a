import type Database from "libsql";
import type { SchemaRow } from "../schema/row.ts";
import { quoteName } from "../sql/quoting.ts";

/** Objects in the order in which they were made. */
export const selectSchema = `SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema ORDER BY rowid`;

/** Rows of a query on a local file, which must prepare: a prepared statement that fails is never finalized. */
export function readRows<T>(database: Database.Database, sql: string): T[] {
    return database.prepare(sql).all() as T[];
}

/** All objects of a local file. */
export function readSchema(database: Database.Database): SchemaRow[] {
    return readRows<SchemaRow>(database, selectSchema);
}

/** How many rows a table of a local file has. */
export function countRows(database: Database.Database, table: string): number {
    return readNumber(database, `SELECT count(*) AS number FROM ${quoteName(table)}`);
}

/** The column `number` of the one row that a query on a local file gives. */
export function readNumber(database: Database.Database, sql: string): number {
    return Number(readRows<{ number: number }>(database, sql)[0]?.number ?? 0);
}
