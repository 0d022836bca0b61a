import type { Row, Value } from "../../database/connection.ts";
import { readClock } from "../../planning/state.ts";
import {
    type IndexUse,
    type JsonSize,
    readStatistics,
    type Section,
    type Statistics,
    type TableSize,
} from "../../statistics/read.ts";
import { sampleSize } from "../../statistics/schema.ts";
import { renderBytes, renderShare, renderSparkline } from "../chart.ts";
import { openExisting, withConnection } from "../open.ts";
import type { Context } from "../program.ts";
import { conclude, countOf, warnOfUnfinished } from "../report.ts";
import { speaksUtf8 } from "../settings.ts";

/**
 * db:stats: shows rows, bytes, JSON sizes, the figures of operations/statistics/ and unused indexes. Only reads.
 *
 * @param time the end of the growth periods; the database's clock by default
 */
export async function showStatistics(context: Context, time?: Date): Promise<void> {
    const { output, root } = context;
    const connection = await openExisting(context, "read");
    const { label } = connection.target;
    await withConnection(connection, async () => {
        const now = time?.toISOString() ?? (await readClock(connection));
        const statistics = await readStatistics(root, connection, now, warnOfUnfinished(output));
        for (const { heading, rows } of renderStatistics(statistics, speaksUtf8())) {
            output.line();
            output.line(heading);
            output.table(rows.map((row) => row.map((cell, at) => (at === 0 ? `    ${cell}` : cell))));
        }
        output.line();
        for (const note of statistics.notes) output.note(note);
        const verdict = `Measured ${countOf(statistics.tables.length, "table")}; nothing was changed.`;
        conclude(context, connection, verdict, { database: label, now, ...statistics });
    });
}

/** A heading, and columns below it. */
interface Block {
    readonly heading: string;
    /** The first row names the columns, unless there is only one. */
    readonly rows: readonly (readonly string[])[];
}

const barWidth = 20;

/** Renders all figures; `hasBlocks` says whether the terminal shows block characters. */
function renderStatistics(statistics: Statistics, hasBlocks: boolean): Block[] {
    return [
        renderTables(statistics, hasBlocks),
        ...(statistics.json.length > 0 ? [renderJson(statistics.json)] : []),
        ...statistics.sections.map((section) => renderSection(section, hasBlocks)),
        ...(statistics.indexUse.indexes > 0 ? [renderIndexes(statistics.indexUse)] : []),
    ];
}

function renderTables({ tables, bytes }: Statistics, hasBlocks: boolean): Block {
    const own = tables.filter(({ bookkeeping }) => !bookkeeping);
    const sizeOf = (table: TableSize): number => (table.bytes ?? 0) + (table.indexBytes ?? 0);
    const largest = Math.max(1, ...own.map(sizeOf));
    const renderBar = (table: TableSize): string => renderShare(sizeOf(table) / largest, barWidth, hasBlocks);
    const hasBytes = tables.some((table) => table.bytes !== null);
    const rows = [...own]
        .sort((a, b) => sizeOf(b) - sizeOf(a) || (b.rows ?? 0) - (a.rows ?? 0))
        .map((table) => [
            table.name,
            renderCount(table.rows),
            ...(hasBytes ? [renderSize(table.bytes), renderSize(table.indexBytes), renderBar(table)] : []),
        ]);
    const titles = ["table", "rows", ...(hasBytes ? ["size", "its indexes", ""] : [])];
    const kept = tables.filter(({ bookkeeping }) => bookkeeping);
    const books = kept.reduce((sum, table) => sum + sizeOf(table), 0);
    const parts = [
        countOf(own.length, "table"),
        `${renderCount(own.reduce((sum, table) => sum + (table.rows ?? 0), 0))} rows`,
        ...(bytes ? [`${renderBytes(bytes.total)} in all`, `${renderBytes(bytes.free)} of it free`] : []),
        ...(kept.length > 0
            ? [`${countOf(kept.length, "table")} of bookkeeping${hasBytes ? ` (${renderBytes(books)})` : ""}`]
            : []),
    ];
    return { heading: `Size: ${parts.join(", ")}`, rows: own.length > 0 ? alignNumbers([titles, ...rows]) : [] };
}

