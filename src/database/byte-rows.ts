import { decodeBytes } from "../text/decode.ts";
import { mapTokens } from "../text/scan.ts";
import type { Value } from "./connection.ts";

/**
 * SQL for one column of one row that holds rows of values as bytes, for readByteRows(). A driver ends the program, and a
 * server the request, at a text that is not UTF-8; and this is no slower than rows.
 *
 * @param values SQL of each value
 */
export function collectByteRows(values: readonly string[]): string {
    const items = values.map((value) => `iif(typeof(${value}) = 'blob', json_object('blob', hex(${value})), ${value})`);
    return `CAST(json_group_array(json_array(${items.join(", ")})) AS BLOB)`;
}

/**
 * Reads what collectByteRows() collected: whole numbers are BigInt only beyond 2^53, and a text that is not UTF-8 is not well
 * formed, as decodeBytes() gives it.
 */
export function readByteRows(collected: Value | undefined): Value[][] {
    if (!(collected instanceof Uint8Array)) return [];
    const text = decodeBytes(collected);
    const rows = JSON.parse(largeNumber.test(text) ? mapTokens(text, toHeld) : text) as unknown[][];
    return rows.map((row) => row.map(toValue));
}

/** A reason to look at each number; also found in texts. */
const largeNumber = /\d{16}/;

function toHeld(token: string): string {
    return /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `{"integer":"${token}"}` : token;
}

function toValue(value: unknown): Value {
    if (value === null || typeof value !== "object") return value as Value;
    const { blob, integer } = value as { blob?: string; integer?: string };
    return integer === undefined ? new Uint8Array(Buffer.from(blob ?? "", "hex")) : BigInt(integer);
}
