import type { Connection, Query, ReadResult } from "../database/connection.ts";

/** A statement that a page ran. */
export interface LoggedStatement {
    readonly sql: string;
    /** How many rows it gave; undefined when it failed. */
    readonly rows: number | undefined;
}

/** What a page asked of the database. */
export interface ReadLog {
    /** Each was one transaction, and on a server one request. */
    requests: number;
    /** Waited for the answers. */
    milliseconds: number;
    readonly statements: LoggedStatement[];
    /** Undefined where the database does not count them. */
    rowsRead: number | undefined;
}

/** Makes the list that record() fills. */
export function startReadLog(): ReadLog {
    return { requests: 0, milliseconds: 0, statements: [], rowsRead: undefined };
}

/** Makes a connection that lists what is read. */
export function record(connection: Connection, log: ReadLog): Connection {
    const readAll = async (queries: readonly Query[], options?: { settle?: boolean }): Promise<ReadResult[]> => {
        const [started, before] = [performance.now(), connection.cost.rowsRead];
        log.requests++;
        try {
            const results = await connection.readAll(queries, options);
            log.statements.push(
                ...queries.map(({ sql }, at) => {
                    const result = results[at];
                    return { sql, rows: result?.ok ? result.rows.length : undefined };
                }),
            );
            return results;
        } finally {
            log.milliseconds += performance.now() - started;
            if (connection.countsRows) log.rowsRead = (log.rowsRead ?? 0) + connection.cost.rowsRead - before;
        }
    };
    return { ...connection, readAll };
}
