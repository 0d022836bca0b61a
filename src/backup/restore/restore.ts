import { setTimeout as sleep } from "node:timers/promises";
import type { Connection, ReadTransaction, Row, Transaction } from "../../database/connection.ts";
import { DatabaseFault, explainFault, throwExplained, toFault } from "../../database/faults.ts";
import { throwIfInterrupted } from "../../database/interrupt.ts";
import { openConnection } from "../../database/open.ts";
import type { Target } from "../../database/target.ts";
import { AppError } from "../../errors.ts";
import { quoteName } from "../../sql/quoting.ts";
import type { TableSummary } from "../format.ts";
import { readSome, type SchemaObject } from "../layout.ts";
import { damaged } from "../seal.ts";
import { findSequence, renderRaisedSequence } from "../statements.ts";
import { type CheckedBackup, findSame } from "./check.ts";
import { countViolations, refuseNewViolations, refuseOtherColumns } from "./fitting.ts";
import { nothingDone, planRestore, type RestoreChoice, type RestorePlan } from "./plan.ts";
import { type BackupFile, type BackupStatement, readBackup } from "./read.ts";
import { compareRows, type RowComparison, withSnapshot } from "./verify.ts";

export interface RestoreInput {
    readonly target: Target;
    readonly file: BackupFile;
    readonly backup: CheckedBackup;
    readonly choice: RestoreChoice;
    /** The objects of the database when the plan was shown. */
    readonly live: readonly SchemaObject[];
    /** How long to wait for another program that writes to a file, in milliseconds. */
    readonly wait: number;
    /** Waits until no earlier transaction can still be committed. */
    readonly settle: () => Promise<unknown>;
    readonly onBytes: (bytes: number) => void;
    /** Called while the restored rows are compared. */
    readonly onRows: (table: string, done: number, of: number) => void;
    readonly onNote: (text: string) => void;
    readonly signal?: AbortSignal | undefined;
}

/** Selects the objects that a restore may have to replace. */
export const selectLive =
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' " +
    "AND name NOT LIKE 'libsql\\_vector\\_meta\\_shadow%' ESCAPE '\\' ORDER BY rowid";

/**
 * Reads the objects of a database.
 * @throws DatabaseFault
 */
export async function readLive(connection: Connection): Promise<SchemaObject[]> {
    const [result] = await connection.readAll([{ sql: selectLive }]);
    if (!result?.ok) throw new DatabaseFault("sql", result?.message ?? "");
    return result.rows.map((row: Row) => toObject([row.type, row.name, row.tbl_name, row.sql]));
}

/**
 * Restores a checked backup in one transaction, and compares the hashes of its rows: in a file before they are committed, on a
 * server afterwards, because it ends a long transaction when another program waits for it.
 *
 * @returns how long that comparison took, in milliseconds
 * @throws AppError whose `outcome` says what the database is now
 */
export async function restore(input: RestoreInput): Promise<number> {
    const { target, choice } = input;
    const { comparison, milliseconds } = await write(input);
    if (target.kind === "file") return milliseconds;
    const from = performance.now();
    const compare = (snapshot: ReadTransaction) => compareRows(snapshot, comparison);
    const differences = await withSnapshot(target, lockWait, comparison.signal, compare).catch(
        throwExplained(target, "Everything was restored; only its rows were not compared with the backup."),
    );
    refuseDifferent(
        differences,
        choice,
        "Everything was restored. Another program may have changed these tables since.",
    );
    return performance.now() - from;
}

async function write(input: RestoreInput): Promise<{ comparison: RowComparison; milliseconds: number }> {
    const { target, backup, live, choice, onRows, signal } = input;
    const plan = planRestore(backup, live, choice);
    const connection = await openConnection(target, input.signal, { lock: lockWait });
    let writer: Transaction | undefined;
    let comparison: RowComparison = { wanted: wantedTables(backup, choice), columns: new Map(), onRows, signal };
    let isSent = false;
    let milliseconds = 0;
    try {
        writer = await begin(connection, input);
        await refuseChanged(writer, live);
        const violations = await countViolations(writer, plan);
        comparison = { ...comparison, columns: await refuseOtherColumns(writer, backup, plan) };
        for (const sql of plan.before) await writer.run(sql);
        await writeParts(writer, input, plan);
        for (const sql of plan.after) await writer.run(sql);
        if (!choice.only) await restoreUserVersion(writer, input);
        await refuseMissingRows(writer, comparison.wanted, choice);
        const from = performance.now();
        if (target.kind === "file") refuseDifferent(await compareRows(writer, comparison), choice);
        milliseconds = performance.now() - from;
        await refuseNewViolations(writer, plan, violations);
        throwIfInterrupted(input.signal);
        isSent = true;
        await writer.commit();
        return { comparison, milliseconds };
    } catch (error) {
        await writer?.close();
        if (error instanceof AppError) throw error.outcome === undefined ? error.withOutcome(nothingDone) : error;
        const fault = toFault(error);
        const isRestored = isSent && fault.isAmbiguous ? await look(input, comparison) : false;
        if (!isRestored) throw explain(fault, target, isRestored);
        input.onNote(`The reply was lost (${fault.message}), but everything is restored.`);
        return { comparison, milliseconds };
    } finally {
        await writer?.close();
        connection.close();
    }
}

/** Lists the tables that a restore writes. */
export function wantedTables({ manifest }: CheckedBackup, { only }: RestoreChoice): readonly TableSummary[] {
    return only ? manifest.tables.filter(({ name }) => only.includes(name)) : manifest.tables;
}

