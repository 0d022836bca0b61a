import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { AppError } from "../errors.ts";
import type { Rejection } from "./loader.ts";

/** A file of records that was read, parsed. */
export interface SourceDocument {
    readonly file: string;
    readonly value: unknown;
}

export interface ReadSource {
    readonly documents: readonly SourceDocument[];
    /** Files that hold no JSON. */
    readonly rejected: readonly Rejection[];
}

/**
 * Lists the files of a source: the path itself, or every .json file below a folder, sorted.
 *
 * @throws AppError `usage` when there is no such path, or no such file below it
 */
export async function listSource(path: string): Promise<string[]> {
    const found = await stat(path).catch(() => undefined);
    if (!found) throw new AppError("usage", `there is no '${path}'`, { hint: "check the path after --from" });
    if (!found.isDirectory()) return [path];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
        .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
        .map((entry) => join(entry.parentPath, entry.name));
    if (files.length === 0) {
        throw new AppError("usage", `'${path}' holds no .json file`, { hint: "check the path after --from" });
    }
    return files.sort();
}

/** Reads and parses files. One that is no JSON is rejected as a whole, and the others load. */
export async function readSource(files: readonly string[]): Promise<ReadSource> {
    const documents: SourceDocument[] = [];
    const rejected: Rejection[] = [];
    for (const file of files) {
        const text = await readFile(file, "utf8");
        try {
            documents.push({ file, value: JSON.parse(text.replace(/^\uFEFF/, "")) });
        } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            rejected.push({ file, position: "", code: "invalid-json", message, record: text });
        }
    }
    return { documents, rejected };
}

/** SHA-256 over the names and bytes of files: the same for an unchanged set, wherever it lies. */
export async function hashSource(folder: string, files: readonly string[]): Promise<string> {
    const hash = createHash("sha256");
    for (const file of files) {
        hash.update(relative(folder, file).replaceAll("\\", "/")).update("\0");
        hash.update(await readFile(file)).update("\0");
    }
    return hash.digest("hex");
}
