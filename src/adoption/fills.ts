import type { Table } from "../schema/table.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import type { ColumnValue, FilledTime, TimeSource } from "./origins.ts";

/** The column of a live row's number that the queries of an adoption add to its own. */
export const rowNumber = "adopted_row";

const given = "given";
const filledRows = "filled";

/**
 * Renders SQL that selects stored rows with their missing times filled. The filled columns keep their stored values under
 * the names of storedName(). Only the rows that lack a time are looked up, all at once.
 *
 * @param rows SQL of the stored rows with their numbers
 * @param filled the rules of their table
 * @param live all live tables; sources that the database lacks are left out
 */
export function fillTimes(
    rows: string,
    columns: readonly string[],
    filled: readonly FilledTime[],
    live: readonly Table[],
): string {
    const lookups: Lookup[] = [];
    const values = new Map(
        columns.flatMap((column) => {
            const value = fillColumn(column, filled, live, lookups);
            return value === undefined ? [] : [[column, value] as const];
        }),
    );
    if (values.size === 0) return rows;
    const expressions = lookups.map(({ name, sql }) => `${name} AS MATERIALIZED (${sql})`);
    const joins = lookups.map(({ name, own }) => `LEFT JOIN ${name} ON ${name}.own = ${inRow(own)}`);
    const fields = [...values].map(([column, value]) => `${value} AS ${quoteName(column)}`);
    expressions.push(
        `${filledRows} AS MATERIALIZED (SELECT ${inRow(rowNumber)} AS ${rowNumber}, ${fields.join(", ")} ` +
            `FROM (${rows}) AS ${given} ${joins.join(" ")} WHERE ${filled.map(isIncomplete).join(" OR ")})`,
    );
    const selected = columns.flatMap((column) => {
        const own = quoteName(column);
        if (!values.has(column)) return [`${inRow(column)} AS ${own}`];
        return [
            `iif(${filledRows}.${rowNumber} IS NULL, ${inRow(column)}, ${filledRows}.${own}) AS ${own}`,
            `${inRow(column)} AS ${storedName(column)}`,
        ];
    });
    return (
        `WITH ${expressions.join(", ")} SELECT ${inRow(rowNumber)} AS ${rowNumber}, ${selected.join(", ")} ` +
        `FROM (${rows}) AS ${given} LEFT JOIN ${filledRows} ON ${filledRows}.${rowNumber} = ${inRow(rowNumber)}`
    );
}

/** What selectFilled() calls the filled values of a row. */
export const filledValues = "filled_values";

/**
 * Renders SQL that selects, for each stored row that lacks a time or an implied value, its number and what it got instead, as a JSON object: the
 * time, and the columns that it implies. Undefined if the rules fill none.
 *
 * @param rows SQL of the stored rows with their numbers
 * @param converted the name of a table with the filled and converted rows
 */
export function selectFilled(rows: string, converted: string, filled: readonly FilledTime[]): string | undefined {
    if (filled.length === 0) return undefined;
    const pairs = filled.flatMap((time) =>
        [time.column, ...Object.keys(time.implies ?? {})].map((column) => {
            const value = `converted.${quoteName(column)}`;
            const pair = `${quoteText(`,${JSON.stringify(column)}:`)} || json_quote(${value})`;
            const isGiven = column === time.column ? lacksTime(time) : isImplied(time, column);
            return `iif(${isGiven} AND typeof(${value}) <> 'blob', ${pair}, '')`;
        }),
    );
    return (
        `SELECT ${inRow(rowNumber)} AS ${rowNumber}, '{' || substr(${pairs.join(" || ")}, 2) || '}' AS ${filledValues} ` +
        `FROM (${rows}) AS ${given} JOIN ${converted} AS converted ON converted.${rowNumber} = ${inRow(rowNumber)} ` +
        `WHERE ${filled.map(isIncomplete).join(" OR ")}`
    );
}

/** Whether the rules fill a column, or set it because another was filled. */
export function isFilled(column: string, filled: readonly FilledTime[]): boolean {
    return filled.some((time) =>
        [time.column, ...Object.keys(time.implies ?? {})].some((own) => isSameName(own, column)),
    );
}

