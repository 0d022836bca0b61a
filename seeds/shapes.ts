import type { SourceRecord } from "../src/loading/loader.ts";

type Found = Omit<SourceRecord, "file">;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * Lists the records of a document in any of the shapes that exports have: an array, an object by id, either of them below
 * `wrapper`, or one record by itself. Undefined when it holds none of the kind that `isRecord` knows.
 */
export function listRecords(
    document: unknown,
    wrapper: string,
    isRecord: (value: unknown) => boolean,
): Iterable<Found> | undefined {
    if (isObject(document) && document[wrapper] !== null && typeof document[wrapper] === "object") {
        return listEntries(document[wrapper]);
    }
    if (isRecord(document)) return [{ position: "", value: document }];
    if (document === null || typeof document !== "object") return undefined;
    return valuesOf(document).some(isRecord) ? listEntries(document) : undefined;
}

/** Only as long as somebody else needs the document: it may be large. */
const valuesByDocument = new WeakMap<object, readonly unknown[]>();

// One loader after the other asks about the same document.
function valuesOf(document: object): readonly unknown[] {
    const known = valuesByDocument.get(document);
    if (known) return known;
    const values = Object.values(document);
    valuesByDocument.set(document, values);
    return values;
}

// An object by id gives its key to a record that does not say its id itself.
function listEntries(container: object): Found[] {
    if (Array.isArray(container)) return container.map((value, at) => ({ position: String(at), value }));
    return Object.entries(container).map(([key, value]) => ({
        position: key,
        value: isObject(value) && value.id === undefined ? { id: key, ...value } : value,
    }));
}
