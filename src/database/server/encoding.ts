import { randomUUID } from "node:crypto";
import { writeJson } from "../../text/written.ts";
import type { Argument, JsonList, Row, Value } from "../connection.ts";
import { isJsonList, toBound, toRow } from "../values.ts";
import { foreignReply, type ProtocolResult, type ProtocolValue } from "./protocol.ts";

/** Encodes a value: BigInt as INTEGER, number as REAL. */
export function encode(value: Value): ProtocolValue {
    if (value === null) return { type: "null" };
    if (typeof value === "string") return { type: "text", value };
    if (typeof value === "bigint") return { type: "integer", value: String(value) };
    if (typeof value === "number") return { type: "float", value };
    return { type: "blob", base64: Buffer.from(value).toString("base64") };
}

/** Encodes a bound value. */
export function encodeArgument(value: Argument | JsonList): ProtocolValue {
    return isJsonList(value) ? { type: "text", value } : encode(toBound(value));
}

/** Decodes the rows of a result, values as stored. A result without a list of rows is not an empty one, and throws. */
export function decodeRows(result: ProtocolResult | null | undefined): Value[][] {
    if (!result?.cols || !result.rows) throw foreignReply();
    return result.rows.map((row) => row.map(decode));
}

/** Decodes the rows of a result by name. */
export function decodeNamed(result: ProtocolResult | null | undefined): Row[] {
    const rows = decodeRows(result);
    const names = readColumns(result);
    return rows.map((row) => toRow(names, row));
}

/** Reads the names of the columns of a result, in order. */
export function readColumns(result: ProtocolResult | null | undefined): string[] {
    return (result?.cols ?? []).map(({ name }) => name ?? "");
}

function decode(value: ProtocolValue): Value {
    switch (value.type) {
        case "integer":
            return BigInt(value.value);
        case "blob":
            return Buffer.from(value.base64, "base64");
        case "text":
            return String(value.value);
        case "float":
            // JSON has no infinity: it is sent as null, without its sign.
            return (value.value as number | null) ?? Number.POSITIVE_INFINITY;
        case "null":
            return null;
    }
}

/** A placeholder for a list until the rest is encoded. */
const mark = randomUUID();

/**
 * Encodes a request as JSON, in which each list is a text of JSON. Lists are encoded item by item: as a whole, each
 * megabyte would be in memory a dozen times.
 */
export function renderBody(request: object): string | Buffer {
    const lists: JsonList[] = [];
    const text = JSON.stringify(request, (_, value: unknown) => {
        if (!isJsonList(value)) return value;
        lists.push(value);
        return mark;
    });
    if (lists.length === 0) return text;
    const pieces: Buffer[] = [];
    for (const [at, around] of text.split(mark).entries()) {
        pieces.push(Buffer.from(around));
        const list = lists[at];
        if (list) pieces.push(...renderList(list));
    }
    return Buffer.concat(pieces);
}

// Without the quotes around it.
function* renderList({ items }: JsonList): Generator<Buffer> {
    let before = "[";
    for (const item of items) {
        yield Buffer.from(before + JSON.stringify(writeJson(item)).slice(1, -1));
        before = ",";
    }
    yield Buffer.from(items.length === 0 ? "[]" : "]");
}