/** The quoted name of the stored value of a filled column. */
export function storedName(column: string): string {
    return quoteName(`stored ${column}`);
}

/** The earliest times in a table, by the column that matches `own` of a stored row. */
interface Lookup {
    readonly name: string;
    readonly sql: string;
    readonly own: string;
}

function fillColumn(
    column: string,
    filled: readonly FilledTime[],
    live: readonly Table[],
    lookups: Lookup[],
): string | undefined {
    const time = filled.find((one) => isFilled(column, [one]));
    if (!time) return undefined;
    const own = inRow(column);
    const implied = Object.entries(time.implies ?? {}).find(([name]) => isSameName(name, column));
    if (implied) {
        const [, { instead, value }] = implied;
        return `iif(${isImplied(time, column)} AND coalesce(${own}, ${instead}) = ${instead}, ${value}, ${own})`;
    }
    const sources = time.sources.flatMap((source) => renderSource(source, live, lookups) ?? []);
    return `iif(${lacksTime(time)}, coalesce(${[...sources, "NULL", "NULL"].join(", ")}), ${own})`;
}

// NULL, or a text without a character.
function lacksTime({ column }: FilledTime): string {
    return `(${inRow(column)} IS NULL OR trim(${inRow(column)}) = '')`;
}

// Whether a row gets a time, or a value because of the time that it has.
function isIncomplete(time: FilledTime): string {
    return [lacksTime(time), ...Object.keys(time.implies ?? {}).map((column) => isImplied(time, column))].join(" OR ");
}

// Whether a column may get its implied value, if it has none.
function isImplied(time: FilledTime, column: string): string {
    const { afterDays } = Object.entries(time.implies ?? {}).find(([name]) => isSameName(name, column))?.[1] ?? {};
    if (afterDays === undefined) return lacksTime(time);
    const own = inRow(time.column);
    const isOld = `${isTime(own)} AND julianday(${own}) <= julianday('now', '-${afterDays} days')`;
    return `(${lacksTime(time)} OR (${inRow(column)} IS NULL AND ${isOld}))`;
}

function renderSource(source: TimeSource, live: readonly Table[], lookups: Lookup[]): string | undefined {
    if ("column" in source) {
        const other = inRow(source.column);
        return `iif(${isTime(other)}, ${other}, NULL)`;
    }
    const { table, earliest, match } = source;
    const found = live.find(({ name }) => isSameName(name, table));
    const has = (wanted: string): boolean => found?.columns.some(({ name }) => isSameName(name, wanted)) ?? false;
    if (!found || !has(earliest) || (match && !has(match.column))) return undefined;
    const time = quoteName(earliest);
    const from = `FROM ${quoteName(found.name)} WHERE ${isTime(time)}`;
    // With min(), SQLite takes the other columns from the row of the minimum.
    if (!match) return `(SELECT time FROM (SELECT ${time} AS time, min(julianday(${time})) ${from}))`;
    const { column, own, only, when } = match;
    const name = `found_${lookups.length}`;
    const these = only && has(only.column) ? `${from} AND ${isValue(quoteName(only.column), only)}` : from;
    const sql = `SELECT ${quoteName(column)} AS own, ${time} AS time, min(julianday(${time})) ${these} GROUP BY 1`;
    lookups.push({ name, sql, own });
    return when ? `iif(${isValue(inRow(when.column), when)}, ${name}.time, NULL)` : `${name}.time`;
}

function isValue(stored: string, { value }: ColumnValue): string {
    return `coalesce(${stored}, ${quoteText(value)}) = ${quoteText(value)}`;
}

// In any form that is converted: other text would not become a time.
function isTime(value: string): string {
    const digits = (count: number): string => "[0-9]".repeat(count);
    const day = `${digits(4)}-${digits(2)}-${digits(2)}`;
    const form = `${day}[T ]${digits(2)}:${digits(2)}:${digits(2)}*`;
    return `(${value} GLOB '${form}' OR ${value} GLOB '${day}') AND julianday(${value}) IS NOT NULL`;
}

function inRow(column: string): string {
    return `${given}.${quoteName(column)}`;
}
