import { statSync } from "node:fs";
import { type CheckedBackup, checkBackup, countAll } from "../../backup/restore/check.ts";
import { type BackupFile, readBackup } from "../../backup/restore/read.ts";
import { DatabaseFault } from "../../database/faults.ts";
import type { Context } from "../program.ts";
import type { Progress } from "../progress.ts";
import { countOf } from "../report.ts";
import { describeSize } from "./backup.ts";

export interface RestoreOptions {
    readonly table?: readonly string[];
    readonly replace?: boolean;
    readonly verify?: boolean;
    readonly wal?: boolean;
    readonly yes?: boolean;
}

/** Reads a backup to its end and compares it with what it says of itself. */
export function check(file: BackupFile, progress: Progress["progress"], signal: AbortSignal): Promise<CheckedBackup> {
    const size = findSize(file.path);
    // How long it is unpacked is said at its end only; SQL packs to about a fifth.
    return checkBackup(readBackup(file), (bytes) => {
        if (signal.aborted) throw new DatabaseFault("interrupted", "interrupted");
        showBytes(progress, "checked bytes", bytes, Math.max(bytes, size * 5));
    });
}

/** What has fewer bytes is done before anybody looks. */
const shownFrom = 1_000_000;

/** Shows how far a restore is, where that takes a while. */
export function showBytes(progress: Progress["progress"], what: string, bytes: number, of: number): void {
    if (of >= shownFrom) progress(what, bytes, of);
}

// Whoever reads it says why it cannot be read.
function findSize(path: string): number {
    try {
        return statSync(path).size;
    } catch {
        return 0;
    }
}

/** Prints what a backup is of. */
export function describeBackup({ output }: Context, { manifest }: CheckedBackup, { table }: RestoreOptions): void {
    const { database, startedAt, tables, only, bytes } = manifest;
    const part = only === null ? "" : `, only ${only.join(", ")}`;
    output.field("Backup", `of ${database}, ${startedAt}${part}`);
    const what = `${countOf(countAll(tables), "row")} of ${countOf(tables.length, "table")}, ${describeSize(bytes)} of SQL`;
    output.field("Checked", `${what}: seal, rows and hashes are as they were written`);
    if (table) output.field("Tables", table.join(", "));
}
