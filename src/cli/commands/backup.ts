import { basename, dirname } from "node:path";
import { type BackupResult, takeBackup } from "../../backup/backup.ts";
import { nameBackup, nameSeries } from "../../backup/names.ts";
import { countAll } from "../../backup/restore/check.ts";
import { findClockGap, listPruned, prune } from "../../backup/retention.ts";
import { type BackupSettings, backupVariables, findPath, readBackupSettings } from "../../backup/settings.ts";
import { beginFile, handOver } from "../../backup/sink.ts";
import { DatabaseFault, explainFault } from "../../database/faults.ts";
import type { Target } from "../../database/target.ts";
import { readProject } from "../../drift/status.ts";
import { AppError } from "../../errors.ts";
import { describeUnmakeable } from "../../schema/unmakeable.ts";
import { openExisting, withConnection } from "../open.ts";
import type { Context } from "../program.ts";
import { createProgress, showRows } from "../progress.ts";
import { countOf, describeCost, describeSize } from "../report.ts";
import { environmentFor, readVariables } from "../settings.ts";

export interface BackupOptions {
    readonly table?: readonly string[];
    readonly prune?: boolean;
    readonly dryRun?: boolean;
    /** Prune by a clock that is far ahead of the newest backup. */
    readonly yes?: boolean;
}

/** db:backup: writes a database, or some of its tables, into a file that standard tools can read. */
export async function backup(context: Context, options: BackupOptions, now = () => new Date()): Promise<void> {
    const { root, args } = context;
    if (args.length > 1) throw new AppError("usage", "more than one file or folder is named", { hint: "name one" });
    const settings = await readBackupSettings(root, args[0], await readVariables(backupVariables, root));
    refusePruning(settings, options);
    const connection = await openExisting(context, "read");
    const { target } = connection;
    // takeBackup() opens the database itself; this connection waits for it as long as --wait allows.
    await withConnection(
        connection,
        () => connection.readAll([{ sql: "SELECT 1 FROM sqlite_schema LIMIT 1" }]),
        noBackup,
    );
    const takenAt = now();
    const series = nameSeries(target, options.table, root);
    const name = nameBackup({ series, takenAt }, settings.recipients.length > 0);
    const place: Place = { settings, series, name, path: findPath(settings.destination, name), takenAt };
    await checkClock(context, place, options);
    if (options.dryRun) return showPlan(context, place, options);
    const result = await take(context, target, place, options, now);
    try {
        await deliver(context, place, result);
    } finally {
        await result.file.leave();
    }
    const pruned = options.prune && place.path !== undefined ? await prune(dirname(place.path), series, takenAt) : [];
    report(context, result, place, pruned);
}

const noBackup = "No backup was written.";

/** Destination and name of a backup. */
interface Place {
    readonly settings: BackupSettings;
    readonly series: string;
    readonly name: string;
    /** Undefined if it is sent to a command. */
    readonly path: string | undefined;
    readonly takenAt: Date;
}

function refusePruning({ destination }: BackupSettings, options: BackupOptions): void {
    if (!options.prune || destination.kind === "folder") return;
    const why =
        destination.kind === "command" ? "TURSO_BACKUP_COMMAND keeps the backups" : "a file was named, not a folder";
    throw new AppError("usage", `--prune needs a folder: ${why}`, { hint: "leave --prune out, or name a folder" });
}

// A clock that is ahead for one run would otherwise remove what the next weeks keep.
async function checkClock({ output }: Context, place: Place, { prune, dryRun, yes }: BackupOptions): Promise<void> {
    if (!prune || yes || place.path === undefined) return;
    const newest = await findClockGap(dirname(place.path), place.series, place.takenAt);
    if (newest === undefined) return;
    const days = Math.floor((place.takenAt.getTime() - newest.getTime()) / 86_400_000);
    const message = `the clock says ${place.takenAt.toISOString()}, ${days} days after the backup before (${newest.toISOString()})`;
    const hint = "correct the clock, or, if it is right, run the command with --yes";
    if (dryRun) return output.warn(`${message}: without --dry-run, --prune needs --yes`);
    throw new AppError("not-confirmed", `--prune was refused: ${message}`, { hint, outcome: noBackup });
}

async function take(
    context: Context,
    target: Target,
    { settings, path, name }: Place,
    options: BackupOptions,
    now: () => Date,
): Promise<BackupResult> {
    const { output, signal, patience = {} } = context;
    const { progress, end } = await createProgress(output);
    const { destination, recipients } = settings;
    const project = await readProject(context.root);
    const mayMake = destination.kind === "folder" && destination.mayMake;
    try {
        return await takeBackup({
            target,
            only: options.table,
            recipients,
            writtenBy: `${project.name} ${project.version}`,
            schemaVersion: project.schemaVersion,
            lock: patience.wait ?? 5_000,
            onRows: (...rows) => showRows(progress, ...rows),
            onTorn: (reason) => output.note(`Waiting: ${reason}`),
            begin: () => beginFile(path, name, mayMake),
            now,
            signal,
        });
    } catch (error) {
        if (error instanceof DatabaseFault) throw explainFault(error, target).withOutcome(noBackup);
        if (error instanceof AppError && error.outcome === undefined) throw error.withOutcome(noBackup);
        throw error;
    } finally {
        end();
    }
}

async function deliver(
    { output, signal }: Context,
    { settings: { destination }, name }: Place,
    { file }: BackupResult,
): Promise<void> {
    await file.keep();
    if (destination.kind !== "command") return;
    const say = (line: string): void => output.note(line);
    await handOver(file.path, destination.command, environmentFor({ BACKUP_NAME: name }), say, signal).catch(
        (error: unknown) => {
            throw error instanceof AppError ? error.withOutcome("The backup may not have been stored.") : error;
        },
    );
}

async function showPlan({ output }: Context, place: Place, options: BackupOptions): Promise<void> {
    const { series, path, name, takenAt } = place;
    output.field("Would be", path ?? `${name}, on the input of TURSO_BACKUP_COMMAND`);
    const pruned =
        options.prune && path !== undefined ? await listPruned(dirname(path), series, takenAt, [basename(path)]) : [];
    for (const old of pruned) output.field("Would go", old);
    output.line("Dry run: no backup was written, and nothing was removed.");
    output.document({ dryRun: true, backup: path ?? name, pruned });
}

function report(
    { output, elapsed }: Context,
    { manifest, size, requests, rowsRead, unmakeable }: BackupResult,
    { path, name }: Place,
    pruned: readonly string[],
): void {
    const milliseconds = Math.round(elapsed());
    output.field("Backup", path ?? `${name}, stored by TURSO_BACKUP_COMMAND`);
    for (const old of pruned) output.field("Removed", old);
    for (const object of unmakeable) output.warn(describeUnmakeable(object));
    const what = `${countOf(countAll(manifest.tables), "row")} of ${countOf(manifest.tables.length, "table")}`;
    const took = describeCost({ milliseconds, requests, rowsRead });
    output.line(`Backed up ${what}, ${describeSize(size)}, in ${took}.`);
    output.document({ backup: path ?? name, size, milliseconds, requests, rowsRead, pruned, unmakeable, ...manifest });
}
