import type { Query } from "../database/connection.ts";

/** One row of sqlite_schema. */
export interface SchemaRow {
    readonly type: "table" | "index" | "view" | "trigger";
    readonly name: string;
    readonly table: string;
    /** The statement that made it; null for the indexes that SQLite makes for constraints. */
    readonly sql: string | null;
}

/** Gives every SchemaRow, in the order in which the objects were made. */
export const selectSchema: Query = {
    sql: 'SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema ORDER BY rowid',
};
