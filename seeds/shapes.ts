import type { FoundRecord } from "../src/loading/loader.ts";
import { toSnakeCase } from "../src/sql/names.ts";
import { withFields } from "../src/text/json.ts";

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * Returns a function that tells whether a value is an object with all of these fields, each by its camelCase name or by that
 * of its column. Every loader asks it of every record, so the function is made once.
 */
export function hasFields(...fields: readonly string[]): (value: unknown) => boolean {
    const names = fields.map((field) => [field, toSnakeCase(field)] as const);
    return (value) =>
        isObject(value) && names.every(([field, column]) => field in value || (column !== field && column in value));
}

/** Returns a function that reads a field of a record by its camelCase name or by that of its column. */
export function fieldReader(field: string): (record: Readonly<Record<string, unknown>>) => unknown {
    const column = toSnakeCase(field);
    return (record) => record[field] ?? record[column];
}

/**
 * Lists the records of a document in any of the formats of exports: an array, an object by id, either of them below one of
 * the keys `wrappers`, or a single record. Returns undefined when no value satisfies `isRecord`.
 */
export function listRecords(
    document: unknown,
    wrappers: readonly string[],
    isRecord: (value: unknown) => boolean,
): Iterable<FoundRecord> | undefined {
    for (const wrapper of isObject(document) ? wrappers : []) {
        const container = (document as Readonly<Record<string, unknown>>)[wrapper];
        if (container === null || typeof container !== "object") continue;
        const values = Object.values(container);
        // An index by id, for example, has no records.
        if (values.length === 0 || values.some(isRecord)) return listEntries(container);
    }
    if (isRecord(document)) return [{ position: "", value: document }];
    if (document === null || typeof document !== "object") return undefined;
    const values = Array.isArray(document) ? document : Object.values(document);
    return values.some(isRecord) ? listEntries(document) : undefined;
}

// In an object by id, the key is the id of a record without one.
function listEntries(container: object): FoundRecord[] {
    if (Array.isArray(container)) return container.map((value, at) => ({ position: String(at), value }));
    return Object.entries(container).map(([key, value]) => ({
        position: key,
        value: isObject(value) && value.id === undefined ? withFields({ id: key }, value) : value,
    }));
}
