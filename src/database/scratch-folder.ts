import { createWriteStream } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** How old the folder of a process that has ended must be before it is removed, in milliseconds. */
const keptFor = 3_600_000;

/**
 * Creates a folder that only its user can read, named after this process, for a database; the caller removes it. Folders
 * of the same name that killed processes left more than an hour ago are removed first.
 *
 * @param parent an existing folder
 * @throws the error of the file system when the folder cannot be created
 */
export async function makeScratchFolder(parent: string, name: string, now: Date): Promise<string> {
    for (const entry of await readdir(parent).catch(() => [])) {
        const [, pid] = /^-(\d+)-/.exec(entry.startsWith(name) ? entry.slice(name.length) : "") ?? [];
        if (pid === undefined || isAlive(Number(pid))) continue;
        const path = join(parent, entry);
        const facts = await stat(path).catch(() => undefined);
        const isOld = facts !== undefined && now.getTime() - facts.mtimeMs > keptFor;
        // The folder of another user cannot be removed.
        if (isOld) await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
    return mkdtemp(join(parent, `${name}-${process.pid}-`));
}

/** Saves standard input, which is read more than once, to a temporary file that only its user can read. */
export async function saveInput(
    input: NodeJS.ReadableStream,
    folderPrefix: string,
    signal: AbortSignal | undefined,
): Promise<{ path: string; size: number; remove: () => Promise<void> }> {
    const folder = await mkdtemp(join(tmpdir(), folderPrefix));
    const path = join(folder, "input");
    const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
    const output = createWriteStream(path, { mode: 0o600 });
    try {
        await pipeline(input, output, { signal });
        return { path, size: output.bytesWritten, remove };
    } catch (error) {
        await remove();
        throw error;
    }
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code !== "ESRCH";
    }
}
