import type { Target } from "./target.ts";

/** A value of SQLite. In rows by name whole numbers come as numbers, and as BigInt only beyond 2^53. */
export type Value = null | string | number | bigint | Uint8Array;
export type Row = Readonly<Record<string, Value>>;

/** A bound value. Numbers are sent as integers where they are whole, because drivers bind every number as REAL. */
export type Argument = null | string | number | bigint;

/** A list that is bound as one text: a JSON array, such as json_each() takes. */
export interface JsonList {
    /** Values of JSON. */
    readonly items: readonly unknown[];
}

export interface Query {
    readonly sql: string;
    readonly args?: readonly (Argument | JsonList)[];
    /** Only for write() where `prefersRows`: the statement runs once for each of these lists of arguments. */
    readonly rows?: readonly (readonly Argument[])[];
}

/** The statements of one transaction, in order, without BEGIN and COMMIT. A fault names a statement by its index. */
export type Script = readonly { readonly sql: string }[];

export interface ScriptOptions {
    /** Foreign keys are switched off before the transaction begins, and on again when it has ended. */
    readonly foreignKeysOff?: boolean | undefined;
}

export type ReadResult =
    | { readonly ok: true; readonly rows: readonly Row[] }
    | { readonly ok: false; readonly message: string };

export interface TrialResult {
    /** Index of the first statement that failed; undefined when all of them ran. */
    readonly failedIndex: number | undefined;
    readonly message: string | undefined;
    /** Rows of the queries that followed; empty when a statement failed. */
    readonly results: readonly ReadResult[];
}

/** What a server counted so far; each number is always 0 for a file. */
export interface Cost {
    /** HTTP requests, answered or not. */
    readonly requests: number;
    /** Rows that statements looked at, not those that they gave; Turso bills them, as it does the written ones. */
    readonly rowsRead: number;
    /** With those of indexes and of triggers, and those that were rolled back. */
    readonly rowsWritten: number;
}

/**
 * One database. The same few operations on an embedded file and on a server; every failure is a DatabaseFault.
 */
export interface Connection {
    readonly target: Target;
    /** Whether many rows are best written by one prepared statement each, rather than by one statement over JSON. */
    readonly prefersRows: boolean;
    /** Whether `cost` counts rows. */
    readonly countsRows: boolean;
    /** Whether VACUUM INTO copies the database into a file beside it. */
    readonly canVacuumInto: boolean;
    /** Goes on counting: copy it to compare two moments. */
    readonly cost: Cost;
    /** How long another user of the database is waited for, in milliseconds; undefined for the default of each wait. */
    readonly waitLimit?: number | undefined;
    /**
     * Runs queries in one snapshot and, on a server, in one request. A query that fails (a table that does not exist)
     * fails alone.
     *
     * @param options.settle takes the write lock first, so that a transaction whose reply was lost has ended
     */
    readAll(queries: readonly Query[], options?: { settle?: boolean }): Promise<ReadResult[]>;
    /**
     * Runs a script in one transaction and, on a server, in one request.
     *
     * @throws DatabaseFault whose `part` is the index of the statement that failed, if one did
     */
    runScript(script: Script, options?: ScriptOptions): Promise<void>;
    /** Runs one statement that may not be in a transaction, such as VACUUM INTO or a PRAGMA. */
    runAlone(sql: string): Promise<void>;
    /** Runs a script in a transaction that is always rolled back, then the queries inside it. */
    tryOut(script: Script, queries?: readonly Query[], options?: ScriptOptions): Promise<TrialResult>;
    /** Runs statements in one transaction and one request. Returns the rows of each. */
    write(statements: readonly Query[]): Promise<(readonly Row[])[]>;
    /** Encodes the statements of a write() now; returns a function that sends them. */
    prepareWrite(statements: readonly Query[]): () => Promise<(readonly Row[])[]>;
    /** Opens a transaction that lasts from call to call: a view to read in, or a transaction to write in. */
    begin(mode: "read"): Promise<ReadTransaction>;
    /** @throws DatabaseFault `busy` while another one writes to a file */
    begin(mode: "write", options?: WriteOptions): Promise<Transaction>;
    close(): void;
}

export interface WriteOptions extends ScriptOptions {
    /** CHECK constraints are not checked where they can be switched off, which a server does not do. */
    readonly checksOff?: boolean | undefined;
}

/** A query whose values are bound as they are: BigInt as INTEGER, number as REAL. */
export interface StoredQuery {
    readonly sql: string;
    readonly args?: readonly Value[];
}

/** Rows without the names of their columns. Values are as stored: every INTEGER is a BigInt, every number a REAL. */
export interface StoredRows {
    readonly rows: readonly (readonly Value[])[];
    /** Size of the whole answer, in characters or bytes. */
    readonly size: number;
}

/** A transaction that reads. It lasts until it is closed; close it in any case. */
export interface ReadTransaction {
    /**
     * How many views of the database its rows were read in: from 2 on, they may not fit together. A server may end a
     * read transaction at any time; a new one is begun then.
     */
    readonly views: number;
    /** Reads rows as stored; undefined when the answer is larger than the database sends: ask for fewer rows. */
    read(query: StoredQuery): Promise<StoredRows | undefined>;
    /** Reads rows by name. */
    query(query: Query): Promise<readonly Row[]>;
    /** Rolls back what was not committed. Never throws. */
    close(): Promise<void>;
}

/** A transaction that writes. It is never replaced by another: when the database ends it, each later call fails. */
export interface Transaction extends ReadTransaction {
    /** Runs a statement after those before it. A server may report its failure at a later call. */
    run(sql: string): Promise<void>;
    /** Runs a statement that may fail; returns the message of its failure. The transaction goes on. */
    tryRun(sql: string): Promise<string | undefined>;
    /** Runs a statement once for each list of values, bound as they are; returns how many of the runs changed a row. */
    runEach(sql: string, rows: readonly (readonly Value[])[]): Promise<number>;
    /** @throws DatabaseFault; `isAmbiguous` when nothing tells whether it was committed */
    commit(): Promise<void>;
}
