import type { Connection } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { quoteName } from "../sql/quoting.ts";
import { chunkInFile, chunkOnServer, splitIntoChunks } from "./chunks.ts";
import { type Decided, decideChunk, type Planned, toRejection } from "./decide-chunk.ts";
import { settleDuplicates, type Valid } from "./duplicates.ts";
import { hearInterrupt } from "./interrupt.ts";
import {
    type LoadCounts,
    type Loader,
    type Mention,
    type Rejection,
    type SourceRecord,
    startCounts,
} from "./loader.ts";
import { type Items, selectItems } from "./sources/spool.ts";
import { getRows, selectColumns, selectUniqueKey, toColumnInfo } from "./statements.ts";
import { isChangedMeanwhile, isRace, prepareChanges, type TableInfo } from "./write.ts";

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
    const { isEmpty, ...table } = await readTable(connection, loader);
    const { columns } = table;
    const settled = await settleDuplicates(loader, records, { columns, counts, reject, signal: options.signal });
    const accepted: number[] = [];
    const run: Run = {
        connection,
        loader,
        table,
        isEmpty,
        isMentioned: settled.has,
        options,
        planned,
        counts,
        accepted,
        reject,
    };
    const limit = connection.prefersRows ? chunkInFile : chunkOnServer;
    let done = 0;
    let written = Promise.resolve();
    try {
        for (const chunk of splitIntoChunks(settled.each(), limit, reject)) {
            await hearInterrupt(options.signal);
            const prepared = await prepare(run, chunk, 1).catch(ignoreTooLarge);
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

async function readTable(connection: Connection, loader: Loader): Promise<TableInfo & { readonly isEmpty: boolean }> {
    const [described, uniqueKey, anyRow] = await connection.readAll([
        selectColumns(loader.table),
        selectUniqueKey(loader),
        { sql: `SELECT 1 FROM ${quoteName(loader.table)} LIMIT 1` },
    ]);
    return {
        columns: getRows(described).map(toColumnInfo),
        isKeyUnique: getRows(uniqueKey).length > 0,
        isEmpty: getRows(anyRow).length === 0,
    };
}

interface Run {
    readonly connection: Connection;
    readonly loader: Loader;
    readonly table: TableInfo;
    readonly isEmpty: boolean;
    readonly isMentioned: (key: string) => boolean;
    readonly options: LoadOptions;
    readonly planned: Planned;
    readonly counts: LoadCounts;
    /** Indexes of the records that are in. */
    readonly accepted: number[];
    readonly reject: (rejection: Rejection) => void;
}

type Chunk = readonly Valid[];

/** What becomes of the records of a chunk, and how it is written. */
interface Prepared {
    readonly decided: Decided;
    readonly write: () => Promise<unknown>;
}

async function prepare(run: Run, chunk: Chunk, attempt: number): Promise<Prepared> {
    const { connection, loader, table, options } = run;
    // Whoever wrote the same rows meanwhile is met at the second attempt.
    const isEmpty = run.isEmpty && attempt === 1;
    const decided = await decideChunk({ ...run, isEmpty, force: options.force }, chunk);
    return {
        decided,
        write: options.dryRun ? async () => undefined : prepareChanges(connection, loader, table, decided),
    };
}

// What is too large to be read at once is read again, and halved, when the chunk before it is in.
function ignoreTooLarge(error: unknown): undefined {
    if (!isOfRecord(error)) throw error;
    return undefined;
}

// A row that the database refuses is found by halving, so that the others of its chunk load.
async function writeChunk(run: Run, chunk: Chunk, prepared: Prepared | undefined): Promise<void> {
    try {
        await tryChunk(run, chunk, prepared ?? (await prepare(run, chunk, 1)));
    } catch (error) {
        const [first] = chunk;
        if (!first || !isOfRecord(error)) throw error;
        if (chunk.length === 1) {
            run.reject(toRejection(first, "refused", error.message));
            return;
        }
        const middle = Math.ceil(chunk.length / 2);
        for (const half of [chunk.slice(0, middle), chunk.slice(middle)]) {
            await writeChunk(run, half, undefined);
        }
    }
}

// A text of characters that JSON writes as six each may be too long for a server, however short the record is; and rows
// may be too long for one answer, however short the records are that meet them.
function isOfRecord(error: unknown): error is DatabaseFault {
    return error instanceof DatabaseFault && (error.kind === "constraint" || /too (?:big|large)/i.test(error.message));
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
                    ? new DatabaseFault("busy", "others keep changing the same rows", error, {
                          variant: "rows-changed",
                      })
                    : error;
            }
            const again = await prepare(run, chunk, attempt + 1);
            // What is refused although nothing has changed is refused for good.
            if (!isChangedMeanwhile(error) && isSame(prepared.decided, again.decided)) throw error;
            prepared = again;
        }
    }
}

function isSame(left: Decided, right: Decided): boolean {
    const lists = ["created", "updated", "takenOver", "unchanged", "rejected"] as const;
    return left.older === right.older && lists.every((list) => left[list].length === right[list].length);
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
