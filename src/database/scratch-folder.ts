import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** How old a folder of a process that has ended must be, in milliseconds, before it is removed. */
const keptFor = 3_600_000;

/**
 * Makes a folder that only its user can read, named for this process, for a database that its maker removes. A killed
 * process could not: folders of the same name that such processes left more than an hour ago are removed first.
 *
 * @param parent an existing folder
 * @throws the error of the file system, when the folder cannot be made
 */
export async function makeScratchFolder(parent: string, name: string, now: Date): Promise<string> {
    for (const entry of await readdir(parent).catch(() => [])) {
        const [, pid] = /^-(\d+)-/.exec(entry.startsWith(name) ? entry.slice(name.length) : "") ?? [];
        if (pid === undefined || isAlive(Number(pid))) continue;
        const path = join(parent, entry);
        const facts = await stat(path).catch(() => undefined);
        const isOld = facts !== undefined && now.getTime() - facts.mtimeMs > keptFor;
        // The folder of another user cannot be removed, and is left to its owner.
        if (isOld) await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
    return mkdtemp(join(parent, `${name}-${process.pid}-`));
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code !== "ESRCH";
    }
}
