import type { Connection, Query } from "../database/connection.ts";
import { name } from "../migrations/bookkeeping.ts";
import { readRows } from "./live-tables.ts";

/** How many characters of rows one answer brings, beyond the first of them. */
const pageLength = 400_000;
/** How many rows a page is made of: few at first, then as many as the last pages took. */
const fewestRows = 100;
const mostRows = 5_000;

/** Rows as the literals that an INSERT takes. */
export interface LiteralPage {
    /** `(1, 'a', NULL)` for each row. */
    readonly rows: readonly string[];
    /** Numbers of the rows, as long. */
    readonly numbers: readonly number[];
}

/** Rows whose values can be read as literals, page by page. */
export interface LiteralSource {
    /** SQL of the rows. */
    readonly rows: string;
    /** A column that numbers them; undefined where they are counted in the order of `order`. */
    readonly number: string | undefined;
    readonly order: string;
    readonly columns: readonly string[];
}

/**
 * SQL of a value as a literal that makes the very same value again, whatever its type. quote() ends a text at its first
 * NUL, so such a text goes as bytes.
 */
export function quoteExactly(column: string): string {
    const value = name(column);
    return (
        `iif(typeof(${value}) = 'text' AND instr(${value}, char(0)) > 0, ` +
        `'CAST(' || quote(CAST(${value} AS BLOB)) || ' AS TEXT)', quote(${value}))`
    );
}

/** Reads rows as literals, from the one after `last` on: its number, or how many were before where they have none. */
export async function* readLiterals(
    connection: Connection,
    source: LiteralSource,
    last: number,
): AsyncGenerator<LiteralPage> {
    let limit = fewestRows;
    for (let after = last; ; ) {
        const rows = await readRows(connection, selectPage(source, after, limit));
        if (rows.length === 0) return;
        const numbers = rows.map((row) => Number(row.literal_number));
        yield { rows: rows.map((row) => String(row.literal)), numbers };
        limit = Math.min(
            mostRows,
            rows.length === limit ? limit * 4 : Math.max(fewestRows, Math.ceil(rows.length * 1.25)),
        );
        after = source.number === undefined ? after + rows.length : Math.max(...numbers);
    }
}

function selectPage({ rows, number, order, columns }: LiteralSource, after: number, limit: number): Query {
    const literal = `'(' || ${columns.map(quoteExactly).join(" || ', ' || ")} || ')' AS literal`;
    const page =
        number === undefined
            ? `SELECT 0 AS literal_number, ${literal} FROM ${rows} ORDER BY ${order} LIMIT ${limit} OFFSET ?`
            : `SELECT ${number} AS literal_number, ${literal} FROM ${rows} WHERE ${number} > ? ORDER BY ${number} LIMIT ${limit}`;
    const counted = `SELECT *, row_number() OVER () AS place FROM (${page})`;
    const before = "sum(length(literal)) OVER (ORDER BY place ROWS UNBOUNDED PRECEDING) - length(literal)";
    return {
        sql: `SELECT literal_number, literal FROM (SELECT *, ${before} AS before FROM (${counted})) WHERE before < ${pageLength} ORDER BY place`,
        args: [after],
    };
}