async function writeParts(
    writer: Transaction,
    { file, backup, onBytes, signal }: RestoreInput,
    plan: RestorePlan,
): Promise<void> {
    let bytes = 0;
    for await (const part of readBackup(file)) {
        throwIfInterrupted(signal);
        if (part.kind === "end") {
            // The bytes that were checked before the first row was written.
            if (part.seal !== backup.seal) throw damaged("it was changed while it was being restored");
            continue;
        }
        for (const sql of listStatements(part, plan, backup)) await writer.run(sql);
        bytes += part.sql.length;
        onBytes(bytes);
    }
}

// An id that was used before the backup is not used again.
function listStatements(
    { note, sql }: BackupStatement,
    { wants, counted }: RestorePlan,
    { unmakeable }: CheckedBackup,
): string[] {
    const { does, table = "" } = note;
    const last = does === "sequence" && counted.includes(table) ? findSequence(table, sql) : undefined;
    if (last !== undefined) return renderRaisedSequence(table, last);
    if (!wants(note)) return [];
    const other = findSame(unmakeable, { type: does, name: note.name });
    return other ? [other.sql ?? []].flat() : [sql.toString()];
}

async function restoreUserVersion(writer: Transaction, { backup, live, onNote }: RestoreInput): Promise<void> {
    const { userVersion } = backup.manifest;
    // The replaced database may have had one.
    if (userVersion === null || (userVersion === 0 && live.length === 0)) return;
    const refusal = await writer.tryRun(`PRAGMA user_version = ${userVersion}`);
    if (refusal === undefined || userVersion === 0) return;
    onNote(`The server does not accept PRAGMA user_version, which was ${userVersion}.`);
}

async function refuseChanged(writer: Transaction, live: readonly SchemaObject[]): Promise<void> {
    const now = (await readSome(writer, selectLive)).map(toObject);
    if (JSON.stringify(now) === JSON.stringify(live)) return;
    throw new AppError("would-lose", "the schema of the database changed after the plan was shown", {
        hint: "find out which program deploys to it, then run it again",
        outcome: nothingDone,
    });
}

/** How many tables one query counts. */
const countedAtOnce = 100;

async function refuseMissingRows(
    writer: Transaction,
    tables: readonly TableSummary[],
    choice: RestoreChoice,
): Promise<void> {
    for (let from = 0; from < tables.length; from += countedAtOnce) {
        const some = tables.slice(from, from + countedAtOnce);
        const counters = some.map(({ name }) => `(SELECT count(*) FROM ${quoteName(name)})`);
        const [counts = []] = await readSome(writer, `SELECT ${counters.join(", ")}`);
        const others = some.map(({ name, rows }, at) =>
            Number(counts[at]) === rows ? "" : `'${name}' has ${counts[at]} rows instead of ${rows}`,
        );
        refuseDifferent(
            others.filter((text) => text !== ""),
            choice,
        );
    }
}

function refuseDifferent(details: readonly string[], { only }: RestoreChoice, outcome = nothingDone): void {
    if (details.length === 0) return;
    throw new AppError("corrupt", "the database does not store the rows of the backup as they were", {
        details,
        hint: only
            ? "compare the types of its columns with those in the backup, or restore into an empty database"
            : "use another backup: the tables of this one change their own rows",
        outcome,
    });
}

/** SQLite's own wait blocks everything, even Ctrl-C: it is short, and repeated. In milliseconds. */
const lockWait = 1_000;

// Rows come in any order, and rows that break a CHECK are restored as they were.
async function begin(connection: Connection, { wait, onNote, signal }: RestoreInput): Promise<Transaction> {
    const until = performance.now() + wait;
    for (let tries = 0; ; tries++) {
        try {
            return await connection.begin("write", { foreignKeysOff: true, checksOff: true });
        } catch (error) {
            if (toFault(error).kind !== "busy" || performance.now() > until) throw error;
            if (tries === 0) onNote("Waiting: another program writes to the database");
            await sleep(100);
            throwIfInterrupted(signal, error);
        }
    }
}

// The reply to COMMIT was lost: nothing is sent twice, the rows are read. Undefined where they could not be read.
async function look({ target, settle }: RestoreInput, comparison: RowComparison): Promise<boolean | undefined> {
    if (comparison.signal?.aborted) return undefined;
    try {
        await settle();
        const compare = (snapshot: ReadTransaction) => compareRows(snapshot, comparison);
        return (await withSnapshot(target, lockWait, comparison.signal, compare)).length === 0;
    } catch {
        return undefined;
    }
}

function explain(fault: DatabaseFault, target: Target, isRestored: false | undefined): AppError {
    const error = explainFault(fault, target);
    if (isRestored === undefined) {
        return error.withOutcome("Either everything was restored, or nothing: `pnpm db:status` shows which.");
    }
    const isTooLarge = fault.variant === "too-large" || (fault.kind === "sql" && /too big/.test(fault.message));
    if (fault.kind !== "transaction-timeout" && !isTooLarge) return error.withOutcome(nothingDone);
    const message = isTooLarge
        ? `${target.label} does not accept a row of this backup (${fault.message})`
        : `${target.label} ended the transaction before everything was restored (${fault.message})`;
    const byFile =
        "restore into a file (`TURSO_DATABASE_URL=file:restored.db pnpm db:restore --wal FILE`) " +
        "and create a database from that: `turso db create <name> --from-file restored.db`";
    return new AppError(fault.kind, message, {
        hint: isTooLarge ? byFile : `restore when no other program writes to it; or ${byFile}`,
        outcome: nothingDone,
        cause: fault,
    });
}

function toObject([type, name, table, sql]: readonly unknown[]): SchemaObject {
    return { type: String(type) as SchemaObject["type"], name: String(name), table: String(table), sql: String(sql) };
}
