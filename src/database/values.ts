import type { InStatement, ResultSet } from "@libsql/client";
import type { Argument, JsonList, Query, Row, Value } from "./connection.ts";
import { isJsonList } from "./server/body.ts";
import type { ProtocolValue } from "./server/protocol.ts";

/** A bound value as the drivers of a file take it: a whole number as BigInt, because they bind a number as REAL. */
export function toBound(value: Argument | JsonList): Argument {
    if (isJsonList(value)) return JSON.stringify(value.items);
    return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value;
}

/** A query as @libsql/client takes it. */
export function toStatement(query: Query): InStatement {
    return { sql: query.sql, args: (query.args ?? []).map(toBound) };
}

/** A result of @libsql/client as rows by column name. */
export function toRows(result: ResultSet): Row[] {
    return result.rows.map((row) => toRow(result.columns, row));
}

/** A row by column name. */
export function toRow(names: readonly string[], values: ArrayLike<unknown>): Row {
    return Object.fromEntries(names.map((name, at) => [name, values[at] as Value]));
}

/** A bound value in the server's protocol. */
export function toProtocol(value: Argument | JsonList): ProtocolValue {
    if (isJsonList(value)) return { type: "text", value };
    if (value === null) return { type: "null" };
    if (typeof value === "string") return { type: "text", value };
    if (typeof value === "bigint" || Number.isInteger(value)) return { type: "integer", value: String(value) };
    return { type: "float", value };
}

/** A value of the server's protocol; integers beyond 2^53 come as BigInt. */
export function fromProtocol(value: ProtocolValue): Value {
    switch (value.type) {
        case "integer": {
            const number = Number(value.value);
            return Number.isSafeInteger(number) ? number : BigInt(value.value);
        }
        case "blob": {
            const bytes = Buffer.from(value.base64, "base64");
            return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
        }
        case "text":
            return String(value.value);
        case "float":
            return value.value;
        case "null":
            return null;
    }
}
