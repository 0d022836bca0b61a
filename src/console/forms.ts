import type { Row, Value } from "../database/connection.ts";

/** Renders a document as JSON: integers beyond 2^53 and blobs as text. */
export function renderJson(document: unknown): string {
    // A Buffer comes as what its toJSON() makes of it, byte by byte: the holder still has the blob.
    function replace(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
        const held = this[key];
        if (held instanceof ArrayBuffer || ArrayBuffer.isView(held)) return describeBlob(held);
        return typeof value === "bigint" ? String(value) : value;
    }
    return `${JSON.stringify(document, replace, 2)}\n`;
}

/**
 * Renders rows as CSV (RFC 4180). NULL is empty, and a text that a spreadsheet would run as a formula begins with an apostrophe.
 *
 * @param names of the columns, in order; those of the first row by default
 */
export function renderCsv(rows: readonly Row[], names: readonly string[] = Object.keys(rows[0] ?? {})): string {
    const lines = [names, ...rows.map((row) => names.map((name) => toText(row[name] ?? null)))];
    return lines.map((cells) => `${cells.map(quote).join(",")}\r\n`).join("");
}

/** What stands for a blob. */
export function describeBlob(blob: Pick<ArrayBufferView, "byteLength">): string {
    return `${blob.byteLength.toLocaleString("en-US")} bytes`;
}

function toText(value: Value): string {
    if (value === null) return "";
    if (typeof value === "object") return describeBlob(value);
    const text = String(value);
    return typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quote(cell: string): string {
    return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
