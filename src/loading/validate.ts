import type { z } from "zod";
import type { Argument } from "../database/connection.ts";
import { toSnakeCase } from "../sql/names.ts";
import {
    type ColumnValues,
    type FieldKind,
    type Loader,
    listColumns,
    type Rejection,
    type SourceRecord,
} from "./loader.ts";
import { normalizeTime } from "./time.ts";

export type Checked =
    | {
          readonly ok: true;
          readonly source: SourceRecord;
          /** Where the record stands among those of its loader. */
          readonly index: number;
          readonly values: ColumnValues;
      }
    | { readonly ok: false; readonly rejection: Rejection };

/** Checks a record and turns it into column values. */
export function checkRecord(loader: Loader, source: SourceRecord, index: number): Checked {
    const result = loader.schema.safeParse(source.value);
    if (!result.success) return rejectIssue(source, result.error.issues[0]);
    const values: Record<string, Argument> = {};
    for (const { field, column, kind } of listColumns(loader)) {
        const value = result.data[field];
        if (value === undefined) continue;
        if (kind === "json" && isDeeperThan(value, deepest)) {
            return reject(
                source,
                "too-deep",
                `${field}: arrays and objects in it are nested more than ${deepest} deep`,
            );
        }
        const converted = convert(value, kind);
        if (converted === undefined) {
            return reject(source, `invalid-${column.replaceAll("_", "-")}`, `${field}: is no time`);
        }
        const broken = typeof converted === "string" ? findBroken(field, value, converted) : undefined;
        if (broken !== undefined) {
            return reject(
                source,
                "invalid-text",
                `${broken} holds a NUL or an unpaired surrogate, which cannot be stored`,
            );
        }
        values[column] = converted;
    }
    return { ok: true, source, index, values };
}

function rejectIssue(source: SourceRecord, issue: z.core.$ZodIssue | undefined): Checked {
    const path = issue?.path.map(String) ?? [];
    const field = path[0];
    const given = field === undefined ? source.value : (source.value as Record<string, unknown>)[field];
    const what = given === undefined || given === null || given === "" ? "missing" : "invalid";
    const code = field === undefined ? "invalid-record" : `${what}-${toSnakeCase(field).replaceAll("_", "-")}`;
    const parts = [path.join("."), issue?.message ?? "is not valid"];
    return reject(source, code, parts.filter((part) => part !== "").join(": "));
}

function reject({ file, position, value }: SourceRecord, code: string, message: string): Checked {
    return { ok: false, rejection: { file, position, code, message, record: value } };
}

function convert(value: unknown, kind: FieldKind): Argument | undefined {
    if (value === null) return null;
    if (kind === "json") return JSON.stringify(value);
    if (kind === "time") return normalizeTime(String(value));
    if (kind === "integer") return typeof value === "boolean" ? Number(value) : (value as number);
    return value as string;
}

/** SQLite takes no JSON that is nested 1,000 deep. */
const deepest = 900;

function isDeeperThan(value: unknown, depth: number): boolean {
    if (value === null || typeof value !== "object") return false;
    if (depth === 0) return true;
    for (const key in value) {
        if (isDeeperThan((value as Readonly<Record<string, unknown>>)[key], depth - 1)) return true;
    }
    return false;
}

/** As JSON writes down what findBrokenText() finds; a text that speaks of escapes looks the same. */
const escaped = /\\u(?:0000|d[89a-f])/i;

function findBroken(field: string, value: unknown, converted: string): string | undefined {
    if (typeof value === "object" && !escaped.test(converted)) return undefined;
    return findBrokenText(value, field);
}

/**
 * The path of the first text that cannot be stored as it is: through json_each() it would become invalid UTF-8, and
 * reading that back ends the process (measured).
 */
function findBrokenText(value: unknown, path: string): string | undefined {
    if (typeof value === "string") return value.includes("\0") || !value.isWellFormed() ? path : undefined;
    if (value === null || typeof value !== "object") return undefined;
    for (const [key, item] of Object.entries(value)) {
        const broken = findBrokenText(key, path) ?? findBrokenText(item, `${path}.${key}`);
        if (broken !== undefined) return broken;
    }
    return undefined;
}
