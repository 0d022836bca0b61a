import { isUtf8 } from "node:buffer";
import type { Value } from "../database/connection.ts";
import { type DatabaseFault, toFault } from "../database/faults.ts";
import { quoteName } from "../sql/quoting.ts";

/** A text that is not UTF-8, as its bytes. SQLite stores and keeps it, but neither a server nor a driver reads it. */
export interface RawText {
    readonly bytes: Uint8Array;
}

/** A value as it is written into a copy. */
export type CopiedValue = Value | RawText;

/** Whether a value is a text that can only be written as its bytes. */
export function isRawText(value: CopiedValue | undefined): value is RawText {
    return typeof value === "object" && value !== null && "bytes" in value;
}

/** Whether a server failed because a row holds text that is not UTF-8: sqld gives status 500 for the whole answer. */
export function isUnreadableText(error: unknown): boolean {
    const { kind, message }: DatabaseFault = toFault(error);
    return kind === "server-fault" && /utf-?8/i.test(message);
}

/** A select list in which texts come as their bytes; one column more, the last, tells what each was. */
export function listAsBytes(columns: readonly string[]): string {
    const values = columns.map((column) => {
        const name = quoteName(column);
        return `iif(typeof(${name}) = 'text', CAST(${name} AS BLOB), ${name})`;
    });
    const types = columns.map((column) => `typeof(${quoteName(column)})`);
    return [...values, types.join(" || ',' || ")].join(", ");
}

/**
 * A row that was read by listAsBytes(), with its texts as texts wherever they are UTF-8.
 *
 * @param skipped columns before the list
 */
export function readAsText(row: readonly Value[], skipped: number): CopiedValue[] {
    const types = String(row.at(-1)).split(",");
    return row.slice(0, -1).map((value, at) => {
        if (types[at - skipped] !== "text" || !(value instanceof Uint8Array)) return value;
        return isUtf8(value) ? Buffer.from(value).toString("utf8") : { bytes: value };
    });
}
