import type { Target } from "./target.ts";

/** A value of SQLite. In rows by name whole numbers come as numbers, and as BigInt only beyond 2^53. */
export type Value = null | string | number | bigint | Uint8Array;
export type Row = Readonly<Record<string, Value>>;

/** A bound value. A whole number is sent as an integer, because drivers bind every number as REAL. */
export type Argument = null | string | number | bigint;

/** A list that is bound as one text: a JSON array for json_each(). */
export interface JsonList {
    readonly items: readonly unknown[];
}

export interface Query {
    readonly sql: string;
    readonly args?: readonly (Argument | JsonList)[];
    /**
     * Read as the driver of a file reads, as fast: a text that is not UTF-8 ends the program. Otherwise it is a DatabaseFault
     * `not-utf8`, as on a server.
     */
    readonly trustsTexts?: boolean;
    /** Only for write() where `prefersRows`: the statement runs once for each list of arguments. */
    readonly rows?: readonly (readonly Argument[])[];
}

/** The statements of one transaction, in order, without BEGIN and COMMIT. A fault has the index of its statement. */
export type Script = readonly { readonly sql: string }[];

export interface ScriptOptions {
    /** Switches foreign keys off before the transaction begins, and on again after it. */
    readonly foreignKeysOff?: boolean | undefined;
}

export type ReadResult =
    | {
          readonly ok: true;
          readonly rows: readonly Row[];
          /** Names of the columns, in order, which the keys of a row are not where a name is a number; from those that only read. */
          readonly columns?: readonly string[];
      }
    | { readonly ok: false; readonly message: string };

export interface TrialResult {
    /** Index of the statement that failed; undefined when all ran. */
    readonly failedIndex: number | undefined;
    readonly message: string | undefined;
    /** Results of the queries after them; empty when a statement failed. */
    readonly results: readonly ReadResult[];
}

/** What a server has counted so far; always 0 for a file. */
export interface Cost {
    /** HTTP requests, answered or not. */
    readonly requests: number;
    /** Rows that statements looked at, not those that they returned. Turso bills rows read and rows written. */
    readonly rowsRead: number;
    /** Includes rows of indexes, of triggers, and of what was rolled back. */
    readonly rowsWritten: number;
}

/** One database: the same operations on an embedded file and on a server. Every failure is a DatabaseFault. */
export interface Connection {
    readonly target: Target;
    /** Whether many rows are written faster by a prepared statement for each than by one statement over JSON. */
    readonly prefersRows: boolean;
    /** Whether `cost` has the rows. A replica shows only in its replies that it counts none. */
    readonly countsRows: boolean;
    /** Whether VACUUM INTO can copy the database into a file. */
    readonly canVacuumInto: boolean;
    /** Keeps counting: copy it to compare two moments. */
    readonly cost: Cost;
    /** How long to wait for another user of the database, in milliseconds; undefined for the default of each wait. */
    readonly waitLimit?: number | undefined;
    /**
     * Runs queries in one snapshot and, on a server, in one request. A failing query (a missing table) fails alone.
     *
     * @param options.settle take the write lock first, so that a transaction whose reply was lost has ended
     */
    readAll(queries: readonly Query[], options?: { settle?: boolean }): Promise<ReadResult[]>;
    /**
     * Runs a script in one transaction and, on a server, in one request.
     *
     * @throws DatabaseFault with the index of the failed statement as `part`, which for COMMIT is the length of the script
     */
    runScript(script: Script, options?: ScriptOptions): Promise<void>;
    /** Runs one statement outside a transaction, such as VACUUM INTO or a PRAGMA. */
    runAlone(sql: string): Promise<void>;
    /** Runs a script and then queries in a transaction that is always rolled back. */
    tryOut(script: Script, queries?: readonly Query[], options?: ScriptOptions): Promise<TrialResult>;
    /**
     * Runs statements in one transaction and one request; returns the rows of each.
     *
     * @throws DatabaseFault with the index of the failed statement as `part`, which for COMMIT is their number
     */
    write(statements: readonly Query[]): Promise<(readonly Row[])[]>;
    /** Encodes the statements of a write() now; returns a function that sends them. */
    prepareWrite(statements: readonly Query[]): () => Promise<(readonly Row[])[]>;
    begin(mode: "read"): Promise<ReadTransaction>;
    /**
     * @throws DatabaseFault `busy` while another program writes to a file
     */
    begin(mode: "write", options?: WriteOptions): Promise<Transaction>;
    close(): void;
}

export interface WriteOptions extends ScriptOptions {
    /** Switches CHECK constraints off for a file; a server cannot. */
    readonly checksOff?: boolean | undefined;
}

/** A query whose values are bound by type: BigInt as INTEGER, number as REAL. */
export interface StoredQuery {
    readonly sql: string;
    readonly args?: readonly Value[];
}

/** Rows without column names. Values are as stored: an INTEGER is a BigInt, a REAL a number. */
export interface StoredRows {
    readonly rows: readonly (readonly Value[])[];
    /** Size of the whole answer, in characters or bytes. */
    readonly size: number;
}

/** A transaction that reads. It lasts until it is closed; always close it. */
export interface ReadTransaction {
    /**
     * How many snapshots its rows were read in; rows of two snapshots may contradict each other. A server may end a read
     * transaction at any time; then a new one begins.
     */
    readonly views: number;
    /** Reads rows as stored; undefined when the answer is too large: ask for fewer rows. */
    read(query: StoredQuery): Promise<StoredRows | undefined>;
    query(query: Query): Promise<readonly Row[]>;
    /** Rolls back what is not committed. Never throws. */
    close(): Promise<void>;
}

/** A transaction that writes. When the database ends it, each later call fails: it is never replaced by another. */
export interface Transaction extends ReadTransaction {
    /** Runs a statement. A server may report its failure at a later call. */
    run(sql: string): Promise<void>;
    /** Runs a statement that may fail; returns the message of its failure. The transaction continues. */
    tryRun(sql: string): Promise<string | undefined>;
    /** Runs a statement once for each list of values, bound by type; returns how many runs changed a row. */
    runEach(sql: string, rows: readonly (readonly Value[])[]): Promise<number>;
    /**
     * @throws DatabaseFault; `isAmbiguous` when it is unknown whether it was committed
     */
    commit(): Promise<void>;
}
