import { setImmediate } from "node:timers/promises";
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
import { type ColumnInfo, selectColumns, selectExisting, selectReferenced, toColumnInfo } from "./statements.ts";
import { checkRecord } from "./validate.ts";
import { type Changes, isChangedMeanwhile, isRace, writeChanges } from "./write.ts";

/** A chunk is sent when it reaches either: a server refuses an argument of 5 MB (measured). */
const chunkBytes = 1_000_000;
const chunkRecords = 500;
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
    /** Called after each chunk. */
    progress(loader: string, done: number, of: number): void;
}

export interface Loaded {
    readonly counts: LoadCounts;
    /** The records that are in the database now, or were already; not those that are older, double or rejected. */
    readonly accepted: readonly SourceRecord[];
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
): Promise<Loaded> {
    const counts = startCounts();
    const accepted: SourceRecord[] = [];
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
    for (const chunk of splitIntoChunks(valid, reject)) {
        // An embedded database never waits, so without this a Ctrl-C would be heard when all is done.
        await setImmediate();
        if (options.signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
        await loadChunk({ connection, loader, columns, options, planned, counts, accepted, reject }, chunk);
        done += chunk.length;
        report.progress(loader.name, done, valid.length);
    }
    return { counts, accepted };
}

interface Run {
    readonly connection: Connection;
    readonly loader: Loader;
    readonly columns: readonly ColumnInfo[];
    readonly options: LoadOptions;
    readonly planned: Planned;
    readonly counts: LoadCounts;
    readonly accepted: SourceRecord[];
    readonly reject: (rejection: Rejection) => void;
}

function* splitIntoChunks(records: readonly Valid[], reject: (rejection: Rejection) => void): Generator<Valid[]> {
    let chunk: Valid[] = [];
    let bytes = 0;
    for (const record of records) {
        const size = Buffer.byteLength(JSON.stringify(record.values));
        if (size > recordBytes) {
            const message = `is ${size} bytes long; ${recordBytes} fit`;
            reject({ ...placeOf(record), code: "too-large", message, record: record.source.value });
            continue;
        }
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
        const decided = await decideChunk(run, chunk);
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

interface Decided extends Changes {
    readonly unchanged: readonly Valid[];
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
    const unchanged: Valid[] = [];
    const rejected: Rejection[] = [];
    let older = 0;
    for (const record of chunk) {
        const reject = (code: string, message: string): void => {
            rejected.push({ ...placeOf(record), code, message, record: record.source.value });
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
        else if (decision.outcome === "unchanged") unchanged.push(record);
        else if (decision.outcome === "older") older++;
        else if (row) updated.push({ record, row });
        else created.push(record);
    }
    return { created, updated, unchanged, older, rejected };
}

function placeOf({ source: { file, position } }: Valid): Pick<Rejection, "file" | "position"> {
    return { file, position };
}

function count({ counts, reject, accepted, planned, loader }: Run, decided: Decided): void {
    counts.created += decided.created.length;
    counts.updated += decided.updated.length;
    counts.unchanged += decided.unchanged.length;
    for (const list of [decided.created, decided.updated.map(({ record }) => record), decided.unchanged]) {
        accepted.push(...list.map((record) => record.source));
    }
    counts.older += decided.older;
    for (const rejection of decided.rejected) reject(rejection);
    const keys = planned.get(loader.table) ?? new Set();
    for (const { values } of decided.created) keys.add(values[loader.key[0] ?? ""] ?? null);
    planned.set(loader.table, keys);
}

function rowsOf(result: ReadResult | undefined): readonly Row[] {
    return result?.ok ? result.rows : [];
}
