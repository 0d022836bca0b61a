import type { z } from "zod";
import type { Argument } from "../database/connection.ts";
import type { Column } from "../schema/table.ts";
import { toSnakeCase } from "../sql/names.ts";
import { showEachByte } from "../text/decode.ts";
import { findRepeatedKey, getMember } from "../text/json.ts";
import { WrittenNumber, writeJson } from "../text/written.ts";
import {
    type ColumnValues,
    type FieldKind,
    holdsJson,
    type Loader,
    type Rejection,
    type SourceRecord,
    toRejection,
} from "./loader.ts";
import { createSpellingCheck, isByColumn } from "./sources/spelling.ts";
import { normalizeTime } from "./time.ts";

/** A valid record with its column values. */
export interface Valid {
    readonly ok: true;
    readonly source: SourceRecord;
    readonly values: ColumnValues;
}

export type CheckedRecord = Valid | { readonly ok: false; readonly rejection: Rejection };
export type CheckRecord = (record: SourceRecord) => CheckedRecord;

/** Returns the function that validates records. An explicit null becomes the default of a NOT NULL column. */
export function createCheck(loader: Loader, columns: readonly Column[]): CheckRecord {
    const defaults = new Map(
        columns
            .filter(({ notNull, defaultSql }) => notNull && defaultSql !== null)
            .map(({ name, defaultSql }) => [name, readLiteral(defaultSql ?? "")]),
    );
    const fields = Object.entries(loader.fields).map(([field, kind]) => ({ field, kind, column: toSnakeCase(field) }));
    return (source) => {
        const result = loader.schema.safeParse(toFields(source.value, loader));
        if (!result.success) return rejectIssue(source, loader, result.error.issues[0]);
        const values: Record<string, Argument> = {};
        for (const { field, column, kind } of fields) {
            const valid = result.data[field];
            if (valid === undefined) continue;
            if (valid === null && !isJsonNull(source, field, kind)) {
                // A default that is not a literal is computed by the INSERT.
                const filled = defaults.has(column) ? defaults.get(column) : null;
                if (filled !== undefined) values[column] = filled;
                continue;
            }
            // JSON as it was written: a schema may leave out parts of it.
            const value = holdsJson(kind) ? getMember(source.value as Readonly<Record<string, unknown>>, field) : valid;
            if (holdsJson(kind) && isDeeperThan(value, deepest)) {
                const message = `${field}: its arrays and objects are nested more than ${deepest} deep`;
                return reject(source, "too-deep", message);
            }
            const converted = convert(value, kind);
            if (converted === undefined) {
                return reject(source, `invalid-${column.replaceAll("_", "-")}`, `${field}: is not a time`);
            }
            const mayBeBroken =
                typeof converted === "string" &&
                (!holdsJson(kind) || escaped.test(converted) || !converted.isWellFormed());
            const broken = mayBeBroken ? findBrokenText(value, field) : undefined;
            if (broken !== undefined) return reject(source, "invalid-text", broken);
            values[column] = converted;
        }
        return { ok: true, source, values };
    };
}

/** Returns a function that rejects a record with two values for one key or column: only one of them could be kept. */
export function createAmbiguityCheck(loader: Loader): (source: SourceRecord) => CheckedRecord | undefined {
    const findTwoSpellings = createSpellingCheck(loader);
    return (source) => {
        const { value, read } = source;
        const parts = read === undefined ? [value] : [read, ...Object.values(Object(value))];
        const key = parts.map(findRepeatedKey).find((found) => found !== undefined);
        if (key !== undefined) return reject(source, "repeated-key", describeRepeated(key));
        const two = findTwoSpellings(source);
        return two === undefined ? undefined : reject(source, "two-spellings", two);
    };
}

/** Says that a key is there twice in one object. */
export function describeRepeated(key: string): string {
    return `the key '${showEachByte(key)}' is there twice in one object, so one of its values would be lost`;
}

// Like an adoption, takes an empty text for no JSON, as older programs wrote it.
function toFields(value: unknown, { fields }: Loader): unknown {
    if (value === null || typeof value !== "object") return value;
    const record = value as Readonly<Record<string, unknown>>;
    let converted: Record<string, unknown> | undefined;
    for (const field in record) {
        const part = toPlain(record[field], fields[field]);
        if (part === record[field]) continue;
        converted ??= { ...record };
        converted[field] = part;
    }
    return converted ?? record;
}

function toPlain(part: unknown, kind: FieldKind | undefined): unknown {
    if (typeof part === "object" && part instanceof WrittenNumber) return part.value;
    return kind === "json" && typeof part === "string" && part.trim() === "" ? null : part;
}

// A table dump has null for no value, and the text `null` for the JSON null.
function isJsonNull({ read }: SourceRecord, field: string, kind: FieldKind): boolean {
    if (kind !== "any-json") return false;
    if (read === null || typeof read !== "object" || !isByColumn(read, field)) return true;
    const text = (read as Readonly<Record<string, unknown>>)[toSnakeCase(field)];
    return typeof text === "string" && text.trim() !== "";
}

