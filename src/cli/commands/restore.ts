import { rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { isSecretKey, readIdentities } from "../../backup/encryption.ts";
import { type CheckedBackup, countAll } from "../../backup/restore/check.ts";
import {
    listNames,
    nothingDone,
    planRestore,
    type RestoreChoice,
    type RestorePlan,
    refuseOccupied,
} from "../../backup/restore/plan.ts";
import type { BackupFile } from "../../backup/restore/read.ts";
import { readLive, restore as restoreInto, wantedTables } from "../../backup/restore/restore.ts";
import { spoolInput } from "../../backup/spool.ts";
import { compareVersions } from "../../backup/versions.ts";
import type { Connection } from "../../database/connection.ts";
import { explainFault, toFault } from "../../database/faults.ts";
import type { Target } from "../../database/target.ts";
import { AppError } from "../../errors.ts";
import { type Context, confirmRemote, confirmReplace, confirmReset, openForWriting } from "../program.ts";
import { createProgress } from "../progress.ts";
import { countOf } from "../report.ts";
import { withConnection } from "../run-prepared.ts";
import { readVariables } from "../settings.ts";
import { check, describeBackup, type RestoreOptions, showBytes } from "./checked-backup.ts";

/** db:restore: checks a backup and writes it into a database, in one transaction; or, with --verify, into a scratch file. */
export async function restore(context: Context, options: RestoreOptions): Promise<void> {
    const [path, ...more] = context.args;
    if (path === undefined || more.length > 0) {
        throw new AppError("usage", "one backup has to be named", { hint: "name a file, or - for standard input" });
    }
    const input =
        path === "-"
            ? await spoolInput(process.stdin, context.signal)
            : { path: resolve(context.root, path), remove: async () => undefined };
    try {
        const file: BackupFile = { path: input.path, label: path, identities: () => readKeys(context) };
        if (options.verify) await (await import("./verify-backup.ts")).verifyBackup(context, file, options);
        else await restoreFile(context, file, options);
    } finally {
        await input.remove();
    }
}

async function readKeys({ root, output }: Context): Promise<readonly string[]> {
    const { TURSO_BACKUP_IDENTITY: value } = await readVariables(["TURSO_BACKUP_IDENTITY"], root);
    if (value !== undefined && isSecretKey(value)) output.hide(value);
    if (value !== undefined) return readIdentities(value, resolve(root, value));
    throw new AppError("usage", "the backup is encrypted, and TURSO_BACKUP_IDENTITY is not set", {
        hint: "set it to the secret key (`AGE-SECRET-KEY-1…`), or to the path of its key file",
    });
}

async function restoreFile(context: Context, file: BackupFile, options: RestoreOptions): Promise<void> {
    const { output, signal, patience = {} } = context;
    const started = performance.now();
    const { config, connection, undo } = await openTarget(context);
    const { target } = config;
    if (options.wal && target.kind !== "file") {
        connection.close();
        throw new AppError("usage", "--wal is for files", { hint: "leave it out: a server chooses its own journal" });
    }
    const { progress, end } = await createProgress(output, () => performance.now());
    try {
        await withConnection(connection, async () => {
            const choice: RestoreChoice = { only: options.table, replace: options.replace ?? false };
            const live = await readLive(connection);
            refuseOccupied(live, choice);
            const checked = await check(file, progress, signal);
            describeBackup(context, checked, options);
            const plan = planRestore(checked, live, choice);
            await confirmPlan(context, target, plan, options);
            await restoreInto({
                target,
                file,
                backup: checked,
                choice,
                live,
                wait: patience.wait ?? 5_000,
                settle: () => connection.readAll([{ sql: "SELECT 1" }], { settle: true }),
                onBytes: (bytes) => showBytes(progress, "restored bytes", bytes, checked.manifest.bytes),
                onNote: (text) => output.note(text),
                signal,
            });
            if (options.wal) await setLog(connection);
            end();
            await report(context, checked, choice, Math.round(performance.now() - started));
        });
    } catch (error) {
        undo();
        throw error instanceof AppError && error.outcome === undefined ? error.withOutcome(nothingDone) : error;
    } finally {
        end();
    }
}

async function setLog(connection: Connection): Promise<void> {
    await connection.runAlone("PRAGMA journal_mode = WAL").catch((error: unknown) => {
        throw explainFault(toFault(error), connection.target).withOutcome(
            "Everything was restored; only the write-ahead log is missing: `PRAGMA journal_mode = WAL` sets it.",
        );
    });
}

// A file is made when it is opened. One that was not there before is not left behind empty.
async function openTarget(context: Context) {
    const opened = await openForWriting(context);
    const { target } = opened.config;
    return {
        ...opened,
        undo: () => {
            if (target.kind === "file" && statSync(target.path, { throwIfNoEntry: false })?.size === 0)
                rmSync(target.path);
        },
    };
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
        output.field(
            "Drops",
            `${countOf(plan.dropped.length, "object")}: ${tables.map((name) => name.slice("table ".length)).join(", ")}`,
        );
        await confirmReset(context, target, options.yes ?? false);
    } else if (plan.refilled.length > 0) {
        output.field("Replaces", `the rows of ${listNames(plan.refilled)}`);
        await confirmReplace(
            context,
            `The rows of ${listNames(plan.refilled)} in ${target.label}`,
            options.yes ?? false,
        );
    } else await confirmRemote(context, target, options.yes ?? false);
}

async function report(
    { output, root }: Context,
    checked: CheckedBackup,
    choice: RestoreChoice,
    milliseconds: number,
): Promise<void> {
    const tables = wantedTables(checked, choice);
    const what = `${countOf(countAll(tables), "row")} of ${countOf(tables.length, "table")}`;
    const versions = choice.only ? undefined : await compareVersions(root, checked.manifest.versions);
    output.line(`Restored ${what}, in ${milliseconds.toLocaleString("en-US")} ms.${versions ? ` ${versions}` : ""}`);
    const { database, startedAt } = checked.manifest;
    output.document({
        restored: tables,
        from: { database, startedAt },
        milliseconds,
        versions: checked.manifest.versions,
    });
}
