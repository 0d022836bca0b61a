import { setTimeout as sleep } from "node:timers/promises";
import type { Connection, Row, Transaction } from "../../database/connection.ts";
import { DatabaseFault, explainFault, toFault } from "../../database/faults.ts";
import { openConnection } from "../../database/open.ts";
import type { Target } from "../../database/target.ts";
import { AppError } from "../../errors.ts";
import { quoteName } from "../../sql/quoting.ts";
import type { TableSummary } from "../format.ts";
import { readSome, type SchemaObject } from "../layout.ts";
import { damaged } from "../seal.ts";
import { findSequence, renderRaisedSequence } from "../statements.ts";
import type { CheckedBackup } from "./check.ts";
import { countViolations, refuseNewViolations, refuseOtherColumns } from "./fitting.ts";
import { nothingDone, planRestore, type RestoreChoice, type RestorePlan } from "./plan.ts";
import { type BackupFile, type BackupStatement, readBackup } from "./read.ts";
import { compareTables, readSummaries } from "./verify.ts";

export interface RestoreInput {
    readonly target: Target;
    readonly file: BackupFile;
    readonly backup: CheckedBackup;
    readonly choice: RestoreChoice;
    /** What was in the database when the plan was shown. */
    readonly live: readonly SchemaObject[];
    /** How long another program that writes to a file is waited for, in milliseconds. */
    readonly wait: number;
    /** Waits until no transaction that was begun before can be committed any more. */
    readonly settle: () => Promise<unknown>;
    readonly onBytes: (bytes: number) => void;
    readonly onNote: (text: string) => void;
    readonly signal?: AbortSignal | undefined;
}

/** What is in a database, as far as a restore must know it. */
export const selectLive =
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' " +
    "AND name NOT LIKE 'libsql\\_vector\\_meta\\_shadow%' ESCAPE '\\' ORDER BY rowid";

/** Reads what is in a database. @throws DatabaseFault */
export async function readLive(connection: Connection): Promise<SchemaObject[]> {
    const [result] = await connection.readAll([{ sql: selectLive }]);
    if (!result?.ok) throw new DatabaseFault("sql", result?.message ?? "");
    return result.rows.map((row: Row) => toObject([row.type, row.name, row.tbl_name, row.sql]));
}

/**
 * Restores a checked backup in one transaction.
 *
 * @throws AppError with an `outcome` that says what the database is now
 */
export async function restore(input: RestoreInput): Promise<RestorePlan> {
    const { target, backup, live, choice } = input;
    const plan = planRestore(backup, live, choice);
    const connection = await openConnection(target, input.signal, { lock: lockWait });
    let writer: Transaction | undefined;
    let isSent = false;
    try {
        writer = await begin(connection, input);
        await refuseChanged(writer, live);
        const violations = await countViolations(writer, plan);
        await refuseOtherColumns(writer, backup, plan);
        for (const sql of plan.before) await writer.run(sql);
        await writeParts(writer, input, plan);
        for (const sql of plan.after) await writer.run(sql);
        if (!choice.only) await restoreUserVersion(writer, input);
        await refuseMissingRows(writer, wantedTables(backup, choice));
        await refuseNewViolations(writer, plan, violations);
        if (input.signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
        isSent = true;
        await writer.commit();
        return plan;
    } catch (error) {
        await writer?.close();
        if (error instanceof AppError) throw error.outcome === undefined ? error.withOutcome(nothingDone) : error;
        const fault = toFault(error);
        const isRestored = isSent && fault.isAmbiguous ? await look(input) : false;
        if (!isRestored) throw explain(fault, target, isRestored);
        input.onNote(`The reply was lost (${fault.message}), but everything is restored.`);
        return plan;
    } finally {
        await writer?.close();
        connection.close();
    }
}

/** The tables that a restore brings. */
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
        if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
        if (part.kind === "end") {
            // The very bytes that were checked before the first row was written.
            if (part.seal !== backup.seal) throw damaged("it was changed while it was being restored");
            continue;
        }
        for (const sql of listStatements(part, plan)) await writer.run(sql);
        bytes += part.sql.length;
        onBytes(bytes);
    }
}

// An id that was given before the backup is not given again either.
function listStatements({ note, sql }: BackupStatement, { wants, counted }: RestorePlan): string[] {
    const { does, table = "" } = note;
    const last = does === "sequence" && counted.includes(table) ? findSequence(table, sql) : undefined;
    if (last !== undefined) return renderRaisedSequence(table, last);
    return wants(note) ? [sql.toString()] : [];
}

