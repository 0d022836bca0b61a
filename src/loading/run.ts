import type { Connection } from "../database/connection.ts";
import type { Planned } from "./decide-chunk.ts";
import { type LoadOptions, type LoadReport, loadRecords } from "./load.ts";
import type { LoadCounts, Loader, Mention, SourceRecord } from "./loader.ts";
import { holdItems, type Items, joinItems, mapItems, type SpooledItems } from "./sources/spool.ts";
import { countMentioned, getRows } from "./statements.ts";

/**
 * Loads records by their loaders, in the loaders' order: what others point to comes first.
 *
 * @param found the records of a source, by loader
 * @param options.isLast nobody needs the records afterwards: each list is emptied once it is in
 * @returns counts by loader, for those that have records
 */
export async function loadSource(
    connection: Connection,
    loaders: readonly Loader[],
    found: ReadonlyMap<string, SpooledItems<SourceRecord>>,
    { isLast, ...options }: LoadOptions & { readonly isLast: boolean },
    report: LoadReport,
): Promise<ReadonlyMap<string, LoadCounts>> {
    const records = new Map<string, Items<SourceRecord>>(found);
    const counts = new Map<string, LoadCounts>();
    const planned: Planned = new Map();
    for (const loader of loaders) {
        const own = records.get(loader.name) ?? holdItems<SourceRecord>([]);
        const completed = await completeRecords(connection, loader, own, records);
        records.set(loader.name, completed);
        const all = joinItems(completed, loader.derive?.(records) ?? []);
        if (all.length === 0) continue;
        const loaded = await loadRecords(connection, loader, all, options, report, planned);
        counts.set(loader.name, loaded.counts);
        if (!options.dryRun) await reportMissing(connection, loader, loaded.accepted, report);
        // What was not loaded is nothing to derive from.
        records.set(loader.name, holdItems(pickShared(loader, loaded.accepted)));
        if (isLast) found.get(loader.name)?.truncate(0);
    }
    return counts;
}

// What memory keeps of the records of a loader once they are in.
function pickShared({ shared }: Loader, records: Items<SourceRecord>): SourceRecord[] {
    if (!shared) return [];
    return Array.from(records, ({ file, position, value }) => {
        const fields = shared.map((field) => [field, (value as Readonly<Record<string, unknown>>)[field]]);
        return { file, position, value: Object.fromEntries(fields) };
    });
}

async function completeRecords(
    connection: Connection,
    loader: Loader,
    own: Items<SourceRecord>,
    records: ReadonlyMap<string, Items<SourceRecord>>,
): Promise<Items<SourceRecord>> {
    const { complete, lookup } = loader;
    if (!complete || own.length === 0) return own;
    const query = lookup?.(mapItems(own, (record) => record.value));
    const [result] = query ? await connection.readAll([query]) : [];
    // As they are now: what loads later is not there yet.
    const known = { records: new Map(records), rows: getRows(result) };
    return mapItems(own, (record) => {
        const value = complete(record.value, known);
        if (value === record.value) return record;
        const isSaid = (field: string): boolean =>
            record.value !== null && typeof record.value === "object" && field in record.value;
        return { ...record, value, derived: loader.derives?.filter((field) => !isSaid(field)) ?? [] };
    });
}

/** How many ids one query asks for. */
const mentionsAtOnce = 10_000;

async function reportMissing(
    connection: Connection,
    loader: Loader,
    accepted: Items<SourceRecord>,
    report: LoadReport,
): Promise<void> {
    const { mentions = [] } = loader;
    if (mentions.length === 0) return;
    const mentioned = mentions.map((mention) => ({ mention, ids: new Set<string>() }));
    for (const { value } of accepted) {
        for (const { mention, ids } of mentioned) for (const id of listMentioned(value, mention.field)) ids.add(id);
    }
    for (const { mention, ids } of mentioned) {
        const missing = await countMissing(connection, mention, [...ids]);
        if (missing > 0) report.missing(loader.name, mention, missing);
    }
}

async function countMissing(connection: Connection, mention: Mention, ids: readonly string[]): Promise<number> {
    let missing = 0;
    for (let from = 0; from < ids.length; from += mentionsAtOnce) {
        const part = ids.slice(from, from + mentionsAtOnce);
        const [result] = await connection.readAll([countMentioned(mention, part)]);
        missing += part.length - Number(getRows(result)[0]?.found ?? 0);
    }
    return missing;
}

function listMentioned(value: unknown, field: string): string[] {
    const ids = value !== null && typeof value === "object" ? (value as Record<string, unknown>)[field] : undefined;
    return (Array.isArray(ids) ? ids : [ids]).filter((id) => typeof id === "string");
}
