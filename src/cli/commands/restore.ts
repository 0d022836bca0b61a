import { rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { readIdentities } from "../../backup/encryption.ts";
import { type CheckedBackup, checkBackup, countAll } from "../../backup/restore/check.ts";
import {
    listNames,
    nothingDone,
    planRestore,
    type RestoreChoice,
    type RestorePlan,
    refuseOccupied,
} from "../../backup/restore/plan.ts";
import { type BackupFile, readBackup, refuseOtherFile } from "../../backup/restore/read.ts";
import { type RestoreInput, readLive, restore, wantedTables } from "../../backup/restore/restore.ts";
import { tryRestore } from "../../backup/restore/trial.ts";
import { compareVersions } from "../../backup/restore/versions.ts";
import type { Connection } from "../../database/connection.ts";
import { DatabaseFault, throwExplained } from "../../database/faults.ts";
import { saveInput, savePipe } from "../../database/scratch-folder.ts";
import type { Target } from "../../database/target.ts";
import { AppError } from "../../errors.ts";
import { describeUnmakeable } from "../../schema/unmakeable.ts";
import { confirmRemote, confirmReplace, confirmReset } from "../confirm.ts";
import { openForWriting, withConnection } from "../open.ts";
import type { Context } from "../program.ts";
import { createProgress, type Progress, showBytes, showRows } from "../progress.ts";
import { countOf, describeSize } from "../report.ts";
import { readVariables } from "../settings.ts";

export interface RestoreOptions {
    readonly table?: readonly string[];
    readonly replace?: boolean;
    readonly verify?: boolean;
    readonly wal?: boolean;
    readonly yes?: boolean;
}

/** db:restore: validates a backup and restores it in one transaction or, with --verify, into a scratch file. */
export async function restoreBackup(context: Context, options: RestoreOptions): Promise<void> {
    const [path, ...more] = context.args;
    if (path === undefined || more.length > 0) {
        const hint = "name a file, or - for standard input";
        throw new AppError("usage", "exactly one backup must be named", { hint });
    }
    const { root, signal } = context;
    const saved =
        path === "-"
            ? await saveInput(process.stdin, "db-restore-", signal)
            : await savePipe(resolve(root, path), path, "db-restore-", signal);
    try {
        const identities = (): Promise<readonly string[]> => readKeys(context);
        const file: BackupFile = { path: saved?.path ?? resolve(root, path), label: path, identities };
        await (options.verify ? verify(context, file, options) : restoreFile(context, file, options));
    } finally {
        await saved?.remove();
    }
}

async function readKeys({ root }: Context): Promise<readonly string[]> {
    const { TURSO_BACKUP_IDENTITY: value } = await readVariables(["TURSO_BACKUP_IDENTITY"], root);
    if (value !== undefined) return readIdentities(value, resolve(root, value));
    throw new AppError("usage", "the backup is encrypted, and TURSO_BACKUP_IDENTITY is not set", {
        hint: "set it to the secret key (`AGE-SECRET-KEY-1…`), or to the path of its key file",
    });
}

async function restoreFile(context: Context, file: BackupFile, options: RestoreOptions): Promise<void> {
    const { output, signal, patience = {} } = context;
    const { config, connection } = await openForWriting(context);
    const { target } = config;
    if (options.wal && target.kind !== "file") {
        connection.close();
        const hint = "leave it out: a server chooses its own journal";
        throw new AppError("usage", "--wal applies only to files", { hint });
    }
    const { progress, end } = await createProgress(output);
    try {
        await withConnection(
            connection,
            async () => {
                const choice: RestoreChoice = { only: options.table, replace: options.replace ?? false };
                await refuseOtherFile(file);
                const live = await readLive(connection);
                refuseOccupied(live, choice);
                const checked = await check(context, file, progress);
                if (options.table) output.field("Tables", options.table.join(", "));
                const plan = planRestore(checked, live, choice);
                await confirmPlan(context, target, plan, options);
                const comparing = await restore({
                    target,
                    file,
                    backup: checked,
                    choice,
                    live,
                    wait: patience.wait ?? 5_000,
                    settle: () => connection.readAll([{ sql: "SELECT 1" }], { settle: true }),
                    onBytes: (bytes) => showBytes(progress, "restored bytes", bytes, checked.manifest.bytes),
                    onRows: (...rows) => showRows(progress, ...rows),
                    onNote: (text) => output.note(text),
                    signal,
                });
                if (options.wal) await setLog(connection);
                end();
                await report(context, checked, choice, comparing);
            },
            nothingDone,
        );
    } catch (error) {
        // Opening has created the file.
        const isEmpty = target.kind === "file" && statSync(target.path, { throwIfNoEntry: false })?.size === 0;
        if (isEmpty) rmSync(target.path);
        throw error instanceof AppError && error.outcome === undefined ? error.withOutcome(nothingDone) : error;
    } finally {
        end();
    }
}

async function setLog(connection: Connection): Promise<void> {
    const outcome =
        "Everything was restored; only the write-ahead log is missing: `PRAGMA journal_mode = WAL` sets it.";
    await connection.runAlone("PRAGMA journal_mode = WAL").catch(throwExplained(connection.target, outcome));
}

async function confirmPlan(
    context: Context,
    target: Target,
    plan: RestorePlan,
    options: RestoreOptions,
): Promise<void> {
    const { output } = context;
    const tables = plan.dropped.filter((name) => name.startsWith("table "));
    if (plan.dropped.length > 0) {
        const names = tables.map((name) => name.slice("table ".length)).join(", ");
        output.field("Drops", `${countOf(plan.dropped.length, "object")}: ${names}`);
        await confirmReset(context, target, options.yes);
    } else if (plan.refilled.length > 0) {
        output.field("Replaces", `the rows of ${listNames(plan.refilled)}`);
        await confirmReplace(context, `The rows of ${listNames(plan.refilled)} in ${target.label}`, options.yes);
    } else await confirmRemote(context, target, options.yes);
}

async function report(
    { output, root, elapsed }: Context,
    checked: CheckedBackup,
    choice: RestoreChoice,
    comparing: number,
): Promise<void> {
    const tables = wantedTables(checked, choice);
    const compared = Math.round(comparing);
    const { database, startedAt, versions } = checked.manifest;
    const milliseconds = Math.round(elapsed());
    const standing = choice.only ? undefined : await compareVersions(root, versions);
    output.field("Compared", `the hashes of the restored rows, in ${compared.toLocaleString("en-US")} ms`);
    output.line(conclude(`Restored ${describeRows(tables)}, in`, milliseconds, standing));
    const from = { database, startedAt };
    const { unmakeable } = checked;
    output.document({ restored: tables, from, comparisonMilliseconds: compared, milliseconds, versions, unmakeable });
}

// Restores into a scratch file and compares every row.
async function verify(context: Context, file: BackupFile, options: RestoreOptions): Promise<void> {
    const { output, root, signal } = context;
    if (options.table || options.replace || options.wal) {
        throw new AppError("usage", "--verify restores everything into a scratch file and accepts no other option", {
            hint: "leave --table, --replace and --wal out",
        });
    }
    const { progress, end } = await createProgress(output);
    try {
        const backup = await check(context, file, progress);
        const { tables, versions, bytes: size } = backup.manifest;
        const onBytes = (bytes: number): void => showBytes(progress, "restored bytes", bytes, size);
        const onRows: RestoreInput["onRows"] = (...rows) => showRows(progress, ...rows);
        const input = { file, backup, onBytes, onRows, onNote: (text: string) => output.note(text), signal };
        const { problems, dangling } = await tryRestore(input);
        end();
        if (problems.length > 0) {
            throw new AppError("corrupt", "the restored database is damaged", {
                details: problems,
                hint: "take a new backup, and keep this one for analysis",
            });
        }
        if (dangling > 0) {
            const verb = dangling === 1 ? "refers" : "refer";
            output.note(`${countOf(dangling, "row")} ${verb} to missing rows, as in the original database.`);
        }
        const milliseconds = Math.round(context.elapsed());
        const standing = await compareVersions(root, versions);
        const verdict = `Verified ${describeRows(tables)}: restored, compared and equal, in`;
        output.line(conclude(verdict, milliseconds, standing));
        output.document({ verified: tables, dangling, milliseconds, versions, unmakeable: backup.unmakeable });
    } finally {
        end();
    }
}

// Reads the whole backup, compares it with its manifest, and prints a summary.
async function check(
    { output, signal }: Context,
    file: BackupFile,
    progress: Progress["progress"],
): Promise<CheckedBackup> {
    const size = statSync(file.path, { throwIfNoEntry: false })?.size ?? 0;
    // The unpacked size is only known at the end; SQL compresses to about a fifth.
    const backup = await checkBackup(readBackup(file), (bytes) => {
        if (signal.aborted) throw new DatabaseFault("interrupted", "interrupted");
        showBytes(progress, "checked bytes", bytes, Math.max(bytes, size * 5));
    });
    const { database, startedAt, tables, only, bytes } = backup.manifest;
    output.field("Backup", `of ${database}, ${startedAt}${only === null ? "" : `, only ${only.join(", ")}`}`);
    const what = `${describeRows(tables)}, ${describeSize(bytes)} of SQL`;
    output.field("Checked", `${what}: seal, rows and hashes match`);
    for (const object of backup.unmakeable) output.warn(describeUnmakeable(object));
    return backup;
}

function describeRows(tables: CheckedBackup["manifest"]["tables"]): string {
    return `${countOf(countAll(tables), "row")} of ${countOf(tables.length, "table")}`;
}

function conclude(what: string, milliseconds: number, standing: string | undefined): string {
    return `${what} ${milliseconds.toLocaleString("en-US")} ms.${standing ? ` ${standing}` : ""}`;
}
