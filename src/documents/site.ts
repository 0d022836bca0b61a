/** A reference that no foreign key holds. */
export interface LooseReference {
    readonly table: string;
    readonly column: string;
    readonly parent: string;
    /** Why there is no foreign key. */
    readonly why: string;
}

/** Tables that belong together. */
export interface TableCategory {
    readonly name: string;
    readonly tables: readonly string[];
}

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
    /** In the order of the documents; every table is in one of them. */
    readonly categories: readonly TableCategory[];
    /** The phase in which a table came. */
    readonly phases: Readonly<Record<string, number>>;
    readonly references: readonly LooseReference[];
    /** The tables of each column of the picture, from the left; none for no picture. */
    readonly picture: readonly (readonly string[])[];
    /** Parts of pages that the project itself renders, by name. */
    readonly renderParts: () => Promise<ReadonlyMap<string, string>>;
}
