import type { Connection, Query, ReadResult, Row } from "../database/connection.ts";
import { AppError } from "../errors.ts";

/** The rows of a result. @throws AppError `sql` when the query failed */
export function rowsOf(result: ReadResult | undefined): readonly Row[] {
    if (result?.ok) return result.rows;
    throw new AppError("sql", result?.message ?? "a query returned no result", {
        hint: "another program may have changed the schema meanwhile; run the command again",
    });
}

/** Runs one query. */
export async function readRows(connection: Pick<Connection, "readAll">, query: Query): Promise<readonly Row[]> {
    return rowsOf((await connection.readAll([query]))[0]);
}
