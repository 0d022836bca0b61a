import type { ReadTransaction } from "../database/connection.ts";
import { type SchemaRow, selectSchema } from "../schema/row.ts";

/** Reads the rows of a query, by name. */
export async function queryRows<T>(database: Pick<ReadTransaction, "query">, sql: string): Promise<T[]> {
    return (await database.query({ sql })) as unknown as T[];
}

/** Reads all objects of a database, in the order in which they were created. */
export async function readSchema(database: Pick<ReadTransaction, "query">): Promise<SchemaRow[]> {
    return (await database.query(selectSchema)) as unknown as SchemaRow[];
}

/** Reads the column `number` of the one row that a query returns. */
export async function readNumber(database: ReadTransaction, sql: string): Promise<number> {
    return Number((await queryRows<{ number: number }>(database, sql))[0]?.number ?? 0);
}
