import type { Connection, Query, ReadResult, Row } from "../database/connection.ts";
import { AppError } from "../errors.ts";

/** One row of sqlite_schema. */
export interface SchemaRow {
    readonly type: "table" | "index" | "view" | "trigger";
    readonly name: string;
    readonly table: string;
    /** The statement that created it; null for the indexes of constraints. */
    readonly sql: string | null;
}

/** Selects every SchemaRow in the order of creation. */
export const selectSchema: Query = {
    sql: 'SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema ORDER BY rowid',
};

/**
 * Takes the rows of a result.
 * @throws AppError `sql` when the query failed
 */
export function takeRows(result: ReadResult | undefined): readonly Row[] {
    if (result?.ok) return result.rows;
    throw new AppError("sql", result?.message ?? "a query returned no result", {
        hint: "run the command again: another program may have changed the schema meanwhile",
    });
}

/** Runs one query, and takes its rows. */
export async function readRows(connection: Pick<Connection, "readAll">, query: Query): Promise<readonly Row[]> {
    return takeRows((await connection.readAll([query]))[0]);
}
