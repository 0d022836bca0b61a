import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { findBackupName } from "./names.ts";
import { planPruning } from "./retention.ts";

/** Lists the backups of a series in a folder that are no longer kept; `coming` are names that will be there, too. */
export async function listPruned(
    folder: string,
    series: string,
    now: Date,
    coming: readonly string[] = [],
): Promise<string[]> {
    const files = await readdir(folder, { withFileTypes: true }).catch(() => []);
    // A folder or a link of such a name was not made by a backup.
    const names = files.filter((file) => file.isFile()).map(({ name }) => name);
    return planPruning([...names, ...coming], series, now);
}

/** Removes the backups of a series that are no longer kept, and gives their names. */
export async function prune(folder: string, series: string, now: Date): Promise<string[]> {
    const names = await listPruned(folder, series, now);
    await removeForgotten(folder, series, now);
    // Another run may be removing the same ones.
    for (const name of names) await rm(join(folder, name), { force: true });
    return names;
}

/** After this long, in milliseconds, a file without its name belongs to a run that was ended. */
const forgottenLimit = 24 * 3_600_000;

async function removeForgotten(folder: string, series: string, now: Date): Promise<void> {
    for (const name of await readdir(folder)) {
        const [, own] = /^(.+)\.\d+\.partial$/.exec(name) ?? [];
        if (own === undefined || findBackupName(own)?.series !== series) continue;
        const facts = await stat(join(folder, name)).catch(() => undefined);
        const isOld = facts?.isFile() && now.getTime() - facts.mtimeMs > forgottenLimit;
        if (isOld) await rm(join(folder, name), { force: true });
    }
}
