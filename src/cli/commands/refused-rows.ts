import type { Origins } from "../../adoption/origins.ts";
import { type RefusedRow, readRefused } from "../../adoption/side-table.ts";
import type { Connection } from "../../database/connection.ts";
import type { Rejection } from "../../loading/loader.ts";
import { keepRejections } from "../../loading/rejects.ts";
import { openStaging } from "../../loading/staging.ts";
import { toCamelCase } from "../../sql/names.ts";
import { printRejections } from "../load-report.ts";
import type { Context } from "../program.ts";

/** About how much memory a refused row takes beside its texts. */
const rowBytes = 1_000;

/** Writes the rows that the side table keeps to the reject file, in the form in which they can be loaded once mended. */
export async function writeRefused(
    context: Context,
    connection: Connection,
    path: string | undefined,
    origins: Origins,
): Promise<{ refused: number; file: string | undefined }> {
    const staging = openStaging();
    try {
        const rejections = staging.createList<Rejection>();
        for await (const row of readRefused(connection)) {
            rejections.push(toRejection(row, toDocument(row, origins)), rowBytes + row.bytes);
        }
        const outcome = "The database is adopted; the refused rows are in its table schema_adoption.";
        const summary = keepRejections(context.root, path, rejections, outcome);
        printRejections(context.output, summary);
        return { refused: summary.rejected, file: summary.rejectFile };
    } finally {
        staging.close();
    }
}

function toRejection({ table, row, reasons }: RefusedRow, record: unknown): Rejection {
    const [first = ""] = reasons;
    const code = first.startsWith("check:") ? first.slice("check:".length) : first;
    return { file: table, position: row, code, message: reasons.map(explain).join("; "), record };
}

function explain(reason: string): string {
    const [kind, ...rest] = reason.split(":");
    const what = rest.join(":");
    switch (kind) {
        case "null":
            return `${what} is NULL`;
        case "type":
            return `${what} is of another type`;
        case "unique":
            return `another row has the same ${what}`;
        case "key":
            return `${what} points to a row that is not there`;
        default:
            return `CHECK ${what}`;
    }
}

// As in the exports: camelCase names, and JSON columns as values where they are JSON.
function toDocument({ table, record }: RefusedRow, { kinds }: Origins): Record<string, unknown> {
    const own = kinds.get(table);
    return Object.fromEntries(
        Object.entries(record).map(([column, value]) => [
            toCamelCase(column),
            own?.get(column) === "json" && typeof value === "string" ? parseOrKeep(value) : value,
        ]),
    );
}

// What is nested too deep can be read, but not be written again.
function parseOrKeep(text: string): unknown {
    try {
        const value: unknown = JSON.parse(text);
        JSON.stringify(value);
        return value;
    } catch {
        return text;
    }
}
