import type { Connection } from "../database/connection.ts";
import { type LoadOptions, type LoadReport, loadRecords, type Planned } from "./load.ts";
import type { LoadCounts, Loader, SourceRecord } from "./loader.ts";
import type { SourceDocument } from "./source.ts";

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
        const completed = own.map((record) => ({
            ...record,
            value: loader.complete ? loader.complete(record.value, records) : record.value,
        }));
        records.set(loader.name, completed);
        const derived = loader.derive?.(records) ?? [];
        const all = [...completed, ...derived];
        if (all.length === 0) continue;
        const loaded = await loadRecords(connection, loader, all, options, report, planned);
        counts.set(loader.name, loaded.counts);
        // What was not loaded is nothing to derive from.
        records.set(loader.name, loaded.accepted);
    }
    return counts;
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
