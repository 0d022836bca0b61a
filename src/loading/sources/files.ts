import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import type { Readable } from "node:stream";
import { type SavedInput, saveInput, savePipe } from "../../database/scratch-folder.ts";
import { AppError } from "../../errors.ts";
import { findObstacle } from "../../text/obstacle.ts";

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
 * Finds the files of a source. Standard input (`-`) or a pipe is saved to a file first, because its records are read more than once.
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
    if (path === standardInput) return toSource(await saveInput(input, "load-", signal), "standard input");
    const source = resolve(root, path);
    const saved = await savePipe(source, path, "load-", signal);
    if (saved) return toSource(saved, path);
    const name = relative(root, source) || source;
    return {
        files: await listFiles(source, (file) => !lists.includes(relative(root, file))),
        nameFile: (file) => name + file.slice(source.length),
        recognizable: { path, folder: dirname(source) },
        close: async () => undefined,
    };
}

function toSource({ path, remove }: SavedInput, name: string): OpenedSource {
    return { files: [path], nameFile: () => name, close: remove };
}

/** Matches the names of files that may hold records. */
export const sourceName = /\.(json|ndjson|jsonl)(\.gz)?$/;
const rejectsName = /\.rejects\.ndjson$/;

/**
 * Lists the files of a source, sorted: the path itself, or every .json, .ndjson and .jsonl file below a folder, with .gz or
 * without, through links, too. Reject files in a folder are skipped, because the folder has their records already.
 *
 * @throws AppError `usage` when the path does not exist, has no such file below it, or has one that is not a file
 */
export async function listFiles(path: string, isWanted: (file: string) => boolean = () => true): Promise<string[]> {
    const hint = "check the path after `--from`";
    const found = await stat(path).catch(() => undefined);
    if (!found) throw new AppError("usage", `'${path}' does not exist`, { hint });
    if (!found.isDirectory()) return [path];
    const files = (await walk(path, [await realpath(path)])).filter(isWanted);
    if (files.length > 0) return files.sort();
    throw new AppError("usage", `'${path}' has no .json, .ndjson or .jsonl file`, { hint });
}

// `roots`: the folders that are read with everything below them.
async function walk(folder: string, roots: string[]): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files: string[] = [];
    for (const entry of entries) {
        if (entry.isDirectory()) continue;
        const file = entry.parentPath + sep + entry.name;
        const isNamed = sourceName.test(entry.name) && !rejectsName.test(entry.name);
        const obstacle = entry.isFile() ? undefined : findObstacle(file);
        if (entry.isSymbolicLink() && obstacle === "it is a folder") {
            const real = await realpath(file);
            if (roots.some((root) => `${real}${sep}`.startsWith(`${root}${sep}`))) continue;
            roots.push(real);
            files.push(...(await walk(file, roots)));
        } else if (isNamed && obstacle !== undefined) {
            const hint = "remove it from the folder, or put the file in its place";
            throw new AppError("usage", `'${file}' cannot be read: ${obstacle}`, { hint });
        } else if (isNamed) files.push(file);
    }
    return files;
}
