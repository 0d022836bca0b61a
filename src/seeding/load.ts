import { setImmediate } from "node:timers/promises";
import type { Connection } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { name } from "../migrations/bookkeeping.ts";
import { type Decided, decideChunk, type Planned, placeOf } from "./decide-chunk.ts";
import { settleDuplicates, type Valid } from "./duplicates.ts";
import {
    type LoadCounts,
    type Loader,
    type Mention,
    type Rejection,
    type SourceRecord,
    startCounts,
} from "./loader.ts";
import { type ColumnInfo, selectColumns, toColumnInfo } from "./statements.ts";
import { checkRecord } from "./validate.ts";
import { isChangedMeanwhile, isRace, writeChanges } from "./write.ts";

/** A chunk is sent when it reaches either: a server refuses an argument of 5 MB (measured). */
const chunkOnServer = { bytes: 1_500_000, records: 1_000 };
/** A file syncs at the end of each transaction, so larger ones are faster; a reader waits no longer than half a second. */
const chunkInFile = { bytes: 16_000_000, records: 5_000 };
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
    readonly accepted: readonly SourceRecord[];
}

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
): Promise<Loaded> {
    const counts = startCounts();
    const accepted: SourceRecord[] = [];
    counts.read = records.length;
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
    const checked = records.map((record) => checkRecord(loader, record));
    const valid = settleDuplicates(loader, checked, columns, counts, reject);
    let done = 0;
    const limit = connection.prefersRows ? chunkInFile : chunkOnServer;
    for (const chunk of splitIntoChunks(valid, limit, reject)) {
        // An embedded database never waits, so without this a Ctrl-C would be heard when all is done.
        await setImmediate();
        if (options.signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
        await loadChunk({ connection, loader, columns, isEmpty, options, planned, counts, accepted, reject }, chunk);
        done += chunk.length;
        report.progress(loader.name, done, valid.length);
    }
    return { counts, accepted };
}

interface Run {
    readonly connection: Connection;
    readonly loader: Loader;
    readonly columns: readonly ColumnInfo[];
    readonly isEmpty: boolean;
    readonly options: LoadOptions;
    readonly planned: Planned;
    readonly counts: LoadCounts;
    readonly accepted: SourceRecord[];
    readonly reject: (rejection: Rejection) => void;
}

function* splitIntoChunks(
    records: readonly Valid[],
    limit: { bytes: number; records: number },
    reject: (rejection: Rejection) => void,
): Generator<Valid[]> {
    let chunk: Valid[] = [];
    let bytes = 0;
    for (const record of records) {
        const size = measure(record);
        if (size > recordBytes) {
            const message = `is ${size} bytes long; ${recordBytes} fit`;
            reject({ ...placeOf(record), code: "too-large", message, record: record.source.value });
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

// The bytes of its texts: what is sent is little more.
function measure({ values }: Valid): number {
    let size = 0;
    for (const column in values) {
        const value = values[column];
        size += typeof value === "string" ? Buffer.byteLength(value) : 8;
    }
    return size;
}

// A row that the database refuses is found by halving, so that the others of its chunk load.
async function loadChunk(run: Run, chunk: readonly Valid[]): Promise<void> {
    try {
        await tryChunk(run, chunk);
    } catch (error) {
        const [first] = chunk;
        if (!first || !(error instanceof DatabaseFault) || error.kind !== "constraint") throw error;
        if (chunk.length === 1) {
            run.reject({ ...placeOf(first), code: "refused", message: error.message, record: first.source.value });
            return;
        }
        const middle = Math.ceil(chunk.length / 2);
        for (const half of [chunk.slice(0, middle), chunk.slice(middle)]) await loadChunk(run, half);
    }
}

async function tryChunk(run: Run, chunk: readonly Valid[]): Promise<void> {
    const { connection, loader, columns, options } = run;
    for (let attempt = 1; ; attempt++) {
        // Whoever wrote the same rows meanwhile is met at the second attempt.
        const isEmpty = run.isEmpty && attempt === 1;
        const decided = await decideChunk({ ...run, isEmpty, force: options.force }, chunk);
        try {
            if (!options.dryRun) await writeChanges(connection, loader, columns, decided);
            count(run, decided);
            return;
        } catch (error) {
            if (attempt < attempts && isRace(error)) continue;
            throw isChangedMeanwhile(error) ? new DatabaseFault("busy", "others keep changing the same rows") : error;
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
        accepted.push(...list.map((record) => record.source));
    }
    counts.older += decided.older;
    for (const rejection of decided.rejected) reject(rejection);
    const keys = planned.get(loader.table) ?? new Set();
    for (const { values } of decided.created) keys.add(values[loader.key[0] ?? ""] ?? null);
    planned.set(loader.table, keys);
}
