import { createWriteStream } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../../errors.ts";

/** The path that stands for standard input. */
const standardInput = "-";

/** The files of a source, ready to be read. */
export interface OpenedSource {
    readonly files: readonly string[];
    /** How output and rejected records name a file. */
    readonly nameFile: (file: string) => string;
    /** What a source is called that can be recognised when it comes again, and the folder that its files are named from. */
    readonly recognizable?: { readonly path: string; readonly folder: string };
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
    if (path === standardInput) return storeInput(input, signal);
    const source = resolve(root, path);
    const name = relative(root, source) || source;
    return {
        files: await listFiles(source),
        nameFile: (file) => name + file.slice(source.length),
        recognizable: { path, folder: dirname(source) },
        close: async () => undefined,
    };
}

async function storeInput(input: Readable, signal: AbortSignal | undefined): Promise<OpenedSource> {
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
    return { files: [file], nameFile: () => "standard input", close };
}

const sourceName = /\.(json|ndjson|jsonl)(\.gz)?$/;
/** Files that this program writes rejected records to. */
const rejectsName = /\.rejects\.ndjson$/;

/**
 * Lists the files of a source, sorted: the path itself, or every .json, .ndjson and .jsonl file below a folder, packed by
 * gzip (.json.gz) or not. Files of rejected records are read only by their own name: their records are in the folder
 * already.
 *
 * @throws AppError `usage` when there is no such path, or no such file below it
 */
export async function listFiles(path: string): Promise<string[]> {
    const hint = "check the path after --from";
    const found = await stat(path).catch(() => undefined);
    if (!found) throw new AppError("usage", `there is no '${path}'`, { hint });
    if (!found.isDirectory()) return [path];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
        .filter((entry) => entry.isFile() && sourceName.test(entry.name) && !rejectsName.test(entry.name))
        .map((entry) => entry.parentPath + sep + entry.name);
    if (files.length > 0) return files.sort();
    throw new AppError("usage", `'${path}' holds no .json, .ndjson or .jsonl file`, { hint });
}
