import { randomUUID } from "node:crypto";
import type { Argument, JsonList, Row, Value } from "../connection.ts";
import { isJsonList, toBound, toRow } from "../values.ts";
import { foreignReply, type ProtocolResult, type ProtocolValue } from "./protocol.ts";

/** A value in requests; a number goes as REAL, so that what is to be an integer comes as BigInt. */
export function encode(value: Value): ProtocolValue {
    if (value === null) return { type: "null" };
    if (typeof value === "string") return { type: "text", value };
    if (typeof value === "bigint") return { type: "integer", value: String(value) };
    if (typeof value === "number") return { type: "float", value };
    return { type: "blob", base64: Buffer.from(value).toString("base64") };
}

/** A bound value in requests. */
export function encodeArgument(value: Argument | JsonList): ProtocolValue {
    return isJsonList(value) ? { type: "text", value } : encode(toBound(value));
}

/** The rows of a result, each value as it was stored. A result without a list of rows is not an empty table. */
export function decodeRows(result: ProtocolResult | null | undefined): Value[][] {
    if (!result?.cols || !result.rows) throw foreignReply();
    return result.rows.map((row) => row.map(decode));
}

/** The rows of a result by name. */
export function decodeNamed(result: ProtocolResult | null | undefined): Row[] {
    const rows = decodeRows(result);
    const names = (result?.cols ?? []).map((column) => column.name ?? "");
    return rows.map((row) => toRow(names, row));
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
            // JSON has no infinity, which is sent as null; its sign is lost.
            return (value.value as number | null) ?? Number.POSITIVE_INFINITY;
        case "null":
            return null;
    }
}

/** Stands for a list until the rest is written down. */
const mark = randomUUID();

/**
 * A request as JSON, in which each list is one text that holds JSON itself. Lists are written down item by item: as a
 * whole, a megabyte would stand in memory a dozen times.
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

// Within the quotes of a JSON text.
function* renderList({ items }: JsonList): Generator<Buffer> {
    let before = "[";
    for (const item of items) {
        yield Buffer.from(before + JSON.stringify(JSON.stringify(item)).slice(1, -1));
        before = ",";
    }
    yield Buffer.from(items.length === 0 ? "[]" : "]");
}
