import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countAll } from "../../backup/restore/check.ts";
import type { BackupFile } from "../../backup/restore/read.ts";
import { restore } from "../../backup/restore/restore.ts";
import { verifyRestored } from "../../backup/restore/verify.ts";
import { compareVersions } from "../../backup/versions.ts";
import type { Target } from "../../database/target.ts";
import { AppError } from "../../errors.ts";
import type { Context } from "../program.ts";
import { createProgress } from "../progress.ts";
import { countOf } from "../report.ts";
import { showRows } from "./backup.ts";
import { check, describeBackup, type RestoreOptions, showBytes } from "./checked-backup.ts";

/**
 * db:restore --verify: restores a backup into a scratch file, reads all of it again and compares.
 *
 * @throws AppError `corrupt` when what came back is not what was backed up
 */
export async function verifyBackup(context: Context, file: BackupFile, options: RestoreOptions): Promise<void> {
    const { output, root, signal } = context;
    if (options.table || options.replace || options.wal) {
        throw new AppError("usage", "--verify restores everything into a scratch file, and takes no other option", {
            hint: "leave --table, --replace and --wal out",
        });
    }
    const started = performance.now();
    const { progress, end } = await createProgress(output, () => performance.now());
    const folder = await mkdtemp(join(tmpdir(), "db-restore-verify-"));
    const path = join(folder, "scratch.db");
    const target: Target = { kind: "file", path, label: "the scratch database", local: true };
    try {
        const backup = await check(file, progress, signal);
        describeBackup(context, backup, options);
        await restore({
            target,
            file,
            backup,
            choice: { replace: false },
            live: [],
            wait: 0,
            settle: async () => undefined,
            onBytes: (bytes) => showBytes(progress, "restored bytes", bytes, backup.manifest.bytes),
            onNote: (text) => output.note(text),
            signal,
        });
        const { problems, dangling } = await verifyRestored(
            target,
            backup,
            (...rows) => showRows(progress, ...rows),
            signal,
        );
        end();
        if (problems.length > 0) {
            throw new AppError("corrupt", "what came back is not what was backed up", {
                details: problems,
                hint: "take a new backup, and keep this one for whoever looks into it",
            });
        }
        if (dangling > 0) {
            output.note(`${countOf(dangling, "row")} point to rows that are not there, as they did in the database.`);
        }
        const { tables, versions } = backup.manifest;
        const what = `${countOf(countAll(tables), "row")} of ${countOf(tables.length, "table")}`;
        const milliseconds = Math.round(performance.now() - started);
        const standing = await compareVersions(root, versions);
        output.line(
            `Verified ${what}: restored, read again and equal, in ${milliseconds.toLocaleString("en-US")} ms.${standing ? ` ${standing}` : ""}`,
        );
        output.document({ verified: tables, dangling, milliseconds, versions });
    } finally {
        end();
        await rm(folder, { recursive: true, force: true });
    }
}
