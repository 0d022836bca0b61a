import type { Target } from "./target.ts";

/** A value as SQLite gives it; integers come as numbers. */
export type Value = null | string | number | bigint | ArrayBuffer;
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

export type ReadResult =
    | { readonly ok: true; readonly rows: readonly Row[] }
    | { readonly ok: false; readonly message: string };

export interface RehearsalResult {
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
    /** Goes on counting: whoever needs the numbers of one moment copies them. */
    readonly cost: Cost;
    /** How long others are waited for, in milliseconds; undefined where nobody said, and each wait has a length of its own. */
    readonly waitLimit?: number | undefined;
    /**
     * Runs queries in one snapshot and, on a server, in one request. A query that fails (a table that does not exist)
     * fails alone.
     *
     * @param options.settle takes the write lock first, so that a transaction whose reply was lost has ended
     */
    readAll(queries: readonly Query[], options?: { settle?: boolean }): Promise<ReadResult[]>;
    /** Runs a script in one request. The script holds its own BEGIN and COMMIT; what it leaves open is rolled back. */
    runScript(script: string): Promise<void>;
    /** Runs statements one by one in a transaction that is always rolled back, then the queries inside it. */
    rehearse(
        statements: readonly string[],
        queries?: readonly Query[],
        options?: { foreignKeysOff?: boolean },
    ): Promise<RehearsalResult>;
    /** Runs statements in one transaction and one request. Gives the rows of each. */
    write(statements: readonly Query[]): Promise<(readonly Row[])[]>;
    /** As write(), which begins when the function that it gives is called: what can be done before is done before. */
    prepareWrite(statements: readonly Query[]): () => Promise<(readonly Row[])[]>;
    close(): void;
}

/** How long the operations of a connection wait by themselves, in milliseconds; undefined for the usual. */
export interface OperationLimits {
    /** For the lock of a file. */
    readonly lock?: number | undefined;
    /** For the answer of a server to what reads. */
    readonly answer?: number | undefined;
}

/**
 * Opens a database. Loads only the driver that it needs.
 *
 * @param signal ends a running request when it is aborted, whereupon the server rolls back, and a file's first wait
 * @throws DatabaseFault `cannot-open` or `not-a-database` for a file
 */
export async function openConnection(
    target: Target,
    signal?: AbortSignal,
    { lock, answer }: OperationLimits = {},
): Promise<Connection> {
    if (target.kind === "file") {
        const { openFile } = await import("./file/connection.ts");
        return openFile(target, signal, lock === undefined ? undefined : { lock, firstRead: 0 });
    }
    const { openServer } = await import("./server/connection.ts");
    return openServer(target, signal, answer === undefined ? undefined : { usual: answer, interrupted: answer });
}
