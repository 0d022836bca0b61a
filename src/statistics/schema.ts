import type { Query, Row } from "../database/connection.ts";
import { findShadows, isBookkeeping } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { readTable } from "../sql/create-table.ts";
import { isKeyword, readName, tokenize } from "../sql/lexer.ts";
import { quoteName } from "../sql/quoting.ts";

/** A table that is measured. */
export interface MeasuredTable {
    readonly name: string;
    /** Whether it holds nothing of the application. */
    readonly bookkeeping: boolean;
    /** The columns that hold JSON: those whose CHECK says so. */
    readonly jsonColumns: readonly string[];
    readonly hasRowid: boolean;
}

/** Rows that are looked at for the size of their JSON, at most: spread evenly over a table that has more. */
export const sampleSize = 10_000;

/** Reads which tables a database has, in the order in which they were made; those that others keep are not among them. */
export function listTables(schema: readonly SchemaRow[]): MeasuredTable[] {
    const isShadow = findShadows(schema);
    return schema
        .filter(({ type, name, sql }) => type === "table" && sql !== null && !name.startsWith("sqlite_"))
        .filter(({ name }) => !isShadow(name))
        .map((row) => ({
            name: row.name,
            bookkeeping: isBookkeeping(row),
            jsonColumns: findJsonColumns(row.name, row.sql ?? ""),
            hasRowid: !/\bWITHOUT\s+ROWID\b[^)]*$/i.test(row.sql ?? ""),
        }));
}

// The column that a CHECK asks of whether it is JSON, whatever the column is called.
function findJsonColumns(table: string, sql: string): string[] {
    const tokens = tokenize(sql).filter(({ kind }) => kind !== "space" && kind !== "comment");
    const asked = new Set(
        tokens.flatMap((token, at) => {
            const column = tokens[at + 2];
            const isAsked = isKeyword(token, "JSON_VALID") && tokens[at + 1]?.text === "(" && column;
            return isAsked ? [readName(column).toLowerCase()] : [];
        }),
    );
    if (asked.size === 0) return [];
    return readTable(table, sql)
        .columns.map(({ name }) => name)
        .filter((name) => asked.has(name.toLowerCase()));
}

/** Counts the rows of a table. */
export function countTable({ name }: MeasuredTable): Query {
    return { sql: `SELECT count(*) AS counted FROM ${quoteName(name)}` };
}

/** Measures the JSON columns of a table, in bytes, over a sample of its rows: value, average and maximum of each. */
export function measureJson({ name, jsonColumns, hasRowid }: MeasuredTable): Query {
    const table = quoteName(name);
    const figures = jsonColumns.flatMap((column, at) => [
        `count(${quoteName(column)}) AS values_${at}`,
        `avg(octet_length(${quoteName(column)})) AS average_${at}`,
        `max(octet_length(${quoteName(column)})) AS largest_${at}`,
    ]);
    const select = `SELECT count(*) AS looked_at, ${figures.join(", ")} FROM`;
    if (!hasRowid) return { sql: `${select} (SELECT * FROM ${table} LIMIT ${sampleSize})` };
    return {
        sql: `WITH RECURSIVE
range (first, last) AS (SELECT (SELECT min(rowid) FROM ${table}), (SELECT max(rowid) FROM ${table})),
picked (id) AS (
    SELECT first FROM range WHERE first IS NOT NULL
    UNION ALL
    SELECT id + 1 + (last - first) / ${sampleSize} FROM picked, range WHERE id + (last - first) / ${sampleSize} < last
)
${select} ${table} WHERE rowid IN (SELECT id FROM picked)`,
    };
}

/** Gives every index that somebody made: its table, whether it keeps values unique, and whether it leads a foreign key. */
export const selectIndexes: Query = {
    sql: `SELECT
    list.name AS name,
    made.name AS table_name,
    list."unique" AS is_unique,
    EXISTS (
        SELECT 1
        FROM pragma_foreign_key_list(made.name) AS reference
        JOIN pragma_index_info(list.name) AS part ON part.name = reference."from"
        WHERE part.seqno = 0 AND reference.seq = 0
    ) AS leads_foreign_key
FROM sqlite_schema AS made
JOIN pragma_index_list(made.name) AS list
WHERE made.type = 'table' AND list.origin = 'c'
ORDER BY made.name, list.name`,
};

/** Gives the bytes of each table and index, its own pages with what they leave free. A server may refuse it. */
export const selectBytes: Query = { sql: "SELECT name, pgsize AS bytes FROM dbstat WHERE aggregate = TRUE" };

/** Gives the bytes of the whole database, and those of its pages that hold nothing. */
export const selectPages: Query = {
    sql: `SELECT page_count * page_size AS bytes, freelist_count * page_size AS free
FROM pragma_page_count, pragma_page_size, pragma_freelist_count`,
};

/** Whether a figure was given. */
export function toNumber(row: Row | undefined, column: string): number | null {
    const value = row?.[column];
    return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
}
