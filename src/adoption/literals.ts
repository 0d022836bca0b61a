import type { Connection, Query } from "../database/connection.ts";
import { quoteName } from "../sql/quoting.ts";
import { readRows } from "./live-tables.ts";

/** How many characters of rows one answer brings, beyond the first of them. */
export const pageLength = 400_000;
/** How many rows a page is made of: few at first, then as many as the last pages took. */
const fewestRows = 100;
const mostRows = 5_000;

/** Rows as the literals that an INSERT takes. */
export interface LiteralPage {
    /** `(1, 'a', NULL)` for each row. */
    readonly rows: readonly string[];
    /** Where each row stands in the order, as literals of its `place`, as long. */
    readonly places: readonly string[];
}

/** Rows whose values can be read as literals, page by page. */
export interface LiteralSource {
    /** SQL of the rows. */
    readonly rows: string;
    /** SQL of what orders the rows and tells each from all others: the row's number, or the columns of a key. */
    readonly place: readonly string[];
    readonly columns: readonly string[];
}

/**
 * SQL of a value as a literal that makes the very same value again, whatever its type. quote() ends a text at its first
 * NUL, and the driver of a file ends the process at a text that is no UTF-8: a text that is not plain ASCII goes as bytes.
 * An infinite number it calls by a name that SQLite does not know.
 *
 * @param value SQL of the value
 */
export function quoteExactly(value: string): string {
    const isPlain = `${value} NOT GLOB '*[^' || char(1) || '-' || char(127) || ']*' AND instr(${value}, char(0)) = 0`;
    const bytes = `'CAST(' || quote(CAST(${value} AS BLOB)) || ' AS TEXT)'`;
    return (
        `CASE typeof(${value}) WHEN 'text' THEN iif(${isPlain}, quote(${value}), ${bytes}) ` +
        `WHEN 'real' THEN replace(quote(${value}), 'Inf', '9e999') ELSE quote(${value}) END`
    );
}

/**
 * Reads rows as literals, page by page, in the order of their places.
 *
 * @param after the place of the row before the first one; all rows when undefined
 */
export async function* readLiterals(
    connection: Connection,
    source: LiteralSource,
    after?: string,
): AsyncGenerator<LiteralPage> {
    let limit = fewestRows;
    for (let last = after; ; ) {
        const rows = await readRows(connection, selectPage(source, last, limit));
        if (rows.length === 0) return;
        const places = rows.map((row) => String(row.literal_place));
        yield { rows: rows.map((row) => String(row.literal)), places };
        limit = Math.min(
            mostRows,
            rows.length === limit ? limit * 4 : Math.max(fewestRows, Math.ceil(rows.length * 1.25)),
        );
        last = places.at(-1);
    }
}

/** SQL of where a row stands, as the literals that readLiterals() goes on after. */
export function renderPlace(place: readonly string[]): string {
    return place.map(quoteExactly).join(" || ', ' || ");
}

function selectPage({ rows, place, columns }: LiteralSource, after: string | undefined, limit: number): Query {
    const literal = `'(' || ${columns.map((column) => quoteExactly(quoteName(column))).join(" || ', ' || ")} || ')' AS literal`;
    const order = place.join(", ");
    const rest = after === undefined ? "" : ` WHERE (${order}) > (${after})`;
    const page = `SELECT ${renderPlace(place)} AS literal_place, ${literal} FROM ${rows}${rest} ORDER BY ${order} LIMIT ${limit}`;
    const counted = `SELECT *, row_number() OVER () AS number FROM (${page})`;
    const before = "sum(length(literal)) OVER (ORDER BY number ROWS UNBOUNDED PRECEDING) - length(literal)";
    return {
        sql: `SELECT literal_place, literal FROM (SELECT *, ${before} AS before FROM (${counted})) WHERE before < ${pageLength} ORDER BY number`,
    };
}
