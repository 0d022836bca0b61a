import { renderTable } from "../cli/output.ts";
import type { Row, Value } from "../database/connection.ts";
import { type Check, levels } from "./checks.ts";

const longestValue = 60;

/** A value as a table of examples shows it: on one line, and not for ever. */
export function renderValue(value: Value | undefined): string {
    if (value === null || value === undefined) return "NULL";
    if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
    // Whoever wrote the row must not write to the terminal.
    const line = String(value)
        .replace(/\s+/g, " ")
        .replace(/\p{Cc}/gu, "?");
    return line.length > longestValue ? `${line.slice(0, longestValue - 1)}…` : line;
}

/** Rows below the names of their columns, as lines. */
export function renderExamples(rows: readonly Row[]): string[] {
    const columns = Object.keys(rows[0] ?? {});
    if (columns.length === 0) return [];
    return renderTable([columns, ...rows.map((row) => columns.map((column) => renderValue(row[column])))]);
}

/** The checks as a table in Markdown, the worst first; docs/doctor.md holds it. */
export function renderCheckTable(checks: readonly Check[]): string {
    const sorted = levels.flatMap((level) => checks.filter((check) => check.level === level));
    const rows = sorted.map(({ name, level, title, why }) =>
        [`[\`${name}\`](../operations/checks/${name}.sql)`, level, title, why].map((text) =>
            text.replaceAll("|", "\\|"),
        ),
    );
    return [
        "| check | level | what it finds | why that is bad |",
        "|---|---|---|---|",
        ...rows.map((cells) => `| ${cells.join(" | ")} |`),
    ].join("\n");
}
