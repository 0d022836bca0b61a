import type { Query } from "../database/connection.ts";

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
