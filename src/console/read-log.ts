import type { Connection, Query, ReadResult } from "../database/connection.ts";
import { isJsonList } from "../database/values.ts";
import { renderLiteral } from "./sql/example.ts";

/** A statement that a page ran. */
export interface LoggedStatement {
    readonly sql: string;
    /** The values of its parameters. */
    readonly args: NonNullable<Query["args"]>;
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
                ...queries.map(({ sql, args = [] }, at) => {
                    const result = results[at];
                    return { sql, args, rows: result?.ok ? result.rows.length : undefined };
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

/** More of a value is not shown, in characters. */
const argumentLength = 80;

/** Renders the values of a statement's parameters in one line, long ones shortened: `?1 = 'x', ?2 = 5`. */
export function renderArguments({ args }: Pick<LoggedStatement, "args">): string {
    const shown = args.map((value) => {
        if (!isJsonList(value)) return shorten(renderLiteral(value));
        const list = renderLiteral(JSON.stringify(value.items));
        return list.length <= argumentLength ? shorten(list) : `${shorten(list)} (${value.items.length} items)`;
    });
    return shown.map((value, at) => `?${at + 1} = ${value}`).join(", ");
}

// In one line: the rest of a comment would be read as SQL.
function shorten(literal: string): string {
    const line = literal.slice(0, argumentLength).replaceAll(/\s+/g, " ");
    return literal.length > argumentLength ? `${line}…` : line;
}
