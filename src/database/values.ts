import { writeJson } from "../text/written.ts";
import type { Argument, JsonList, Row, Value } from "./connection.ts";

/** Converts a bound value for a driver: a list to JSON, a whole number to BigInt, because drivers bind a number as REAL. */
export function toBound(value: Argument | JsonList): Argument {
    if (isJsonList(value)) return writeJson(value.items);
    return typeof value === "number" && Number.isInteger(value) && isOfSqlite(value) ? BigInt(value) : value;
}

// An INTEGER has 64 bits.
function isOfSqlite(value: number): boolean {
    return value >= -(2 ** 63) && value < 2 ** 63;
}

/** Whether a bound value is a list. */
export function isJsonList(value: unknown): value is JsonList {
    return value !== null && typeof value === "object" && "items" in value && Array.isArray(value.items);
}

/** Makes a row by name from stored values: a BigInt becomes a number where that is exact. */
export function toRow(names: readonly string[], values: readonly Value[]): Row {
    return Object.fromEntries(names.map((name, at) => [name, toReadable(values[at] ?? null)]));
}

function toReadable(value: Value): Value {
    if (typeof value !== "bigint") return value;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
}
