import type { Argument, Connection, ReadResult, Row } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { decide } from "./decide.ts";
import { keyOf, settleDuplicates, type Valid } from "./duplicates.ts";
import {
    type ColumnValues,
    type LoadCounts,
    type Loader,
    type Rejection,
    type SourceRecord,
    startCounts,
} from "./loader.ts";
import {
    type ColumnInfo,
    checkChanges,
    insertRecords,
    selectColumns,
    selectExisting,
    selectReferenced,
    toColumnInfo,
    updateRecords,
} from "./statements.ts";
import { checkRecord } from "./validate.ts";

/** A chunk is sent when it reaches either: a server refuses an argument of 5 MB (measured). */
const chunkBytes = 1_000_000;
const chunkRecords = 500;
/** How often a chunk is read and decided anew when somebody else writes the same rows meanwhile. */
const attempts = 5;

export interface LoadOptions {
    /** Existing rows are updated although the record is not known to be newer. */
    readonly force: boolean;
    /** Decides everything and writes nothing. */
    readonly dryRun: boolean;
    readonly signal?: AbortSignal | undefined;
}

export interface LoadReport {
    rejected(rejection: Rejection): void;
    /** Called after each chunk. */
    progress(loader: string, done: number, of: number): void;
}

/** Keys that a dry run would have created, so that references to them are not taken for dangling. */
export type Planned = Map<string, Set<Argument>>;

/**
 * Loads the records of one data set: validates, meets them with their rows, and writes only what differs.
 *
 * Each chunk is one transaction, so what was interrupted is taken up again by loading the same records once more.
 *
 * @param planned filled with the keys that are created; shared by the loaders of one run
 * @throws DatabaseFault when the database fails; the chunks before it are in
 */
export async function loadRecords(
    connection: Connection,
    loader: Loader,
    records: readonly SourceRecord[],
    options: LoadOptions,
    report: LoadReport,
    planned: Planned,
): Promise<LoadCounts> {
    const counts = startCounts();
    counts.read = records.length;
    const reject = (rejection: Rejection): void => {
        counts.rejected++;
        report.rejected(rejection);
    };
    const [described] = await connection.readAll([selectColumns(loader.table)]);
    const columns = (described?.ok ? described.rows : []).map(toColumnInfo);
    const checked = records.map((record) => checkRecord(loader, record));
    const valid = settleDuplicates(loader, checked, columns, counts, reject);
    let done = 0;
    for (const chunk of splitIntoChunks(valid)) {
        if (options.signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
        await loadChunk({ connection, loader, columns, options, planned, counts, reject }, chunk);
        done += chunk.length;
        report.progress(loader.name, done, valid.length);
    }
    return counts;
}

interface Run {
    readonly connection: Connection;
    readonly loader: Loader;
    readonly columns: readonly ColumnInfo[];
    readonly options: LoadOptions;
    readonly planned: Planned;
    readonly counts: LoadCounts;
    readonly reject: (rejection: Rejection) => void;
}

function* splitIntoChunks(records: readonly Valid[]): Generator<Valid[]> {
    let chunk: Valid[] = [];
    let bytes = 0;
    for (const record of records) {
        const size = Buffer.byteLength(JSON.stringify(record.values));
        if (chunk.length > 0 && (chunk.length >= chunkRecords || bytes + size > chunkBytes)) {
            yield chunk;
            chunk = [];
            bytes = 0;
        }
        chunk.push(record);
        bytes += size;
    }
    if (chunk.length > 0) yield chunk;
}

async function loadChunk(run: Run, chunk: readonly Valid[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
        const decided = await decideChunk(run, chunk);
        if (run.options.dryRun || (await writeChunk(run, decided, attempt))) {
            count(run, decided);
            return;
        }
    }
}

interface Decided {
    readonly created: readonly Valid[];
    readonly updated: readonly { readonly record: Valid; readonly row: Row }[];
    readonly unchanged: number;
    readonly older: number;
    readonly rejected: readonly Rejection[];
}

async function decideChunk(run: Run, chunk: readonly Valid[]): Promise<Decided> {
    const { connection, loader, columns, options, planned } = run;
    const values = chunk.map((record) => record.values);
    const references = loader.references ?? [];
    const results = await connection.readAll([
        selectExisting(
            loader,
            columns.map((column) => column.name),
            values,
        ),
        ...references.map((reference) => selectReferenced(reference, values)),
    ]);
    const existing = new Map(rowsOf(results[0]).map((row) => [keyOf(loader, row as ColumnValues), row]));
    const known = references.map(
        (reference, at) =>
            new Set([...rowsOf(results[1 + at]).map((row) => row.found), ...(planned.get(reference.table) ?? [])]),
    );
    const created: Valid[] = [];
    const updated: { record: Valid; row: Row }[] = [];
    const rejected: Rejection[] = [];
    let [unchanged, older] = [0, 0];
    for (const record of chunk) {
        const reject = (code: string, message: string): void => {
            rejected.push({ ...record.source, code, message, record: record.source.value });
        };
        const dangling = references.findIndex(
            (reference, at) => !known[at]?.has(record.values[reference.column] ?? null),
        );
        const reference = references[dangling];
        if (reference) {
            const value = String(record.values[reference.column]);
            reject("dangling-reference", `${reference.column} '${value}' is not in ${reference.table}`);
            continue;
        }
        const row = existing.get(keyOf(loader, record.values));
        const decision = decide(loader, record.values, row, options.force);
        if (decision.outcome === "rejected") reject(decision.code, decision.message);
        else if (decision.outcome === "unchanged") unchanged++;
        else if (decision.outcome === "older") older++;
        else if (row) updated.push({ record, row });
        else created.push(record);
    }
    return { created, updated, unchanged, older, rejected };
}

// Gives false when somebody else wrote the same rows meanwhile, so that the chunk must be decided anew.
async function writeChunk(run: Run, decided: Decided, attempt: number): Promise<boolean> {
    const { connection, loader, columns } = run;
    const { created, updated } = decided;
    if (created.length + updated.length === 0) return true;
    const { before = [], after = [] } = loader.around ?? {};
    const names = columns.map((column) => column.name);
    const merged = updated.map(({ record, row }) => ({
        ...(row as ColumnValues),
        ...record.values,
        previous: (row[loader.changedAt ?? ""] ?? null) as string | null,
    }));
    try {
        await connection.write([
            ...before,
            ...(created.length > 0
                ? [
                      insertRecords(
                          loader,
                          columns,
                          created.map((record) => record.values),
                      ),
                  ]
                : []),
            ...(updated.length > 0 ? [updateRecords(loader, names, merged), checkChanges(updated.length)] : []),
            ...after,
        ]);
        return true;
    } catch (error) {
        if (attempt < attempts && isRace(error)) return false;
        throw error;
    }
}

// A row that was created meanwhile, or one that is no longer as it was read.
function isRace(error: unknown): boolean {
    if (!(error instanceof DatabaseFault)) return false;
    return /UNIQUE|PRIMARY/i.test(error.message) || /malformed JSON/i.test(error.message);
}

function count({ counts, reject, planned, loader }: Run, decided: Decided): void {
    counts.created += decided.created.length;
    counts.updated += decided.updated.length;
    counts.unchanged += decided.unchanged;
    counts.older += decided.older;
    for (const rejection of decided.rejected) reject(rejection);
    const keys = planned.get(loader.table) ?? new Set();
    for (const { values } of decided.created) keys.add(values[loader.key[0] ?? ""] ?? null);
    planned.set(loader.table, keys);
}

function rowsOf(result: ReadResult | undefined): readonly Row[] {
    return result?.ok ? result.rows : [];
}
