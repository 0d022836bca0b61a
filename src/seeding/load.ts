import { setImmediate } from "node:timers/promises";
import type { Connection } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { name } from "../migrations/bookkeeping.ts";
import { type Decided, decideChunk, type Planned, toRejection } from "./decide-chunk.ts";
import { settleDuplicates, type Valid } from "./duplicates.ts";
import {
    type ColumnValues,
    type LoadCounts,
    type Loader,
    type Mention,
    type Rejection,
    type SourceRecord,
    startCounts,
} from "./loader.ts";
import { type Items, selectItems } from "./spool.ts";
import { type ColumnInfo, selectColumns, toColumnInfo } from "./statements.ts";
import { isChangedMeanwhile, isRace, prepareChanges } from "./write.ts";

/** A chunk is sent when it reaches either: a server refuses an argument of 5 MB (measured). */
const chunkOnServer = { bytes: 1_500_000, records: 5_000, measure: measureBytes };
/** A file is synced at the end of each transaction, so larger ones are faster; a reader waits for one about a second. */
const chunkInFile = { bytes: 32_000_000, records: 8_000, measure: measureLength };
/** A record beyond this many bytes is rejected: its history, with the text before and after, must fit into a row too. */
const recordBytes = 2_000_000;
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
    /** Records name rows that are not there; they load all the same. */
    missing(loader: string, mention: Mention, count: number): void;
    /** Called after each chunk. */
    progress(loader: string, done: number, of: number): void;
}

export interface Loaded {
    readonly counts: LoadCounts;
    /** The records that are in the database now, or were already; not those that are older, double or rejected. */
    readonly accepted: Items<SourceRecord>;
}

/**
 * Loads the records of one data set: validates, meets them with their rows, and writes only what differs.
 *
 * Each chunk is one transaction, so what was interrupted is taken up again by loading the same records once more. While a
 * chunk is on its way the next one is made up and meets its rows.
 *
 * @param planned filled with the keys that are created; shared by the loaders of one run
 * @throws DatabaseFault when the database fails; the chunks before it are in
 */
