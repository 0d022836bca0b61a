import { hearInterrupt } from "../database/interrupt.ts";
import { isEqual } from "./decide.ts";
import { keyOf, type LoadCounts, type Loader, type Rejection, type SourceRecord, toRejection } from "./loader.ts";
import type { Items } from "./sources/staging.ts";
import type { CheckRecord, Valid } from "./validate.ts";

/** How many records are validated between two checks for an interrupt. */
const checkedAtOnce = 10_000;

/**
 * Validates records and keeps one for each key. Equal duplicates count as unchanged; of different ones the newest is kept
 * and the others are rejected. For records in memory the column values are kept until each() yields them; the others are
 * validated a second time.
 *
 * @param settings.counts receives the number of equal records, as unchanged
 * @returns whether a record has a key, and the records in the order of their first mention; `each` can be called once
 * @throws DatabaseFault `interrupted`
 */
export async function settleDuplicates(
    loader: Loader,
    records: Items<SourceRecord>,
    settings: {
        check: CheckRecord;
        counts: LoadCounts;
        reject: (rejection: Rejection) => void;
        signal?: AbortSignal | undefined;
    },
): Promise<{ length: number; has: (key: string) => boolean; each: () => Iterable<Valid> }> {
    const { check, counts, reject, signal } = settings;
    const { length, held = length } = records;
    const kept: (Valid | undefined)[] = [];
    const byKey = new Map<string, number>();
    const get = (index: number): Valid => {
        const record = kept[index] ?? check(records.at(index) as SourceRecord);
        if (!record.ok) throw new RangeError(`record ${index} is not the one that was validated`);
        return record;
    };
    for (let index = 0; index < length; index++) {
        if (index > 0 && index % checkedAtOnce === 0) await hearInterrupt(signal);
        const current = check(records.at(index) as SourceRecord);
        if (!current.ok) {
            reject(current.rejection);
            continue;
        }
        const key = keyOf(loader, current.values);
        const first = byKey.get(key);
        if (first !== undefined) {
            const other = get(first);
            const [loading, lost] = isNewer(loader, current, other) ? [current, other] : [other, current];
            if (isSame(loader, loading, lost)) counts.unchanged++;
            else reject(toDuplicate(loading, lost));
            if (loading === other) continue;
            kept[first] = undefined;
        }
        if (index < held) kept[index] = current;
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

function isNewer({ changedAt = "" }: Loader, { values }: Valid, { values: others }: Valid): boolean {
    return String(values[changedAt] ?? "") > String(others[changedAt] ?? "");
}

function isSame(loader: Loader, left: Valid, right: Valid): boolean {
    return isEqual(loader, left.values, right.values) && isEqual(loader, right.values, left.values);
}

function toDuplicate({ source: { file, position } }: Valid, { source }: Valid): Rejection {
    const message = `another record with the same key, in ${file} at '${position}', is loaded in its place`;
    return toRejection(source, "duplicate-id", message);
}
