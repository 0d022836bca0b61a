import { toSnakeCase } from "../../sql/names.ts";
import { isSameJson, parseJson, writeJson } from "../../text/json.ts";
import type { FieldKind, Loader, SourceRecord } from "../loader.ts";
import { normalizeTime } from "../time.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Names of a loader's columns that are not those of its fields, and its JSON fields. */
interface Spellings {
    readonly fieldOf: ReadonlyMap<string, string>;
    readonly json: readonly string[];
}

const known = new WeakMap<Loader, Spellings>();

function getSpellings(loader: Loader): Spellings {
    const spellings = known.get(loader) ?? listSpellings(loader);
    known.set(loader, spellings);
    return spellings;
}

function listSpellings({ fields }: Loader): Spellings {
    const columns = Object.keys(fields).map((field) => [toSnakeCase(field), field] as const);
    return {
        fieldOf: new Map(columns.filter(([column, field]) => column !== field)),
        json: Object.keys(fields).filter((field) => fields[field] === "json"),
    };
}

/**
 * Gives a record of a table dump the form that loaders work with: fields by their camelCase names, JSON columns as values.
 * A text that is not JSON stays, and so does every other value; returns the value itself if nothing changes. Of a field
 * with both names the camelCase one is kept.
 */
export function toFieldForm(loader: Loader, value: unknown): unknown {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
    const { fieldOf, json } = getSpellings(loader);
    const record = value as Fields;
    const isNamed = Object.keys(record).some((name) => fieldOf.has(name));
    const named = isNamed ? rename(record, fieldOf) : record;
    const parsed = json.flatMap((field) => {
        const part = Object.hasOwn(named, field) ? named[field] : undefined;
        const whole = parseText(part);
        return whole === part ? [] : [[field, whole] as const];
    });
    if (parsed.length === 0) return named;
    const whole = new Map<string, unknown>(parsed);
    return Object.fromEntries(
        Object.entries(named).map(([field, part]) => [field, whole.has(field) ? whole.get(field) : part]),
    );
}

function rename(record: Fields, fieldOf: ReadonlyMap<string, string>): Fields {
    return Object.fromEntries(
        Object.entries(record).flatMap(([name, part]) => {
            const field = fieldOf.get(name) ?? name;
            return field !== name && Object.hasOwn(record, field) ? [] : [[field, part]];
        }),
    );
}

// A number or a text in a text is left alone: no JSON column holds one.
function parseText(part: unknown): unknown {
    if (typeof part !== "string" || !/^\s*(?:[[{]|null\s*$)/.test(part)) return part;
    try {
        return parseJson(part);
    } catch {
        return part;
    }
}

/** Describes a field that a record has under both its names, with values that differ; undefined if there is none. */
export function findTwoSpellings(loader: Loader, { read }: SourceRecord): string | undefined {
    if (read === null || typeof read !== "object") return undefined;
    const record = read as Fields;
    for (const [column, field] of getSpellings(loader).fieldOf) {
        if (!Object.hasOwn(record, field) || !Object.hasOwn(record, column)) continue;
        if (!isSame(loader.fields[field], record[field], record[column])) {
            return `'${field}' and '${column}' name the same column, but their values differ`;
        }
    }
    return undefined;
}

function isSame(kind: FieldKind | undefined, left: unknown, right: unknown): boolean {
    if (left === right) return true;
    if (kind === "time" && typeof left === "string" && typeof right === "string") {
        const time = normalizeTime(left);
        return time !== undefined && time === normalizeTime(right);
    }
    const [one, other] = [left, right].map((part) => {
        if (kind === "json") return parseText(part);
        return typeof part === "boolean" ? Number(part) : part;
    });
    return isSameJson(writeJson(one), writeJson(other));
}
