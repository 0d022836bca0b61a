/** One row of sqlite_schema. */
export interface SchemaRow {
    readonly type: "table" | "index" | "view" | "trigger";
    readonly name: string;
    readonly table: string;
    /** The statement that made it; null for the indexes that SQLite makes for constraints. */
    readonly sql: string | null;
}
