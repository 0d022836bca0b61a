import type { FoundRecord } from "../src/loading/loader.ts";
import { withFields } from "../src/text/json.ts";

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * Lists the records of a document in any of the formats of exports: an array, an object by id, either of them in `wrapper`,
 * or a single record. Returns undefined when no value satisfies `isRecord`.
 */
export function listRecords(
    document: unknown,
    wrapper: string,
    isRecord: (value: unknown) => boolean,
): Iterable<FoundRecord> | undefined {
    if (isObject(document) && document[wrapper] !== null && typeof document[wrapper] === "object") {
        return listEntries(document[wrapper]);
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
