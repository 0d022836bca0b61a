import type { Query, Row } from "../database/connection.ts";
import type { Table } from "../schema/table.ts";
import { isKeyword, readName } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";

/** Maximum number of rows that are read to measure JSON, spread evenly over a larger table. */
export const sampleSize = 10_000;

/** Finds the columns that hold JSON: those in a CHECK with json_valid(). */
export function findJsonColumns({ columns, checks }: Pick<Table, "columns" | "checks">): string[] {
    const isJson = (name: string): boolean =>
        checks.some(({ tokens }) =>
            tokens.some((token, at) => {
                const argument = tokens[at + 2];
                return isKeyword(token, "JSON_VALID") && argument !== undefined && isSameName(readName(argument), name);
            }),
        );
    return columns.map(({ name }) => name).filter(isJson);
}

/** Counts the rows of a table. */
export function countTable({ name }: Pick<Table, "name">): Query {
    return { sql: `SELECT count(*) AS counted FROM ${quoteName(name)}` };
}

/** Measures the JSON columns of a table over a sample of its rows: number of values, average and maximum bytes of each. */
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

/** Selects the bytes of each table and index, including free space in their pages. A server may refuse it. */
export const selectBytes: Query = { sql: "SELECT name, pgsize AS bytes FROM dbstat WHERE aggregate = TRUE" };

/** Selects the bytes of the database and of its free pages. */
export const selectPages: Query = {
    sql: `SELECT page_count * page_size AS bytes, freelist_count * page_size AS free
FROM pragma_page_count, pragma_page_size, pragma_freelist_count`,
};

/** The number in a column; null if there is none. */
export function toNumber(row: Row | undefined, column: string): number | null {
    const value = row?.[column];
    return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
}
