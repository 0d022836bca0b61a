import type { Connection } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { hearInterrupt } from "../database/interrupt.ts";
import type { Index, Table } from "../schema/table.ts";
import { explainRefusal } from "../sql/checks.ts";
import { quoteName } from "../sql/quoting.ts";
import { splitIntoChunks } from "./chunks.ts";
import { type CreatedKeys, type Decided, decideChunk } from "./decide.ts";
import { settleDuplicates } from "./duplicates.ts";
import { type LoadCounts, type Loader, type Rejection, type SourceRecord, startCounts, toRejection } from "./loader.ts";
import type { Items } from "./sources/staging.ts";
import { getRows } from "./statements.ts";
import { type CheckedRecord, createAmbiguityCheck, createCheck, type Valid } from "./validate.ts";
import { isChangedMeanwhile, isRace, type LoadTable, prepareChanges } from "./write.ts";

/** How often a chunk is compared and written when other writers change the same rows. */
const attempts = 5;

/** What the loaders of one load share. */
export interface LoadRun {
    readonly connection: Connection;
    /** Those of the database; after a dry run of the migrations some may be missing. */
    readonly tables: readonly Table[];
    readonly force: boolean;
    readonly dryRun: boolean;
    readonly signal?: AbortSignal | undefined;
    readonly createdKeys: CreatedKeys;
    readonly rejected: (rejection: Rejection, loader: string) => void;
    /** Called after each chunk. */
    readonly progress: (loader: string, done: number, of: number) => void;
}

/**
 * Loads the records of one loader: validates them, keeps one for each key, compares them with their rows, and writes the
 * differences.
 *
 * Each chunk is one transaction, so an interrupted load continues when the same records are loaded again. While a chunk is
 * written, the next one is compared.
 *
 * @param hooks.complete completes a record before it is validated
 * @param hooks.accepted called for each record that is in the database now: created, updated or unchanged
 * @throws DatabaseFault when the database fails; earlier chunks are committed
 */
export async function loadRecords(
    run: LoadRun,
    loader: Loader,
    records: Items<SourceRecord>,
    hooks: {
        complete?: ((record: SourceRecord) => SourceRecord) | undefined;
        accepted?: (record: SourceRecord) => void;
    } = {},
): Promise<LoadCounts> {
    const { complete, accepted = () => undefined } = hooks;
    const counts = { ...startCounts(), read: records.length };
    const reject = (rejection: Rejection): void => {
        counts.rejected++;
        run.rejected(rejection, loader.name);
    };
    const table = viewTable(run.tables, loader);
    const [anyRow] = await run.connection.readAll([{ sql: `SELECT 1 FROM ${quoteName(loader.table)} LIMIT 1` }]);
    const isEmpty = getRows(anyRow).length === 0;
    const checkCompleted = createCheck(loader, table.columns);
    const refuseAmbiguous = createAmbiguityCheck(loader);
    const check = (record: SourceRecord): CheckedRecord =>
        refuseAmbiguous(record) ?? checkCompleted(complete ? complete(record) : record);
    const settled = await settleDuplicates(loader, records, { check, counts, reject, signal: run.signal });
    const job: Job = { ...run, loader, table, isEmpty, isMentioned: settled.has, counts, accepted, reject };
    let done = 0;
    let written = Promise.resolve();
    try {
        for (const chunk of splitIntoChunks(settled.each(), run.connection.prefersRows, reject)) {
            await hearInterrupt(run.signal);
            const prepared = await prepare(job, chunk, 1).catch(ignoreTooLarge);
            await written;
            written = writeChunk(job, chunk, prepared).then(() => {
                done += chunk.length;
                run.progress(loader.name, done, settled.length);
            });
            // Awaited below in any case, so this is never an unhandled rejection.
            written.catch(() => undefined);
        }
    } finally {
        await written;
    }
    return counts;
}

function viewTable(tables: readonly Table[], loader: Loader): LoadTable {
    const table = tables.find(({ name }) => name === loader.table);
    const join = (columns: readonly (string | undefined)[]): string => [...columns].sort().join("\0");
    const isKey = ({ columns }: Index): boolean => join(columns.map(({ name }) => name)) === join(loader.key);
    const isKeyUnique = table?.indexes.some((index) => index.isUnique && !index.isPartial && isKey(index));
    return { sql: table?.sql ?? "", columns: table?.columns ?? [], isKeyUnique: isKeyUnique ?? false };
}

