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
    const records = distribute(loaders, documents, report);
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
        counts.set(loader.name, await loadRecords(connection, loader, all, options, report, planned));
    }
    return counts;
}

function distribute(
    loaders: readonly Loader[],
    documents: readonly SourceDocument[],
    report: LoadReport,
): Map<string, SourceRecord[]> {
    const records = new Map<string, SourceRecord[]>();
    for (const { file, value } of documents) {
        let isKnown = false;
        for (const loader of loaders) {
            const found = loader.find(value);
            if (!found) continue;
            isKnown = true;
            const list = records.get(loader.name) ?? [];
            for (const record of found) list.push({ file, ...record });
            records.set(loader.name, list);
        }
        if (isKnown) continue;
        const message = "no loader knows this shape; see the formats in seeds/README.md";
        report.rejected({ file, position: "", code: "unknown-shape", message, record: value });
    }
    return records;
}
