import type { Query, Row } from "../database/connection.ts";
import type { Table } from "../schema/table.ts";
import { isKeyword, readName } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";

/** How many rows are read for the size of their JSON, at most: spread evenly over a table that has more. */
export const sampleSize = 10_000;

/** Finds the columns that hold JSON, whatever they are called: those that a CHECK asks json_valid() about. */
export function findJsonColumns({ columns, checks }: Pick<Table, "columns" | "checks">): string[] {
    const isAsked = (name: string): boolean =>
        checks.some(({ tokens }) =>
            tokens.some((token, at) => {
                const asked = tokens[at + 2];
                return isKeyword(token, "JSON_VALID") && asked !== undefined && isSameName(readName(asked), name);
            }),
        );
    return columns.map(({ name }) => name).filter(isAsked);
}

/** Counts the rows of a table. */
export function countTable({ name }: Pick<Table, "name">): Query {
    return { sql: `SELECT count(*) AS counted FROM ${quoteName(name)}` };
}

/** Measures the JSON columns of a table, in bytes, over a sample of its rows: value, average and maximum of each. */
export function measureJson({ name, rowid }: Table, jsonColumns: readonly string[]): Query {
    const table = quoteName(name);
    const figures = jsonColumns.flatMap((column, at) => [
        `count(${quoteName(column)}) AS values_${at}`,
        `avg(octet_length(${quoteName(column)})) AS average_${at}`,
        `max(octet_length(${quoteName(column)})) AS largest_${at}`,
    ]);
    const select = `SELECT count(*) AS looked_at, ${figures.join(", ")} FROM`;
    if (rowid === undefined) return { sql: `${select} (SELECT * FROM ${table} LIMIT ${sampleSize})` };
    return {
        sql: `WITH RECURSIVE
range (first, last) AS (SELECT (SELECT min(${rowid}) FROM ${table}), (SELECT max(${rowid}) FROM ${table})),
picked (id) AS (
    SELECT first FROM range WHERE first IS NOT NULL
    UNION ALL
    SELECT id + 1 + (last - first) / ${sampleSize} FROM picked, range WHERE id + (last - first) / ${sampleSize} < last
)
${select} ${table} WHERE ${rowid} IN (SELECT id FROM picked)`,
    };
}

/** Selects the bytes of each table and index, free space in its pages included. A server may refuse it. */
export const selectBytes: Query = { sql: "SELECT name, pgsize AS bytes FROM dbstat WHERE aggregate = TRUE" };

/** Selects the bytes of the whole database, and those of its free pages. */
export const selectPages: Query = {
    sql: `SELECT page_count * page_size AS bytes, freelist_count * page_size AS free
FROM pragma_page_count, pragma_page_size, pragma_freelist_count`,
};

/** The number in a column; null where there is none. */
export function toNumber(row: Row | undefined, column: string): number | null {
    const value = row?.[column];
    return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
}
