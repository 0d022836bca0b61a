import { readdir } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { AppError } from "../errors.ts";
import { readText } from "../text/decode.ts";

/** A folder of migrations that another tool wrote. */
export interface SourceFolder {
    readonly path: string;
    /** The texts of its SQL files and of Drizzle's journal, by their paths inside the folder, in the order of these. */
    readonly files: ReadonlyMap<string, string>;
    /** The texts of diesel's metadata.toml files, by the names of their folders. */
    readonly settings: ReadonlyMap<string, string>;
    /** Its other files. */
    readonly others: readonly string[];
}

/** One direction of a migration, as a part of a file. */
export interface SourceText {
    /** Path of the file, with its folder. */
    readonly path: string;
    /** The line of the file in which the text begins. */
    readonly line: number;
    readonly text: string;
}

/** A migration as a reader of a format returns it. */
export interface SourceMigration {
    /** As the tool compares it; unique in the folder. */
    readonly version: string;
    readonly name: string;
    readonly up: SourceText;
    readonly down: SourceText | undefined;
    /** Where a file beside it says that it runs outside a transaction. */
    readonly unwrapped?: { readonly path: string; readonly line: number };
}

export const nothingWritten = "Nothing was written.";
export const journalPath = "meta/_journal.json";
export const settingsName = "metadata.toml";

/**
 * Reads a folder and its sub-folders. Files that begin with a dot are left out.
 *
 * @param folder absolute, or relative to `root`
 * @throws AppError `usage` when it is not a folder that can be read, `invalid-files` for a file that cannot be read
 */
export async function readSourceFolder(root: string, folder: string): Promise<SourceFolder> {
    const path = normalize(folder).replace(/(?<=.)\/+$/, "");
    const base = isAbsolute(path) ? "/" : root;
    const names = (await listFiles(join(base, path), path)).sort();
    const isRead = (name: string): boolean => /\.sql$/i.test(name) || name === journalPath;
    const read = async (name: string): Promise<string> =>
        (await readText(base, join(path, name), nothingWritten)).replace(/^\uFEFF/, "");
    const files = new Map<string, string>();
    for (const name of names.filter(isRead)) files.set(name, await read(name));
    const settings = new Map<string, string>();
    for (const name of names.filter((item) => item.endsWith(`/${settingsName}`))) {
        settings.set(dirname(name), await read(name));
    }
    return { path, files, settings, others: names.filter((name) => !isRead(name)) };
}

async function listFiles(folder: string, shown: string): Promise<string[]> {
    try {
        const top = await readdir(folder, { withFileTypes: true });
        const visible = top.filter(({ name }) => !name.startsWith("."));
        const below = visible.map(async (entry) => {
            if (!entry.isDirectory()) return [entry.name];
            const names = await readdir(join(folder, entry.name));
            return names.filter((name) => !name.startsWith(".")).map((name) => `${entry.name}/${name}`);
        });
        return (await Promise.all(below)).flat();
    } catch (error) {
        const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
        const why = { ENOENT: "there is no such folder", ENOTDIR: "it is a file" }[reason] ?? reason;
        throw new AppError("usage", `the folder '${shown}' cannot be read: ${why}`, {
            hint: "name the folder with the migrations of the other tool: `pnpm db:new --import db/migrations`",
            outcome: nothingWritten,
        });
    }
}

/** Returns a whole file as a script. */
export function toSourceText({ path, files }: SourceFolder, name: string): SourceText {
    return { path: join(path, name), line: 1, text: files.get(name) ?? "" };
}

/** Lists the SQL files of a folder, without those in sub-folders. */
export function listTop({ files }: SourceFolder): string[] {
    return [...files.keys()].filter((name) => !name.includes("/"));
}

/** @throws AppError `invalid-files` */
export function refuseSource(message: string, hint: string): never {
    throw new AppError("invalid-files", message, { hint, outcome: nothingWritten });
}

/** Compares version numbers of any length. */
export function compareNumbers(left: string, right: string): number {
    const [one, other] = [BigInt(left), BigInt(right)];
    return one < other ? -1 : one > other ? 1 : 0;
}
