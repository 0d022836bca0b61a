import { toSnakeCase } from "../../sql/names.ts";
import { getMember, isSameJson, parseAny, parseJson } from "../../text/json.ts";
import { writeJson } from "../../text/written.ts";
import { type FieldKind, holdsJson, type Loader, type SourceRecord } from "../loader.ts";
import { normalizeTime } from "../time.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Names of a loader's columns that are not those of its fields, and its JSON fields. */
interface Spellings {
    readonly fieldOf: ReadonlyMap<string, string>;
    readonly json: readonly { readonly field: string; readonly column: string; readonly kind: FieldKind }[];
}

function listSpellings({ fields }: Loader): Spellings {
    const all = Object.entries(fields).map(([field, kind]) => ({ field, column: toSnakeCase(field), kind }));
    return {
        fieldOf: new Map(
            all.filter(({ column, field }) => column !== field).map(({ column, field }) => [column, field]),
        ),
        json: all.filter(({ kind }) => holdsJson(kind)),
    };
}

/**
 * Returns a function that gives a record of a table dump the form that loaders work with: fields by their camelCase names,
 * JSON columns as values. A text that is not JSON stays, and so does every other value; a record in which nothing changes is
 * returned itself. Of a field with both names the camelCase one is kept.
 */
export function createFieldForm(loader: Loader): (value: unknown) => unknown {
    const { fieldOf, json } = listSpellings(loader);
    return (value) => {
        if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
        const record = value as Fields;
        const named = holdsAny(record, fieldOf) ? rename(record, fieldOf) : record;
        let parsed: Map<string, unknown> | undefined;
        for (const { field, column, kind } of json) {
            const isOwn = Object.hasOwn(record, field) || !Object.hasOwn(record, column);
            const part = getMember(record, isOwn ? field : column);
            const whole = kind === "any-json" && isOwn ? part : parseAs(kind, part);
            if (whole !== named[field]) parsed = (parsed ?? new Map()).set(field, whole);
        }
        return parsed ? { ...named, ...Object.fromEntries(parsed) } : named;
    };
}

// A loop without a list of the names: most records have no such name.
function holdsAny(record: Fields, names: ReadonlyMap<string, string>): boolean {
    for (const name in record) if (names.has(name)) return true;
    return false;
}

function rename(record: Fields, fieldOf: ReadonlyMap<string, string>): Fields {
    return Object.fromEntries(
        Object.entries(record).flatMap(([name, part]) => {
            const field = fieldOf.get(name) ?? name;
            return field !== name && Object.hasOwn(record, field) ? [] : [[field, part]];
        }),
    );
}

/** Whether a record has a field by the name of its column, as a table dump does. */
export function isByColumn(record: object, field: string): boolean {
    return !Object.hasOwn(record, field) && Object.hasOwn(record, toSnakeCase(field));
}

// A text without a character is no JSON, as older programs wrote it.
function parseAs(kind: FieldKind | undefined, part: unknown): unknown {
    if (kind !== "any-json" || typeof part !== "string") return parseText(part);
    if (part.trim() === "") return null;
    try {
        return parseAny(part);
    } catch {
        return part;
    }
}

// A number or a text in a text is left alone: such a column holds none.
function parseText(part: unknown): unknown {
    if (typeof part !== "string" || !/^\s*(?:[[{]|null\s*$)/.test(part)) return part;
    try {
        return parseJson(part);
    } catch {
        return part;
    }
}

/**
 * Returns a function that describes a field which a record has under both its names, with values that differ; undefined if
 * there is none.
 */
export function createSpellingCheck(loader: Loader): (source: SourceRecord) => string | undefined {
    const { fieldOf } = listSpellings(loader);
    return ({ read }) => {
        if (read === null || typeof read !== "object") return undefined;
        const record = read as Fields;
        for (const [column, field] of fieldOf) {
            if (!Object.hasOwn(record, field) || !Object.hasOwn(record, column)) continue;
            if (!isSame(loader.fields[field], getMember(record, field), getMember(record, column))) {
                return `'${field}' and '${column}' name the same column, but their values differ`;
            }
        }
        return undefined;
    };
}

function isSame(kind: FieldKind | undefined, left: unknown, right: unknown): boolean {
    if (left === right) return true;
    if (kind === "time" && typeof left === "string" && typeof right === "string") {
        const time = normalizeTime(left);
        return time !== undefined && time === normalizeTime(right);
    }
    if (kind === "any-json") return isSameJson(writeJson(left), writeJson(parseAs(kind, right)));
    const [one, other] = [left, right].map((part) => {
        if (kind === "json") return parseText(part);
        return typeof part === "boolean" ? Number(part) : part;
    });
    return isSameJson(writeJson(one), writeJson(other));
}
