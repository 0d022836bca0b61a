import type { Row, Value } from "../database/connection.ts";
import { countFindings, type Examined } from "./examine.ts";

/** An examination as a document of --json: the counts, and each check with its state. Pure. */
export function describeExamination(
    database: string,
    examined: readonly Examined[],
): Readonly<Record<string, unknown>> {
    return { database, ...countFindings(examined), checks: examined.map(describeExamined) };
}

const longestValue = 60;

/** Renders a value of an example row in one short line that cannot control a terminal. */
export function renderExample(value: Value | ArrayBuffer | undefined): string {
    if (value === null || value === undefined) return "NULL";
    if (value instanceof ArrayBuffer) return `${value.byteLength} bytes`;
    const line = String(value)
        .replace(/\s+/g, " ")
        .replace(/\p{Cc}/gu, "?");
    return line.length > longestValue ? `${line.slice(0, longestValue - 1)}…` : line;
}

function describeExamined(item: Examined): object {
    const { name, level, title, why, remedy, path, sql } = item.check;
    const base = { name, state: item.state, level, title };
    if (item.state === "clean") return base;
    if (item.state !== "found") return { ...base, reason: item.reason, path, sql };
    return { ...base, count: item.count, examples: item.examples.map(describeRow), why, remedy, path, sql };
}

// JSON has neither large integers nor blobs.
function describeRow(row: Row): object {
    return Object.fromEntries(
        Object.entries(row).map(([column, value]) => [
            column,
            typeof value === "bigint" || value instanceof Uint8Array ? renderExample(value) : value,
        ]),
    );
}
