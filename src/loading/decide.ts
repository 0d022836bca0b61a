import { isDeepStrictEqual } from "node:util";
import type { Value } from "../database/connection.ts";
import { toSnakeCase } from "../sql/names.ts";
import type { ColumnValues, Loader } from "./loader.ts";
import { normalizeTime } from "./time.ts";

export type Decision =
    | { readonly outcome: "created" | "unchanged" | "older" }
    | { readonly outcome: "updated" }
    | { readonly outcome: "rejected"; readonly code: string; readonly message: string };

/** Decides what becomes of a record that meets a row, or none. Pure. */
export function decide(
    loader: Loader,
    given: ColumnValues,
    row: Readonly<Record<string, Value>> | undefined,
    force: boolean,
): Decision {
    if (!row) return { outcome: "created" };
    if (isEqual(loader, given, row)) return { outcome: "unchanged" };
    if (force) return { outcome: "updated" };
    const changedAt = loader.changedAt ?? "";
    const [theirs, ours] = [timeOf(given[changedAt]), timeOf(row[changedAt])];
    if (theirs === undefined || theirs === ours) {
        const why = theirs === undefined ? "the record does not say when" : `both say ${theirs}`;
        return {
            outcome: "rejected",
            code: "undated-change",
            message: `differs from its row, but which is newer is not known (${why}); --force loads it`,
        };
    }
    return { outcome: ours === undefined || theirs > ours ? "updated" : "older" };
}

/** Whether every column that the record mentions, and that counts, has its value in the row already. */
export function isEqual(loader: Loader, given: ColumnValues, row: Readonly<Record<string, Value>>): boolean {
    const kinds = new Map(Object.entries(loader.fields).map(([field, kind]) => [toSnakeCase(field), kind]));
    return Object.entries(given).every(([column, value]) => {
        if (column === loader.changedAt || loader.ignored?.includes(column)) return true;
        const kind = kinds.get(column);
        const live = row[column] ?? null;
        if (value === live) return true;
        if (kind === "json") return isSameJson(value, live);
        return kind === "time" && timeOf(value) !== undefined && timeOf(value) === timeOf(live);
    });
}

function isSameJson(left: unknown, right: unknown): boolean {
    if (typeof left !== "string" || typeof right !== "string") return false;
    try {
        return isDeepStrictEqual(JSON.parse(left), JSON.parse(right));
    } catch {
        return false;
    }
}

function timeOf(value: unknown): string | undefined {
    return typeof value === "string" ? normalizeTime(value) : undefined;
}
