import type { Argument } from "../database/connection.ts";
import { toSnakeCase } from "../schema/names.ts";
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
    | { readonly ok: true; readonly source: SourceRecord; readonly values: ColumnValues }
    | { readonly ok: false; readonly rejection: Rejection };

/** Checks a record and turns it into column values. */
export function checkRecord(loader: Loader, source: SourceRecord): Checked {
    const reject = (code: string, message: string): Checked => ({
        ok: false,
        rejection: { file: source.file, position: source.position, code, message, record: source.value },
    });
    if (isDeeperThan(source.value, deepest)) {
        return reject("too-deep", `arrays and objects in it are nested more than ${deepest} deep`);
    }
    const broken = findBrokenText(source.value, "");
    if (broken !== undefined) {
        return reject(
            "invalid-text",
            `${broken || "the record"} holds a NUL or an unpaired surrogate, which cannot be stored`,
        );
    }
    const result = loader.schema.safeParse(source.value);
    if (!result.success) {
        const issue = result.error.issues[0];
        const path = issue?.path.map(String) ?? [];
        const field = path[0];
        const given = field === undefined ? source.value : (source.value as Record<string, unknown>)[field];
        const what = given === undefined || given === null || given === "" ? "missing" : "invalid";
        const code = field === undefined ? "invalid-record" : `${what}-${toSnakeCase(field).replaceAll("_", "-")}`;
        return reject(
            code,
            [path.join("."), issue?.message ?? "is not valid"].filter((part) => part !== "").join(": "),
        );
    }
    const values: Record<string, Argument> = {};
    for (const { field, column, kind } of listColumns(loader)) {
        const value = result.data[field];
        if (value === undefined) continue;
        const converted = convert(value, kind);
        if (converted === undefined) return reject(`invalid-${column.replaceAll("_", "-")}`, `${field}: is no time`);
        values[column] = converted;
    }
    return { ok: true, source, values };
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

/**
 * The path of the first text that cannot be stored as it is: through json_each() it would become invalid UTF-8, and
 * reading that back ends the process (measured).
 */
function findBrokenText(value: unknown, path: string): string | undefined {
    if (typeof value === "string") return value.includes("\0") || !value.isWellFormed() ? path : undefined;
    if (value === null || typeof value !== "object") return undefined;
    for (const [key, item] of Object.entries(value)) {
        const broken = findBrokenText(key, path) ?? findBrokenText(item, path === "" ? key : `${path}.${key}`);
        if (broken !== undefined) return broken;
    }
    return undefined;
}
