import { randomUUID } from "node:crypto";
import type { JsonList } from "../connection.ts";

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

/** Whether a bound value is a list. */
export function isJsonList(value: unknown): value is JsonList {
    return value !== null && typeof value === "object" && "items" in value && Array.isArray(value.items);
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
