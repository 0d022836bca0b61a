import { constants, createWriteStream } from "node:fs";
import { mkdtemp, open, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../errors.ts";
import { findObstacle } from "../text/obstacle.ts";
import { throwIfInterrupted } from "./interrupt.ts";

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

/** A temporary file. */
export interface SavedInput {
    readonly path: string;
    readonly size: number;
    readonly remove: () => Promise<void>;
}

/** Saves standard input, which is read more than once, to a temporary file that only its user can read. */
export async function saveInput(
    input: NodeJS.ReadableStream,
    folderPrefix: string,
    signal: AbortSignal | undefined,
): Promise<SavedInput> {
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

/**
 * Saves a pipe, such as that of `<(command)`, as standard input is saved; undefined for a path that is a file or a folder.
 *
 * @param label the path as the user wrote it
 * @throws AppError `usage` for a device or a socket, which may have no end
 */
export async function savePipe(
    path: string,
    label: string,
    folderPrefix: string,
    signal: AbortSignal | undefined,
): Promise<SavedInput | undefined> {
    const obstacle = findObstacle(path);
    if (obstacle === "it is a pipe") return saveInput(Readable.from(readPipe(path, signal)), folderPrefix, signal);
    if (obstacle !== "it is a device" && obstacle !== "it is a socket") return undefined;
    const hint = "name a file, or - for standard input";
    throw new AppError("usage", `cannot read '${label}': ${obstacle}`, { hint });
}

/** How long a pipe may have no program that writes to it, in milliseconds. */
const writerWait = 10_000;

// A blocking read of a pipe would keep a thread busy that the end of the process waits for.
async function* readPipe(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
    const pipe = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const until = performance.now() + writerWait;
    const buffer = Buffer.alloc(65_536);
    try {
        for (let hasWriter = false; ; ) {
            throwIfInterrupted(signal);
            const size = await pipe.read(buffer, 0, buffer.length, null).then(
                ({ bytesRead }) => bytesRead,
                (error: NodeJS.ErrnoException) => {
                    if (error.code !== "EAGAIN") throw error;
                    return undefined;
                },
            );
            if (size === 0 && (hasWriter || performance.now() > until)) return;
            if (size !== 0) hasWriter = true;
            if (size) yield Buffer.from(buffer.subarray(0, size));
            else await sleep(5);
        }
    } finally {
        await pipe.close();
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
