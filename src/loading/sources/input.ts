import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../../errors.ts";
import { listSource } from "./source.ts";

/** The path that stands for standard input. */
const standardInput = "-";

/** The files of a source, ready to be read. */
export interface OpenedSource {
    readonly files: readonly string[];
    /** How output and rejected records name a file. */
    readonly nameFile: (file: string) => string;
    /** Whether it came from standard input. */
    readonly isSpooled: boolean;
    /** Removes what was written for the time of the load. */
    readonly close: () => Promise<void>;
}

/**
 * Finds the files of a source. Standard input (`-`) is written to a temporary file first, because a load reads its
 * records more than once.
 *
 * @param signal ends the wait for standard input when it is aborted
 * @throws AppError `usage` when there is nothing to load
 */
export async function openSource(
    root: string,
    path: string,
    input: Readable = process.stdin,
    signal?: AbortSignal,
): Promise<OpenedSource> {
    if (path === standardInput) return spool(input, signal);
    const source = resolve(root, path);
    const name = relative(root, source) || source;
    return {
        files: await listSource(source),
        // Below the source, names go on as the paths do.
        nameFile: (file) => name + file.slice(source.length),
        isSpooled: false,
        close: async () => undefined,
    };
}

async function spool(input: Readable, signal: AbortSignal | undefined): Promise<OpenedSource> {
    const folder = await mkdtemp(join(tmpdir(), "load-"));
    const file = join(folder, "input");
    const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
    const output = createWriteStream(file);
    try {
        await pipeline(input, output, { signal });
    } catch (error) {
        await close();
        throw error;
    }
    if (output.bytesWritten === 0) {
        await close();
        throw new AppError("usage", "standard input is empty", { hint: "pipe an export into the command" });
    }
    return { files: [file], nameFile: () => "standard input", isSpooled: true, close };
}
