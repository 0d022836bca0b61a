import type { Argument } from "../database/connection.ts";
import { isEqual } from "./decide.ts";
import type { ColumnValues, LoadCounts, Loader, Rejection } from "./loader.ts";
import type { ColumnInfo } from "./statements.ts";
import type { Checked } from "./validate.ts";

export type Valid = Extract<Checked, { ok: true }>;

/** The identity of a record or row, as text that a map can hold. */
export function keyOf(loader: Loader, values: Readonly<Record<string, unknown>>): string {
    return JSON.stringify(loader.key.map((column) => values[column] ?? null));
}

/**
 * Leaves one record for each key: of equal ones the others count as unchanged, of different ones the newest loads and the
 * other is rejected. Invalid records are rejected on the way.
 */
export function settleDuplicates(
    loader: Loader,
    checked: readonly Checked[],
    columns: readonly ColumnInfo[],
    counts: LoadCounts,
    reject: (rejection: Rejection) => void,
): Valid[] {
    const byKey = new Map<string, Valid>();
    const defaults = listDefaults(columns);
    for (const item of checked) {
        if (!item.ok) {
            reject(item.rejection);
            continue;
        }
        const current = { ...item, values: fillDefaults(item.values, defaults) };
        const key = keyOf(loader, current.values);
        const first = byKey.get(key);
        const time = (record: Valid): string => String(record.values[loader.changedAt ?? ""] ?? "");
        const [kept, lost] = first && time(current) <= time(first) ? [first, current] : [current, first];
        byKey.set(key, kept);
        if (!lost) continue;
        if (isEqual(loader, kept.values, lost.values) && isEqual(loader, lost.values, kept.values)) {
            counts.unchanged++;
        } else {
            const { file, position } = kept.source;
            reject({
                file: lost.source.file,
                position: lost.source.position,
                code: "duplicate-id",
                message: `another record with the same key, in ${file} at '${position}', is loaded in its place`,
                record: lost.source.value,
            });
        }
    }
    return [...byKey.values()];
}

// An explicit null for a column that may not be null takes the column's default: its literal, or what the column computes.
function fillDefaults(values: ColumnValues, defaults: ReadonlyMap<string, Argument | undefined>): ColumnValues {
    const wanting = [...defaults.keys()].filter((column) => values[column] === null);
    if (wanting.length === 0) return values;
    const filled: Record<string, Argument> = { ...values };
    for (const column of wanting) {
        const literal = defaults.get(column);
        if (literal === undefined) delete filled[column];
        else filled[column] = literal;
    }
    return filled;
}

function listDefaults(columns: readonly ColumnInfo[]): ReadonlyMap<string, Argument | undefined> {
    const filled = columns.filter((column) => column.notNull && column.defaultSql !== null);
    return new Map(filled.map((column) => [column.name, readLiteral(column.defaultSql ?? "")]));
}

function readLiteral(sql: string): Argument | undefined {
    if (/^-?\d+$/.test(sql)) return Number(sql);
    const [, text] = /^'((?:[^']|'')*)'$/.exec(sql) ?? [];
    return text?.replaceAll("''", "'");
}