function readLiteral(sql: string): Argument | undefined {
    if (/^-?\d+$/.test(sql)) return Number(sql);
    const [, text] = /^'((?:[^']|'')*)'$/.exec(sql) ?? [];
    return text?.replaceAll("''", "'");
}

function rejectIssue(source: SourceRecord, { fields }: Loader, issue: z.core.$ZodIssue | undefined): CheckedRecord {
    const path = issue?.path.map(String) ?? [];
    const field = path[0];
    const value = field === undefined ? source.value : (source.value as Record<string, unknown>)[field];
    const what = value === undefined || value === null || value === "" ? "missing" : "invalid";
    const code = field === undefined ? "invalid-record" : `${what}-${toSnakeCase(field).replaceAll("_", "-")}`;
    const isText = typeof value === "string" && fields[field ?? ""] === "json" && what === "invalid";
    const parts = [
        path.join("."),
        isText
            ? "is a text that is not a JSON array or object"
            : issue
              ? describeIssue(issue, source.value)
              : "is not valid",
    ];
    return reject(source, code, parts.filter((part) => part !== "").join(": "));
}

// Says what a value must be. A custom check has its own sentence.
function describeIssue(issue: z.core.$ZodIssue, record: unknown): string {
    const value = issue.path.reduce<unknown>((part, key) => Object(part ?? {})[key], record);
    if (value === undefined && issue.path.length > 0) return "is missing";
    if (value === null && issue.code !== "custom") return "must not be null";
    switch (issue.code) {
        case "invalid_type":
            return `must be ${typeWords[issue.expected] ?? issue.expected}`;
        case "too_small":
            return describeLimit(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum);
        case "too_big":
            return describeLimit(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum);
        case "invalid_value":
            return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`;
        case "invalid_format":
            return issue.pattern === undefined ? `is not a valid ${issue.format}` : `must match ${issue.pattern}`;
        case "unrecognized_keys":
            return `has the unknown key '${issue.keys.map(showEachByte).join("', '")}'`;
        case "invalid_union": {
            const [first, ...others] = issue.errors.flatMap(([own]) => (own ? [describeIssue(own, value)] : []));
            const rest = others.map((other) => other.replace(/^must be /, ""));
            return first === undefined ? "is not valid" : [first, ...rest].join(" or ");
        }
        default:
            return issue.message;
    }
}

const typeWords: Readonly<Record<string, string>> = {
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "an array",
    object: "an object",
    record: "an object",
};

function describeLimit(origin: string, than: string, limit: number | bigint): string {
    const unit = { string: "character", array: "item" }[origin];
    if (unit === undefined) return `must be ${than} ${limit}`;
    if (than === "at least" && limit === 1) return "must not be empty";
    return `must have ${than} ${limit} ${unit}${limit === 1 ? "" : "s"}`;
}

function reject(source: SourceRecord, code: string, message: string): CheckedRecord {
    return { ok: false, rejection: toRejection(source, code, message) };
}

function convert(value: unknown, kind: FieldKind): Argument | undefined {
    if (holdsJson(kind)) return writeJson(value);
    if (kind === "time") return normalizeTime(String(value));
    if (kind === "integer") return typeof value === "boolean" ? Number(value) : (value as number);
    return value as string;
}

/** SQLite refuses JSON that is nested 1,000 deep. */
const deepest = 900;

function isDeeperThan(value: unknown, depth: number): boolean {
    if (value === null || typeof value !== "object") return false;
    if (depth === 0) return true;
    for (const key in value) {
        if (isDeeperThan((value as Readonly<Record<string, unknown>>)[key], depth - 1)) return true;
    }
    return false;
}

/** How JSON escapes what findBrokenText() looks for. May match other text too. */
const escaped = /\\u(?:0000|d[89a-f])/i;

// Describes the first text that cannot be stored unchanged: json_each() would turn it into invalid UTF-8, which crashes
// the process when it is read (measured).
function findBrokenText(value: unknown, path: string): string | undefined {
    if (typeof value === "string") {
        if (!value.includes("\0") && value.isWellFormed()) return undefined;
        const bytes = /[\udc80-\udcff]/u.exec(value);
        return bytes
            ? `${showEachByte(path)} contains a byte that is not UTF-8 (${showEachByte(bytes[0])})`
            : `${path} contains a NUL or an unpaired surrogate, which cannot be stored`;
    }
    if (value === null || typeof value !== "object") return undefined;
    for (const [key, item] of Object.entries(value)) {
        const broken = findBrokenText(key, path) ?? findBrokenText(item, `${path}.${key}`);
        if (broken !== undefined) return broken;
    }
    return undefined;
}
