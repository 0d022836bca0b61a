import type { Argument } from "../database/connection.ts";
import { isEqual } from "./decide.ts";
import { hearInterrupt } from "./interrupt.ts";
import type { LoadCounts, Loader, Rejection, SourceRecord } from "./loader.ts";
import type { Items } from "./sources/spool.ts";
import type { ColumnInfo } from "./statements.ts";
import { type Checked, checkRecord } from "./validate.ts";

export type Valid = Extract<Checked, { ok: true }>;

/** The identity of a record or row, as text that a map can hold. No text that is stored holds a NUL. */
export function keyOf(loader: Loader, values: Readonly<Record<string, unknown>>): string {
    let key = "";
    for (const column of loader.key) {
        const value = values[column];
        key += typeof value === "string" ? `${value}\0` : `${String(value ?? null)}\0\0`;
    }
    return key;
}

/** The records that load. */
export interface Settled {
    readonly length: number;
    /** Whether one of them has this key. */
    readonly has: (key: string) => boolean;
    /** Gives each, once only, in the order of their first mention. */
    readonly each: () => Iterable<Valid>;
}

export interface SettleInput {
    readonly columns: readonly ColumnInfo[];
    /** Where the records that do not load are counted. */
    readonly counts: LoadCounts;
    readonly reject: (rejection: Rejection) => void;
    readonly signal?: AbortSignal | undefined;
}

/** Records that are checked before a Ctrl-C is heard. */
const checkedAtOnce = 10_000;

/**
 * Leaves one record for each key: of equal ones the others count as unchanged, of different ones the newest loads and the
 * other is rejected. Invalid records are rejected on the way.
 *
 * Values of records that lie in memory are kept until each() gives them; those of others are made anew.
 *
 * @throws DatabaseFault `interrupted`
 */
export async function settleDuplicates(
    loader: Loader,
    records: Items<SourceRecord>,
    { columns, counts, reject, signal }: SettleInput,
): Promise<Settled> {
    const defaults = [...listDefaults(columns)];
    const kept: (Valid | undefined)[] = [];
    const check = (index: number): Checked => {
        const checked = checkRecord(loader, records.at(index), index);
        return checked.ok ? fillDefaults(checked, defaults) : checked;
    };
    const get = (index: number): Valid => {
        const record = kept[index] ?? check(index);
        if (!record.ok) throw new RangeError(`record ${index} is not the one that was checked`);
        return record;
    };
    const byKey = new Map<string, number>();
    const { length } = records;
    for (let index = 0; index < length; index++) {
        if (index > 0 && index % checkedAtOnce === 0) await hearInterrupt(signal);
        const current = check(index);
        if (!current.ok) {
            reject(current.rejection);
            continue;
        }
        const key = keyOf(loader, current.values);
        const first = byKey.get(key);
        const isFirst = first === undefined || isNewer(loader, current, get(first));
        if (first !== undefined) {
            const [loading, lost] = isFirst ? [current, get(first)] : [get(first), current];
            settle(loader, loading, lost, counts, reject);
        }
        if (!isFirst) continue;
        if (first !== undefined) kept[first] = undefined;
        if (records.isHeld(index)) kept[index] = current;
        byKey.set(key, index);
    }
    return {
        length: byKey.size,
        has: (key) => byKey.has(key),
        *each() {
            for (const index of byKey.values()) {
                const record = get(index);
                kept[index] = undefined;
                yield record;
            }
        },
    };
}

function isNewer(loader: Loader, record: Valid, than: Valid): boolean {
    const timeOf = ({ values }: Valid): string => String(values[loader.changedAt ?? ""] ?? "");
    return timeOf(record) > timeOf(than);
}

function settle(
    loader: Loader,
    loading: Valid,
    lost: Valid,
    counts: LoadCounts,
    reject: (rejection: Rejection) => void,
): void {
    if (isEqual(loader, loading.values, lost.values) && isEqual(loader, lost.values, loading.values)) {
        counts.unchanged++;
        return;
    }
    const { file, position } = loading.source;
    reject({
        file: lost.source.file,
        position: lost.source.position,
        code: "duplicate-id",
        message: `another record with the same key, in ${file} at '${position}', is loaded in its place`,
        record: lost.source.value,
    });
}

// An explicit null for a column that may not be null takes the column's default: its literal, or what the column computes.
function fillDefaults(record: Valid, defaults: readonly (readonly [string, Argument | undefined])[]): Valid {
    let filled: Record<string, Argument> | undefined;
    for (const [column, literal] of defaults) {
        if (record.values[column] !== null) continue;
        filled ??= { ...record.values };
        if (literal === undefined) delete filled[column];
        else filled[column] = literal;
    }
    return filled === undefined ? record : { ...record, values: filled };
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