interface Job extends LoadRun {
    readonly loader: Loader;
    readonly table: LoadTable;
    readonly isEmpty: boolean;
    readonly isMentioned: (key: string) => boolean;
    readonly counts: LoadCounts;
    readonly accepted: (record: SourceRecord) => void;
    readonly reject: (rejection: Rejection) => void;
}

type Chunk = readonly Valid[];

/** A compared chunk, and the function that writes its changes. */
interface Prepared {
    readonly decided: Decided;
    readonly write: () => Promise<unknown>;
}

async function prepare(job: Job, chunk: Chunk, attempt: number): Promise<Prepared> {
    // A second attempt must see rows that another writer added.
    const decided = await decideChunk({ ...job, isEmpty: job.isEmpty && attempt === 1 }, chunk);
    const write = job.dryRun ? async () => undefined : prepareChanges(job.connection, job.loader, job.table, decided);
    return { decided, write };
}

// Rows too large to read at once are read in halves, once the previous chunk is written.
function ignoreTooLarge(error: unknown): undefined {
    if (!isOfRecord(error)) throw error;
    return undefined;
}

// Halves the chunk to find the record that the database refuses, so that the others load.
async function writeChunk(job: Job, chunk: Chunk, prepared: Prepared | undefined): Promise<void> {
    try {
        await tryChunk(job, chunk, prepared ?? (await prepare(job, chunk, 1)));
    } catch (error) {
        const [first] = chunk;
        if (!first || !isOfRecord(error)) throw error;
        if (chunk.length === 1) {
            const { source } = first;
            job.reject(toRejection(source, "refused", explainRefusal(error.message, [job.table.sql])));
            return;
        }
        const middle = Math.ceil(chunk.length / 2);
        for (const half of [chunk.slice(0, middle), chunk.slice(middle)]) await writeChunk(job, half, undefined);
    }
}

// JSON writes some characters as six, so even a short record may be too long for a server; and the existing rows of short
// records may be too long for one response.
function isOfRecord(error: unknown): error is DatabaseFault {
    return error instanceof DatabaseFault && (error.kind === "constraint" || /too (?:big|large)/i.test(error.message));
}

async function tryChunk(job: Job, chunk: Chunk, first: Prepared): Promise<void> {
    let prepared = first;
    for (let attempt = 1; ; attempt++) {
        try {
            await prepared.write();
            count(job, prepared.decided);
            return;
        } catch (error) {
            if (attempt === attempts || !isRace(error)) {
                if (!isChangedMeanwhile(error)) throw error;
                const message = "others keep changing the same rows";
                throw new DatabaseFault("busy", message, error, { variant: "rows-changed" });
            }
            const again = await prepare(job, chunk, attempt + 1);
            // Nothing has changed, so another attempt would be refused too.
            if (!isChangedMeanwhile(error) && isSame(prepared.decided, again.decided)) throw error;
            prepared = again;
        }
    }
}

function isSame(left: Decided, right: Decided): boolean {
    const lists = ["created", "updated", "takenOver", "unchanged", "rejected"] as const;
    return left.older === right.older && lists.every((list) => left[list].length === right[list].length);
}

function count({ counts, reject, accepted, createdKeys, loader }: Job, decided: Decided): void {
    const takenOver = decided.takenOver.map(({ record }) => record);
    const updated = decided.updated.map(({ record }) => record);
    counts.created += decided.created.length;
    counts.replaced += takenOver.length;
    counts.updated += updated.length;
    counts.unchanged += decided.unchanged.length;
    counts.older += decided.older;
    for (const list of [decided.created, takenOver, updated, decided.unchanged]) {
        for (const { source } of list) accepted(source);
    }
    for (const rejection of decided.rejected) reject(rejection);
    const keys = createdKeys.get(loader.table) ?? new Set();
    for (const { values } of decided.created) keys.add(values[loader.key[0] ?? ""] ?? null);
    createdKeys.set(loader.table, keys);
}
