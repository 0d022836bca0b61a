import type { ReadTransaction } from "../database/connection.ts";
import { isVirtual } from "../schema/facts.ts";
import { type SchemaRow, selectSchema } from "../schema/row.ts";

/** Rows of a query, by name. */
export async function queryRows<T>(database: Pick<ReadTransaction, "query">, sql: string): Promise<T[]> {
    return (await database.query({ sql })) as unknown as T[];
}

/** All objects of a database, in the order in which they were made. */
export async function readSchema(database: Pick<ReadTransaction, "query">): Promise<SchemaRow[]> {
    return (await database.query(selectSchema)) as unknown as SchemaRow[];
}

/** The column `number` of the one row that a query returns. */
export async function readNumber(database: ReadTransaction, sql: string): Promise<number> {
    return Number((await queryRows<{ number: number }>(database, sql))[0]?.number ?? 0);
}

/** Tables whose rows are rows of their own: no virtual tables (their shadow tables hold the rows), none of SQLite's. */
export function findStoredTables(schema: readonly SchemaRow[]): SchemaRow[] {
    return schema.filter(
        (row) => row.type === "table" && !row.name.startsWith("sqlite_") && row.sql !== null && !isVirtual(row),
    );
}
