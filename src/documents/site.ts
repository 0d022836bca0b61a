/** A reference that no foreign key holds. */
export interface LooseReference {
    readonly table: string;
    readonly column: string;
    readonly parent: string;
    /** Why there is no foreign key. */
    readonly why: string;
    /** Whether the column holds a JSON array of references. */
    readonly isList?: boolean;
}

/** Tables that belong together. */
export interface TableCategory {
    readonly name: string;
    readonly tables: readonly string[];
}

/** The values of a column in the order in which rows go through them. */
export interface LifeCycle {
    readonly table: string;
    readonly column: string;
    /** From, to and the reason; `*` is where a row begins, and where it ends when it is deleted. */
    readonly steps: readonly (readonly [from: string, to: string, why: string])[];
}

/** What only a project knows of its documents. */
export interface DocumentSite {
    /** The page from which every other one must be reached. */
    readonly start: string;
    /** The page that lists every table. */
    readonly tables: string;
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
    readonly lifeCycles: readonly LifeCycle[];
    /** Rows added to a table in a week, as the documents expect. */
    readonly growth: ReadonlyMap<string, number>;
    /** Reads an example of each JSON column that the bundled data fill, by `table.column`. */
    readonly readExamples: (root: string) => Promise<ReadonlyMap<string, string>>;
    /** Parts of pages that the project itself renders, by name. */
    readonly renderParts: () => Promise<ReadonlyMap<string, string>>;
}
