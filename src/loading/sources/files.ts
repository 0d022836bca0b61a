import { readdir, stat } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import type { Readable } from "node:stream";
import { saveInput } from "../../database/scratch-folder.ts";
import { AppError } from "../../errors.ts";

/** The path that means standard input. */
const standardInput = "-";

/** The files of a source, ready to be read. */
export interface OpenedSource {
    readonly files: readonly string[];
    /** Returns the name of a file for output and rejected records. */
    readonly nameFile: (file: string) => string;
    /** For a source that can be recognised later: its path, and the folder that file names are relative to. */
    readonly recognizable?: { readonly path: string; readonly folder: string };
    readonly close: () => Promise<void>;
}

/**
 * Finds the files of a source. Standard input (`-`) is saved to a file first, because its records are read more than once.
 *
 * @param lists files that hold no records, and are left out of a folder
 * @throws AppError `usage` when there is nothing to load
 */
export async function openSource(
    root: string,
    path: string,
    input: Readable = process.stdin,
    signal?: AbortSignal,
    lists: readonly string[] = [],
): Promise<OpenedSource> {
    if (path === standardInput) return storeInput(input, signal);
    const source = resolve(root, path);
    const name = relative(root, source) || source;
    return {
        files: await listFiles(source, (file) => !lists.includes(relative(root, file))),
        nameFile: (file) => name + file.slice(source.length),
        recognizable: { path, folder: dirname(source) },
        close: async () => undefined,
    };
}

async function storeInput(input: Readable, signal: AbortSignal | undefined): Promise<OpenedSource> {
    const { path, size, remove } = await saveInput(input, "load-", signal);
    if (size > 0) return { files: [path], nameFile: () => "standard input", close: remove };
    await remove();
    throw new AppError("usage", "standard input is empty", { hint: "pipe an export into the command" });
}

const sourceName = /\.(json|ndjson|jsonl)(\.gz)?$/;
const rejectsName = /\.rejects\.ndjson$/;

/**
 * Lists the files of a source, sorted: the path itself, or every .json, .ndjson and .jsonl file below a folder, with .gz or
 * without. Reject files in a folder are skipped, because the folder has their records already.
 *
 * @throws AppError `usage` when the path does not exist or has no such file below it
 */
export async function listFiles(path: string, isWanted: (file: string) => boolean = () => true): Promise<string[]> {
    const hint = "check the path after `--from`";
    const found = await stat(path).catch(() => undefined);
    if (!found) throw new AppError("usage", `'${path}' does not exist`, { hint });
    if (!found.isDirectory()) return [path];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
        .filter((entry) => entry.isFile() && sourceName.test(entry.name) && !rejectsName.test(entry.name))
        .map((entry) => entry.parentPath + sep + entry.name)
        .filter(isWanted);
    if (files.length > 0) return files.sort();
    throw new AppError("usage", `'${path}' has no .json, .ndjson or .jsonl file`, { hint });
}