function renderJson(sizes: readonly JsonSize[]): Block {
    const full = sizes.filter(({ values }) => values > 0);
    const rows = [...full]
        .sort((a, b) => b.estimatedBytes - a.estimatedBytes)
        .map((size) => [
            `${size.table}.${size.column}${size.sampled ? " *" : ""}`,
            `${Math.round((100 * size.values) / Math.max(1, size.lookedAt))}%`,
            renderSize(Math.round(size.averageBytes ?? 0)),
            renderSize(size.largestBytes),
            renderSize(size.estimatedBytes),
        ]);
    const notes = [
        `${full.length} of ${countOf(sizes.length, "column")} hold values`,
        ...(full.some(({ sampled }) => sampled) ? [`* estimated from about ${renderCount(sampleSize)} rows`] : []),
    ];
    const titles = ["column", "filled", "average", "largest", "in all"];
    return { heading: `JSON: ${notes.join("; ")}`, rows: rows.length > 0 ? alignNumbers([titles, ...rows]) : [] };
}

function renderSection({ title, rows, problem }: Section, hasBlocks: boolean): Block {
    const heading = title.replace(/\.$/, "");
    if (problem !== null) return { heading, rows: [[`not available (${problem})`]] };
    const [first] = rows;
    if (!first) return { heading, rows: [["nothing yet"]] };
    if ("series" in first && "amount" in first) return { heading, rows: renderSeries(rows, hasBlocks) };
    const columns = Object.keys(first);
    const titles = columns.map((column) => column.replaceAll("_", " "));
    const cells = rows.map((row) => columns.map((column) => renderValue(row[column] ?? null)));
    return { heading, rows: alignNumbers([titles, ...cells]) };
}

// The average leaves out the incomplete periods: the last one, and the one in which a series began.
function renderSeries(rows: readonly Row[], hasBlocks: boolean): string[][] {
    const names = [...new Set(rows.map(({ series }) => String(series)))];
    const lines = names.map((name) => {
        const own = rows.filter(({ series }) => String(series) === name);
        const known = own.flatMap(({ amount }) => (amount === null ? [] : [Number(amount)]));
        const before = own.length - known.length;
        const whole = known.slice(before === 0 ? 0 : 1, -1);
        const average = whole.reduce((sum, amount) => sum + amount, 0) / whole.length;
        const expected = own[0]?.expected;
        const hasAverage = whole.length > 0;
        const target = typeof expected === "number" ? expected : 0;
        return [
            name,
            " ".repeat(before) + renderSparkline(known, hasBlocks),
            hasAverage ? renderCount(Math.round(average)) : "-",
            typeof expected === "number" ? renderCount(expected) : "",
            hasAverage && target > 0 ? `${Math.round((100 * average) / target)}%` : "",
            renderCount(known.at(-1) ?? null),
        ];
    });
    return alignNumbers([["", "", "average", "expected", "of it", "now"], ...lines]);
}

function renderIndexes({ queries, unplanned, indexes, unused }: IndexUse): Block {
    const counts = `${countOf(indexes, "index", "indexes")}, ${countOf(queries, "documented query", "documented queries")}`;
    const failed = unplanned.length === 0 ? "" : `; refused by the database: ${unplanned.join(", ")}`;
    if (queries === 0)
        return { heading: `Indexes: ${counts}${failed}`, rows: [["no documented query to compare with"]] };
    const heading = `Indexes that no documented query uses: ${unused.length === 0 ? "none" : unused.length} (${counts}${failed})`;
    return { heading, rows: alignNumbers(unused.map(({ name, table, bytes }) => [name, table, renderSize(bytes)])) };
}

function renderValue(value: Value): string {
    if (value === null) return "-";
    return typeof value === "number" ? value.toLocaleString("en-US") : String(value);
}

function renderCount(count: number | null): string {
    return count === null ? "?" : count.toLocaleString("en-US");
}

function renderSize(bytes: number | null): string {
    return bytes === null ? "?" : renderBytes(bytes);
}

const figure = /^(?:[-?]|-?[\d,]+(?:\.\d+)?(?:%| [kMGT]?B)?)?$/;

// Right-aligns the columns that contain only figures.
function alignNumbers(rows: readonly (readonly string[])[]): string[][] {
    const [titles = [], ...lines] = rows;
    const isFigure = titles.map((_, at) => lines.every((line) => figure.test(line[at] ?? "")));
    const widths = titles.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
    return rows.map((row) => row.map((cell, at) => (isFigure[at] ? cell.padStart(widths[at] ?? 0) : cell)));
}
