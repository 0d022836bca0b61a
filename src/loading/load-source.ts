import type { Connection } from "../database/connection.ts";
import { type LoadRun, loadRecords } from "./load-records.ts";
import type { LoadCounts, Loader, Mention, RecordsByLoader, SourceRecord } from "./loader.ts";
import { type Items, joinItems, type StagedItems } from "./sources/staging.ts";
import { countMentioned, getRows } from "./statements.ts";

/** How many ids that records mention have no row. */
export interface MissingIds {
    readonly loader: string;
    readonly mention: Mention;
    readonly count: number;
}

export interface LoadedSource {
    /** By loader, for those that have records. */
    readonly counts: ReadonlyMap<string, LoadCounts>;
    readonly missing: readonly MissingIds[];
}

/**
 * Loads records loader by loader, in the loaders' order, so that referenced rows come first.
 *
 * @param isLast the records are not needed afterwards: each list is emptied once it is loaded
 */
export async function loadSource(
    run: LoadRun,
    loaders: readonly Loader[],
    found: ReadonlyMap<string, StagedItems<SourceRecord>>,
    isLast: boolean,
): Promise<LoadedSource> {
    const records = new Map<string, Iterable<SourceRecord>>(found);
    const counts = new Map<string, LoadCounts>();
    const missing: MissingIds[] = [];
    for (const loader of loaders) {
        const own: Items<SourceRecord> = found.get(loader.name) ?? [];
        const all = joinItems(own, loader.derive?.(records) ?? []);
        if (all.length === 0) continue;
        const complete = await prepareCompletion(run.connection, loader, own, records);
        const shared: SourceRecord[] = [];
        const mentions = (run.dryRun ? [] : (loader.mentions ?? [])).map((mention) => ({
            mention,
            ids: new Set<string>(),
        }));
        const accepted = (record: SourceRecord): void => {
            if (loader.shared) shared.push(pickFields(record, loader.shared));
            for (const { mention, ids } of mentions) {
                for (const id of listIds(record.value, mention.field)) ids.add(id);
            }
        };
        counts.set(loader.name, await loadRecords(run, loader, all, { complete, accepted }));
        for (const { mention, ids } of mentions) {
            const count = await countMissing(run.connection, mention, [...ids]);
            if (count > 0) missing.push({ loader: loader.name, mention, count });
        }
        // Nothing is derived from records that were not loaded.
        records.set(loader.name, shared);
        if (isLast) found.get(loader.name)?.truncate(0);
    }
    return { counts, missing };
}

async function prepareCompletion(
    connection: Connection,
    { complete, lookup, derives = [] }: Loader,
    own: Items<SourceRecord>,
    records: RecordsByLoader,
): Promise<((record: SourceRecord) => SourceRecord) | undefined> {
    if (!complete || own.length === 0) return undefined;
    const query = lookup?.(valuesOf(own));
    const [result] = query ? await connection.readAll([query]) : [];
    const completeValue = complete({ records, rows: getRows(result) });
    return (record) => {
        const value = completeValue(record.value);
        if (value === record.value) return record;
        const hasField = (field: string): boolean =>
            record.value !== null && typeof record.value === "object" && field in record.value;
        return {
            ...record,
            value,
            read: record.read ?? record.value,
            derived: derives.filter((field) => !hasField(field)),
        };
    };
}

function* valuesOf(records: Iterable<SourceRecord>): Generator<unknown> {
    for (const { value } of records) yield value;
}

function pickFields({ file, position, value }: SourceRecord, fields: readonly string[]): SourceRecord {
    const picked = fields.map((field) => [field, (value as Readonly<Record<string, unknown>>)[field]]);
    return { file, position, value: Object.fromEntries(picked) };
}

/** How many ids one query counts. */
const mentionsAtOnce = 10_000;

async function countMissing(connection: Connection, mention: Mention, ids: readonly string[]): Promise<number> {
    let missing = 0;
    for (let from = 0; from < ids.length; from += mentionsAtOnce) {
        const part = ids.slice(from, from + mentionsAtOnce);
        const [result] = await connection.readAll([countMentioned(mention, part)]);
        missing += part.length - Number(getRows(result)[0]?.found ?? 0);
    }
    return missing;
}

function listIds(value: unknown, field: string): string[] {
    const ids = value !== null && typeof value === "object" ? (value as Record<string, unknown>)[field] : undefined;
    return (Array.isArray(ids) ? ids : [ids]).filter((id) => typeof id === "string");
}
