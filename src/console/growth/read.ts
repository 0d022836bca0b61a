import type { Connection, Query, ReadResult } from "../../database/connection.ts";
import type { DocumentSite } from "../../documents/site.ts";
import { readFiles } from "../../planning/files.ts";
import { mapLarge, readVolumes } from "../../queries/volumes.ts";
import { isBookkeeping, isMigratorTable, listComparable } from "../../schema/facts.ts";
import { followFiles, type KnownSchema } from "../../schema/known-schema.ts";
import { type SchemaRow, selectSchema } from "../../schema/row.ts";
import { quoteName } from "../../sql/quoting.ts";
import { findIndexColumns } from "../../sql/statement-facts.ts";
import { type GrowthReading, listWeeks, type TableGrowth } from "./figures.ts";

/** A table of the files, and what may be counted of it. */
export type CountedTable = Pick<TableGrowth, "table" | "large" | "expected" | "time">;

/** Columns that keep when a row was added. */
const timeColumns = ["created_at", "started_at"];

/**
 * Lists the tables that the files of a project create, those with a documented growth first, then in the order of their
 * creation. Reads no database.
 */
export async function listCountedTables(root: string, { growth }: DocumentSite): Promise<CountedTable[]> {
    const [{ sets }, volumes] = await Promise.all([readFiles(root), readVolumes(root).catch(() => [])]);
    const large = mapLarge(volumes);
    const schema = followFiles(sets.flatMap(({ migrations }) => migrations));
    const tables = [...schema.tables.values()].filter(
        ({ name, statement, isVirtual }) => !isVirtual && !isBookkeeping({ type: "table", name, sql: statement.sql }),
    );
    const order = [...growth.keys()];
    const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
    return tables
        .map(({ name }) => ({
            table: name,
            large: large.get(name),
            expected: growth.get(name),
            time: findTime(schema, name),
        }))
        .sort((one, other) => rank(one.table) - rank(other.table));
}

function findTime({ tables, parts }: KnownSchema, name: string): CountedTable["time"] {
    const columns = tables.get(name.toLowerCase())?.columns ?? [];
    const column = timeColumns.find((time) => columns.some((other) => other.name === time));
    if (column === undefined) return undefined;
    const indexes = [...parts.values()].flatMap(({ type, table, statement }) =>
        type === "index" && table === name.toLowerCase() ? [findIndexColumns(statement) ?? []] : [],
    );
    const isFirst = indexes.some(([first]) => first === column);
    return {
        column,
        index: isFirst ? "first" : indexes.some((columns) => columns.includes(column)) ? "inside" : "none",
    };
}

/** The query that counts the rows of a table. */
export function renderCount(table: string): Query {
    return { sql: `SELECT count(*) AS counted FROM ${quoteName(table)}` };
}

/**
 * The query that counts the rows that a table gained in each week. Both stored forms of a time begin with the day, so the day
 * tells them apart. An index that begins with the time is searched for each week; else all rows are grouped once.
 */
export function renderWeeks(table: string, time: NonNullable<CountedTable["time"]>, weeks: readonly string[]): Query {
    const [from, column] = [quoteName(table), quoteName(time.column)];
    const [first = "", last = ""] = [weeks[0], weeks.at(-1)];
    if (time.index === "first")
        return {
            sql: `WITH RECURSIVE week (start, next) AS (
    SELECT ?1, date(?1, '+7 days') UNION ALL SELECT next, date(next, '+7 days') FROM week WHERE next <= ?2
)
SELECT start AS week, (SELECT count(*) FROM ${from} WHERE ${column} >= start AND ${column} < next) AS added FROM week`,
            args: [first, last],
        };
    return {
        sql: `SELECT date(day, 'weekday 0', '-6 days') AS week, sum(added) AS added FROM (
    SELECT substr(${column}, 1, 10) AS day, count(*) AS added FROM ${from} WHERE ${column} >= ?1 GROUP BY day
) GROUP BY week`,
        args: [first],
    };
}

/**
 * Counts the rows of all tables, and by week those that keep a time: in one request.
 *
 * @param isWhole also count by week where no index serves it, which reads the whole table
 */
export async function readGrowth(
    connection: Pick<Connection, "readAll">,
    counted: readonly CountedTable[],
    { now, isWhole }: { readonly now: string; readonly isWhole: boolean },
): Promise<GrowthReading> {
    const weeks = listWeeks(now);
    const timed = counted.flatMap(({ table, time }) =>
        time && (time.index !== "none" || isWhole) ? [{ table, time }] : [],
    );
    const [schema, ...results] = await connection.readAll([
        selectSchema,
        ...counted.map(({ table }) => renderCount(table)),
        ...timed.map(({ table, time }) => renderWeeks(table, time, weeks)),
    ]);
    const live = listLiveTables(schema);
    const tables = counted.map((entry, at): TableGrowth => {
        const result = results[at];
        const from = timed.findIndex(({ table }) => table === entry.table);
        return {
            ...entry,
            rows: result?.ok ? Number(result.rows[0]?.counted) : undefined,
            problem: result?.ok ? undefined : (result?.message ?? "no answer"),
            added: from === -1 ? undefined : toWeeks(results[counted.length + from], weeks),
        };
    });
    return {
        at: now,
        weeks,
        isWhole,
        // A table of an optional set that is not installed is not missing.
        tables: tables.filter(({ table, rows, large }) => rows !== undefined || large !== undefined || live.has(table)),
        unknown: [...live].filter((name) => !counted.some(({ table }) => table === name)),
    };
}

function listLiveTables(schema: ReadResult | undefined): Set<string> {
    const rows = schema?.ok ? (schema.rows as unknown as SchemaRow[]) : [];
    const own = listComparable(rows).filter(
        (row) =>
            row.type === "table" &&
            !isMigratorTable(row.name) &&
            !isBookkeeping(row) &&
            !/VIRTUAL/i.test(row.sql ?? ""),
    );
    return new Set(own.map(({ name }) => name));
}

function toWeeks(result: ReadResult | undefined, weeks: readonly string[]): number[] | undefined {
    if (!result?.ok) return undefined;
    const added = new Map(result.rows.map((row) => [String(row.week), Number(row.added)]));
    return weeks.map((week) => added.get(week) ?? 0);
}