export async function loadRecords(
    connection: Connection,
    loader: Loader,
    records: Items<SourceRecord>,
    options: LoadOptions,
    report: LoadReport,
    planned: Planned,
): Promise<Loaded> {
    const counts = { ...startCounts(), read: records.length };
    const reject = (rejection: Rejection): void => {
        counts.rejected++;
        report.rejected(rejection);
    };
    const [described, anyRow] = await connection.readAll([
        selectColumns(loader.table),
        { sql: `SELECT 1 FROM ${name(loader.table)} LIMIT 1` },
    ]);
    const isEmpty = anyRow?.ok === true && anyRow.rows.length === 0;
    const columns = (described?.ok ? described.rows : []).map(toColumnInfo);
    const settled = settleDuplicates(loader, records, columns, counts, reject);
    const accepted: number[] = [];
    const run: Run = { connection, loader, columns, isEmpty, options, planned, counts, accepted, reject };
    const limit = connection.prefersRows ? chunkInFile : chunkOnServer;
    let done = 0;
    let written = Promise.resolve();
    try {
        for (const chunk of splitIntoChunks(settled.each(), limit, reject)) {
            // An embedded database never waits, so without this a Ctrl-C would be heard when all is done.
            await setImmediate();
            if (options.signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
            const prepared = await prepare(run, chunk, 1);
            await written;
            written = writeChunk(run, chunk, prepared).then(() => {
                done += chunk.length;
                report.progress(loader.name, done, settled.length);
            });
            // It is waited for below, whatever happens before that.
            written.catch(() => undefined);
        }
    } finally {
        await written;
    }
    return { counts, accepted: selectItems(records, accepted) };
}

interface Run {
    readonly connection: Connection;
    readonly loader: Loader;
    readonly columns: readonly ColumnInfo[];
    readonly isEmpty: boolean;
    readonly options: LoadOptions;
    readonly planned: Planned;
    readonly counts: LoadCounts;
    /** Indexes of the records that are in. */
    readonly accepted: number[];
    readonly reject: (rejection: Rejection) => void;
}

function* splitIntoChunks(
    records: Iterable<Valid>,
    limit: typeof chunkInFile,
    reject: (rejection: Rejection) => void,
): Generator<Valid[]> {
    let chunk: Valid[] = [];
    let bytes = 0;
    for (const record of records) {
        const length = limit.measure(record.values);
        // Only what is near the limit is measured letter by letter.
        const size = length * 3 > recordBytes ? measureBytes(record.values) : length;
        if (size > recordBytes) {
            const message = `is ${size} bytes long; ${recordBytes} fit`;
            reject(toRejection(record, "too-large", message));
            continue;
        }
        if (chunk.length > 0 && (chunk.length >= limit.records || bytes + size > limit.bytes)) {
            yield chunk;
            chunk = [];
            bytes = 0;
        }
        chunk.push(record);
        bytes += size;
    }
    if (chunk.length > 0) yield chunk;
}

function measureLength(values: ColumnValues): number {
    let size = 0;
    for (const column in values) {
        const value = values[column];
        size += typeof value === "string" ? value.length : 8;
    }
    return size;
}

function measureBytes(values: ColumnValues): number {
    let size = 0;
    for (const column in values) {
        const value = values[column];
        size += typeof value === "string" ? Buffer.byteLength(value) : 8;
    }
    return size;
}

type Chunk = readonly Valid[];

/** What becomes of the records of a chunk, and how it is written. */
interface Prepared {
    readonly decided: Decided;
    readonly write: () => Promise<unknown>;
}

async function prepare(run: Run, chunk: Chunk, attempt: number): Promise<Prepared> {
    const { connection, loader, columns, options } = run;
    // Whoever wrote the same rows meanwhile is met at the second attempt.
    const isEmpty = run.isEmpty && attempt === 1;
    const decided = await decideChunk({ ...run, isEmpty, force: options.force }, chunk);
    return {
        decided,
        write: options.dryRun ? async () => undefined : prepareChanges(connection, loader, columns, decided),
    };
}

// A row that the database refuses is found by halving, so that the others of its chunk load.
async function writeChunk(run: Run, chunk: Chunk, prepared: Prepared): Promise<void> {
    try {
        await tryChunk(run, chunk, prepared);
    } catch (error) {
        const [first] = chunk;
        if (!first || !isOfRecord(error)) throw error;
        if (chunk.length === 1) {
            run.reject(toRejection(first, "refused", error.message));
            return;
        }
        const middle = Math.ceil(chunk.length / 2);
        for (const half of [chunk.slice(0, middle), chunk.slice(middle)]) {
            await writeChunk(run, half, await prepare(run, half, 1));
        }
    }
}

// A text of characters that JSON writes as six each may be too long for a server, however short the record is.
function isOfRecord(error: unknown): error is DatabaseFault {
    return error instanceof DatabaseFault && (error.kind === "constraint" || /too big/i.test(error.message));
}

async function tryChunk(run: Run, chunk: Chunk, first: Prepared): Promise<void> {
    let prepared = first;
    for (let attempt = 1; ; attempt++) {
        try {
            await prepared.write();
            count(run, prepared.decided);
            return;
        } catch (error) {
            if (attempt === attempts || !isRace(error)) {
                throw isChangedMeanwhile(error)
                    ? new DatabaseFault("busy", "others keep changing the same rows")
                    : error;
            }
            prepared = await prepare(run, chunk, attempt + 1);
        }
    }
}

function count({ counts, reject, accepted, planned, loader }: Run, decided: Decided): void {
    const created = [...decided.created, ...decided.takenOver.map(({ record }) => record)];
    counts.created += created.length;
    counts.tookOver += decided.takenOver.length;
    counts.updated += decided.updated.length;
    counts.unchanged += decided.unchanged.length;
    for (const list of [created, decided.updated.map(({ record }) => record), decided.unchanged]) {
        for (const { index } of list) accepted.push(index);
    }
    counts.older += decided.older;
    for (const rejection of decided.rejected) reject(rejection);
    const keys = planned.get(loader.table) ?? new Set();
    for (const { values } of decided.created) keys.add(values[loader.key[0] ?? ""] ?? null);
    planned.set(loader.table, keys);
}