async function restoreUserVersion(writer: Transaction, { backup, live, onNote }: RestoreInput): Promise<void> {
    const { userVersion } = backup.manifest;
    // What is replaced may have had one.
    if (userVersion === null || (userVersion === 0 && live.length === 0)) return;
    const refusal = await writer.tryRun(`PRAGMA user_version = ${userVersion}`);
    if (refusal === undefined || userVersion === 0) return;
    onNote(`The server does not take PRAGMA user_version, which was ${userVersion}.`);
}

async function refuseChanged(writer: Transaction, live: readonly SchemaObject[]): Promise<void> {
    const now = (await readSome(writer, selectLive)).map(toObject);
    if (JSON.stringify(now) === JSON.stringify(live)) return;
    throw new AppError("would-lose", "the tables of the database changed since they were looked at", {
        hint: "find out who deploys to it, then run it again",
        outcome: nothingDone,
    });
}

/** How many tables one query counts. */
const countedAtOnce = 100;

async function refuseMissingRows(writer: Transaction, tables: readonly TableSummary[]): Promise<void> {
    for (let from = 0; from < tables.length; from += countedAtOnce) {
        const some = tables.slice(from, from + countedAtOnce);
        const [counts = []] = await readSome(
            writer,
            `SELECT ${some.map(({ name }) => `(SELECT count(*) FROM ${quoteName(name)})`).join(", ")}`,
        );
        const at = some.findIndex(({ rows }, index) => Number(counts[index]) !== rows);
        if (at === -1) continue;
        throw new AppError(
            "corrupt",
            `'${some[at]?.name}' has ${counts[at]} rows after the restore, and should have ${some[at]?.rows}`,
            {
                hint: "this is a defect of the program; please report it with these lines",
            },
        );
    }
}

/** In SQLite's own wait nothing else happens, not even Ctrl-C: it is short, and repeated. In milliseconds. */
const lockWait = 1_000;

// Foreign keys are off, for rows come in any order. Rows that break a CHECK come back as they were.
async function begin(connection: Connection, { wait, onNote, signal }: RestoreInput): Promise<Transaction> {
    const until = performance.now() + wait;
    for (let tries = 0; ; tries++) {
        try {
            return await connection.begin("write", { foreignKeysOff: true, checksOff: true });
        } catch (error) {
            if (toFault(error).kind !== "busy" || performance.now() > until) throw error;
            if (tries === 0) onNote("Waiting: another program writes to the database");
            await sleep(100);
            if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted", error);
        }
    }
}

// The reply to COMMIT was lost: what is there decides, and nothing is sent twice. Undefined where nothing could be read.
async function look({ target, backup, choice, settle, signal }: RestoreInput): Promise<boolean | undefined> {
    if (signal?.aborted) return undefined;
    try {
        await settle();
        const wanted = wantedTables(backup, choice);
        const names = wanted.map(({ name }) => name);
        const found = await readSummaries(target, lockWait, names, () => undefined);
        return compareTables(wanted, found).length === 0;
    } catch {
        return undefined;
    }
}

function explain(fault: DatabaseFault, target: Target, isRestored: false | undefined): AppError {
    const error = explainFault(fault, target);
    if (isRestored === undefined) {
        return error.withOutcome("All of it was restored, or nothing: `pnpm db:status` tells.");
    }
    const isTooLarge = fault.variant === "too-large" || (fault.kind === "sql" && /too big/.test(fault.message));
    if (fault.kind !== "transaction-timeout" && !isTooLarge) return error.withOutcome(nothingDone);
    const message = isTooLarge
        ? `${target.label} does not take a row of this backup (${fault.message})`
        : `${target.label} ended the transaction before all was restored (${fault.message})`;
    const byFile =
        "restore into a file (`TURSO_DATABASE_URL=file:restored.db pnpm db:restore --wal FILE`) " +
        "and make a database of that: `turso db create <name> --from-file restored.db`";
    return new AppError(fault.kind, message, {
        hint: isTooLarge ? byFile : `restore when nobody else writes to it; or ${byFile}`,
        outcome: nothingDone,
        cause: fault,
    });
}

function toObject([type, name, table, sql]: readonly unknown[]): SchemaObject {
    return { type: String(type) as SchemaObject["type"], name: String(name), table: String(table), sql: String(sql) };
}
