import { type ChildProcess, spawn } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { AppError } from "../errors.ts";
import { createFolder } from "../text/folder.ts";

/** A file that receives its name when it is complete. */
export interface PartialFile {
    readonly path: string;
    write(bytes: AsyncIterable<Buffer>): Promise<number>;
    /** Renames it to its name. */
    keep(): Promise<void>;
    /** Removes it unless it was kept. */
    leave(): Promise<void>;
}

/**
 * Creates a file that only its user may read.
 *
 * @param path its path when it is complete; undefined for a file that is only passed on
 * @param mayMake whether its folder may be created
 */
export async function beginFile(path: string | undefined, name: string, mayMake: boolean): Promise<PartialFile> {
    const folder = path === undefined ? tmpdir() : dirname(path);
    const partial = join(folder, `${path === undefined ? name : basename(path)}.${process.pid}.partial`);
    const run = <T>(body: () => Promise<T>): Promise<T> =>
        body().catch((error: unknown) => {
            throw explainWrite(error, folder);
        });
    const file = await run(async () => {
        if (mayMake) await createFolder(folder, 0o700);
        // A killed process with the same id may have left one.
        await rm(partial, { force: true });
        return open(partial, "wx", 0o600);
    });
    return {
        path: partial,
        write: (bytes) => run(() => writeAll(file, bytes)),
        keep: () => run(() => giveName(file, partial, path)),
        leave: async () => {
            await file.close().catch(() => undefined);
            await rm(partial, { force: true }).catch(() => undefined);
        },
    };
}

async function writeAll(file: FileHandle, bytes: AsyncIterable<Buffer>): Promise<number> {
    let size = 0;
    for await (const chunk of bytes) {
        await file.writeFile(chunk);
        size += chunk.length;
    }
    await file.sync();
    return size;
}

async function giveName(file: FileHandle, partial: string, path: string | undefined): Promise<void> {
    await file.close();
    if (path === undefined) return;
    if (existsSync(path)) throw new AppError("usage", `'${path}' already exists`, { hint: "run it again" });
    await rename(partial, path);
    // The name is part of the folder, which is synchronized separately.
    const folder = await open(dirname(path), "r").catch(() => undefined);
    await folder?.sync().catch(() => undefined);
    await folder?.close();
}

const reasons: Readonly<Record<string, readonly [code: "disk-full" | "cannot-open", why: string, remedy: string]>> = {
    ENOSPC: ["disk-full", "the disk is full", "free some space, then run it again"],
    EDQUOT: ["disk-full", "the quota is used up", "free some space, then run it again"],
    EFBIG: ["disk-full", "a file may not be that large there", "choose another folder, then run it again"],
    EACCES: ["cannot-open", "permission denied", "choose a folder that you may write to, or change its permissions"],
    EPERM: ["cannot-open", "permission denied", "choose a folder that you may write to, or change its permissions"],
    EROFS: ["cannot-open", "it is read-only", "choose another folder"],
    ENOENT: ["cannot-open", "there is no such folder", "create the folder first"],
    ENOTDIR: ["cannot-open", "it is not a folder", "name a folder"],
    EEXIST: ["cannot-open", "it is not a folder", "name a folder"],
};

function explainWrite(error: unknown, folder: string): unknown {
    const code = error instanceof Error && "code" in error && "syscall" in error ? String(error.code) : undefined;
    if (code === undefined) return error;
    const [kind, why, hint] = reasons[code] ?? ["cannot-open", code, "check the disk, then run it again"];
    return new AppError(kind, `the backup cannot be written to '${folder}': ${why}`, { hint, cause: error });
}

function endGroup({ pid }: ChildProcess): void {
    try {
        if (pid !== undefined) process.kill(-pid, "SIGTERM");
    } catch {
        // It has ended.
    }
}

/** The exit code when a command leaves bytes unread: a small backup fits into the pipe, where this would go unnoticed. */
const unread = 98;
const notRead = "it did not read all of the backup";

/** How many of the last lines of a command are shown in its error. */
const shownLines = 10;

/**
 * Sends a file to a command of the user's on its standard input. `say` receives each line that it prints.
 *
 * @throws AppError `server-fault` when it fails, `interrupted` after Ctrl-C
 */
export async function handOver(
    path: string,
    command: string,
    env: NodeJS.ProcessEnv,
    say: (line: string) => void,
    signal?: AbortSignal,
): Promise<void> {
    const child = spawn(`(${command}\n) || exit $?\n[ "$(head -c 1 | wc -c)" -eq 0 ] || exit ${unread}`, {
        shell: true,
        stdio: ["pipe", "pipe", "pipe"],
        env,
        // In a process group, so that what the shell started ends with it.
        detached: true,
    });
    const stop = (): void => endGroup(child);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    const printed: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
        // Whole lines: half a secret would not be recognised.
        createInterface({ input: stream }).on("line", (line) => {
            if (line.trim() === "") return;
            printed.push(line);
            if (printed.length > shownLines) printed.shift();
            say(line);
        });
    }
    const ended = new Promise<string | undefined>((resolve) => {
        child.once("error", (error) => resolve(error.message));
        child.once("close", (code, by) =>
            resolve(code === 0 ? undefined : by ? `ended by ${by}` : code === unread ? notRead : `exit code ${code}`),
        );
    });
    // A command may end before it has read everything: its own exit code is reported first.
    const broken = await pipeline(createReadStream(path), child.stdin).catch((error: Error) => error);
    const ending = await ended;
    signal?.removeEventListener("abort", stop);
    const failure = ending ?? (broken instanceof Error ? notRead : undefined);
    if (signal?.aborted) throw new AppError("interrupted", "interrupted");
    if (failure === undefined) return;
    throw new AppError("server-fault", `TURSO_BACKUP_COMMAND failed: ${failure}`, {
        details: printed,
        hint: "try the command by hand, with some text on its input and BACKUP_NAME set",
    });
}
