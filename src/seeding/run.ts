import type { Connection } from "../database/connection.ts";
import type { Planned } from "./decide-chunk.ts";
import { type LoadOptions, type LoadReport, loadRecords } from "./load.ts";
import type { LoadCounts, Loader, SourceRecord } from "./loader.ts";
import type { SourceDocument } from "./source.ts";
import { selectMentioned } from "./statements.ts";

/**
 * Loads documents by the loaders that find records in them, in the loaders' order: what others point to comes first.
 *
 * @returns counts by loader, for those that found records
 */
export async function loadDocuments(
    connection: Connection,
    loaders: readonly Loader[],
    documents: readonly SourceDocument[],
    options: LoadOptions,
    report: LoadReport,
): Promise<ReadonlyMap<string, LoadCounts>> {
    const records: Map<string, readonly SourceRecord[]> = distribute(loaders, documents, report);
    const counts = new Map<string, LoadCounts>();
    const planned: Planned = new Map();
    for (const loader of loaders) {
        const own = records.get(loader.name) ?? [];
        const completed = await completeRecords(connection, loader, own, records);
        records.set(loader.name, completed);
        const derived = loader.derive?.(records) ?? [];
        const all = [...completed, ...derived];
        if (all.length === 0) continue;
        const loaded = await loadRecords(connection, loader, all, options, report, planned);
        counts.set(loader.name, loaded.counts);
        // What was not loaded is nothing to derive from.
        records.set(loader.name, loaded.accepted);
        if (!options.dryRun) await reportMissing(connection, loader, loaded.accepted, report);
    }
    return counts;
}

async function completeRecords(
    connection: Connection,
    loader: Loader,
    own: readonly SourceRecord[],
    records: ReadonlyMap<string, readonly SourceRecord[]>,
): Promise<readonly SourceRecord[]> {
    const { complete } = loader;
    if (!complete || own.length === 0) return own;
    const query = loader.lookup?.(own.map((record) => record.value));
    const [result] = query ? await connection.readAll([query]) : [];
    const known = { records, rows: result?.ok ? result.rows : [] };
    return own.map((record) => ({ ...record, value: complete(record.value, known) }));
}

/** How many ids one query asks for. */
const mentionsAtOnce = 10_000;

async function reportMissing(
    connection: Connection,
    loader: Loader,
    accepted: readonly SourceRecord[],
    report: LoadReport,
): Promise<void> {
    for (const mention of loader.mentions ?? []) {
        const ids = [...new Set(accepted.flatMap(({ value }) => listMentioned(value, mention.field)))];
        let missing = 0;
        for (let from = 0; from < ids.length; from += mentionsAtOnce) {
            const part = ids.slice(from, from + mentionsAtOnce);
            const [result] = await connection.readAll([selectMentioned(mention, part)]);
            missing += part.length - (result?.ok ? result.rows.length : 0);
        }
        if (missing > 0) report.missing(loader.name, mention, missing);
    }
}

function listMentioned(value: unknown, field: string): string[] {
    const ids = value !== null && typeof value === "object" ? (value as Record<string, unknown>)[field] : undefined;
    return (Array.isArray(ids) ? ids : [ids]).filter((id) => typeof id === "string");
}

function distribute(
    loaders: readonly Loader[],
    documents: readonly SourceDocument[],
    report: LoadReport,
): Map<string, SourceRecord[]> {
    const records = new Map<string, SourceRecord[]>();
    for (const { file, position: place, value } of documents) {
        let isKnown = false;
        for (const loader of loaders) {
            const found = loader.find(value);
            if (!found) continue;
            isKnown = true;
            const list = records.get(loader.name) ?? [];
            for (const { position, value: record } of found) {
                const places = [place, position].filter((part) => part !== "");
                list.push({ file, position: places.join("/"), value: record });
            }
            records.set(loader.name, list);
        }
        if (isKnown) continue;
        const message = "no loader knows this shape; see the formats in seeds/README.md";
        report.rejected({ file, position: place, code: "unknown-shape", message, record: value });
    }
    return records;
}
