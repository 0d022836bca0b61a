import { formatAge } from "../../src/console/parts.tsx";
import type { Value } from "../../src/database/connection.ts";

const day = 86_400_000;

/** Reads a stored time (ISO-8601 or SQLite's form, UTC) in milliseconds; undefined for anything else. */
export function readTime(value: Value | undefined): number | undefined {
    if (typeof value !== "string") return undefined;
    const time = Date.parse(
        /^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d+)?)?$/.test(value) ? `${value.replace(" ", "T")}Z` : value,
    );
    return Number.isNaN(time) ? undefined : time;
}

/** How long ago a stored time is, as `17 d`; undefined where it is not a time. */
export function describeAge(value: Value | undefined, now: string): string | undefined {
    const time = readTime(value);
    return time === undefined ? undefined : formatAge(Date.parse(now) - time);
}

/** Whether a stored time is longer ago than so many days. */
export function isOlder(value: Value | undefined, now: string, days: number): boolean {
    const time = readTime(value);
    return time !== undefined && Date.parse(now) - time > days * day;
}

/** The time so many days before another, as stored. */
export function subtractDays(now: string, days: number): string {
    return new Date(Date.parse(now) - days * day).toISOString();
}

/** The later of stored times; undefined where there is none. */
export function findLatest(...values: readonly (Value | undefined)[]): Value | undefined {
    const known = values.filter((value) => readTime(value) !== undefined);
    return known.sort((one, other) => (readTime(one) ?? 0) - (readTime(other) ?? 0)).at(-1);
}
