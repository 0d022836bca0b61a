import type { Argument, JsonList, Row, Value } from "./connection.ts";

/** A bound value as the driver of a file takes it: a list as JSON, a whole number as BigInt, because drivers bind a number as REAL. */
export function toBound(value: Argument | JsonList): Argument {
    if (isJsonList(value)) return JSON.stringify(value.items);
    return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value;
}

/** Whether a bound value is a list. */
export function isJsonList(value: unknown): value is JsonList {
    return value !== null && typeof value === "object" && "items" in value && Array.isArray(value.items);
}

/** A row by name from values as stored: whole numbers become numbers where a number holds them. */
export function toRow(names: readonly string[], values: readonly Value[]): Row {
    return Object.fromEntries(names.map((name, at) => [name, toReadable(values[at] ?? null)]));
}

function toReadable(value: Value): Value {
    if (typeof value !== "bigint") return value;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
}
