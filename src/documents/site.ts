/** What only a project knows of its documents. */
export interface DocumentSite {
    /** The page from which every other one must be reached. */
    readonly start: string;
    /** The page of a table. */
    readonly pageOf: (table: string) => string;
    /** Names of the queries that everybody needs. */
    readonly essential: readonly string[];
    /** Pages whose shell examples a test runs, in this order, each page in a clone of its own. */
    readonly executed: readonly string[];
}
