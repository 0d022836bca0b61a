import { createHash } from "node:crypto";
// Thousands of small files are read faster one after the other than by promises.
import { readFileSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import { AppError } from "../errors.ts";
import type { Rejection } from "./loader.ts";

/** A document that was read, parsed: a file, or one line of it. */
export interface SourceDocument {
    readonly file: string;
    /** `line 3`; empty where the file is the document. */
    readonly position: string;
    readonly value: unknown;
}

export interface ReadSource {
    readonly documents: readonly SourceDocument[];
    /** Files, or lines, that hold no JSON. */
    readonly rejected: readonly Rejection[];
    /** As hashSource() gives it. */
    readonly checksum: string;
}

/**
 * Lists the files of a source: the path itself, or every .json, .ndjson and .jsonl file below a folder, also those that
 * gzip packed (.json.gz), sorted. Files of
 * rejected records are read only by their own name: what they hold is in the folder already.
 *
 * @throws AppError `usage` when there is no such path, or no such file below it
 */
export async function listSource(path: string): Promise<string[]> {
    const found = await stat(path).catch(() => undefined);
    if (!found) throw new AppError("usage", `there is no '${path}'`, { hint: "check the path after --from" });
    if (!found.isDirectory()) return [path];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
        .filter((entry) => entry.isFile() && sourceName.test(entry.name) && !rejectsName.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name));
    if (files.length === 0) {
        throw new AppError("usage", `'${path}' holds no .json, .ndjson or .jsonl file`, {
            hint: "check the path after --from",
        });
    }
    return files.sort();
}

/**
 * Reads and parses files: one JSON document each, or one on each line. What is no JSON is rejected, a file or a line, and
 * the others load.
 */
export function readSource(files: readonly string[], folder = ""): ReadSource {
    const documents: SourceDocument[] = [];
    const rejected: Rejection[] = [];
    const hash = startHash(folder);
    for (const file of files) {
        const bytes = readBytes(file);
        hash.add(file, bytes);
        const unpacked = unpack(bytes);
        if (!unpacked.ok) {
            rejected.push({ file, position: "", record: null, ...unpacked.reason });
            continue;
        }
        const text = unpacked.text.replace(/^\uFEFF/, "");
        for (const { position, text: part } of splitIntoDocuments(file, text)) {
            const parsed = unwrapRejection(parse(part));
            if (parsed.ok) documents.push({ file, position, value: parsed.value });
            else rejected.push({ file, position, code: "invalid-json", message: parsed.message, record: part });
        }
    }
    return { documents, rejected, checksum: hash.digest() };
}

const sourceName = /\.(json|ndjson|jsonl)(\.gz)?$/;
const linesName = /\.(ndjson|jsonl)(\.gz)?$/;
/** Files that this program writes rejected records to. */
export const rejectsName = /\.rejects\.ndjson$/;

function readBytes(file: string): Buffer {
    try {
        return readFileSync(file);
    } catch (error) {
        const isTooLarge = error instanceof Error && "code" in error && error.code === "ERR_FS_FILE_TOO_LARGE";
        throw new AppError("usage", `'${file}' cannot be read: ${error instanceof Error ? error.message : error}`, {
            hint: isTooLarge ? "split it, such as into files of one record a line" : "check its permissions",
            outcome: "No record was written.",
            cause: error,
        });
    }
}

type Unpacked =
    | { readonly ok: true; readonly text: string }
    | { readonly ok: false; readonly reason: { readonly code: string; readonly message: string } };

// Seen from the first bytes, whatever the file is called.
function unpack(bytes: Buffer): Unpacked {
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    try {
        return { ok: true, text: (isPacked ? gunzipSync(bytes) : bytes).toString("utf8") };
    } catch (error) {
        const isTooLong = error instanceof Error && "code" in error && /TOO_L/.test(String(error.code));
        if (isTooLong) {
            const message = "the file is longer than a text can be here; split it, or give one record on each line";
            return { ok: false, reason: { code: "too-large", message } };
        }
        if (!isPacked) throw error;
        const message = `the file is cut off or damaged: ${error instanceof Error ? error.message : String(error)}`;
        return { ok: false, reason: { code: "invalid-gzip", message } };
    }
}

// A file whose first line is a document by itself holds one on each line, whatever it is called.
function splitIntoDocuments(file: string, text: string): { position: string; text: string }[] {
    const [firstLine = ""] = /^.*/.exec(text) ?? [];
    const isLines = linesName.test(file) || (firstLine.trim() !== "" && parse(firstLine).ok && !parse(text).ok);
    if (!isLines) return [{ position: "", text }];
    return text
        .split("\n")
        .map((line, at) => ({ position: `line ${at + 1}`, text: line.trim() }))
        .filter((line) => line.text !== "");
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

function parse(text: string): Parsed {
    try {
        return { ok: true, value: JSON.parse(text) };
    } catch (error) {
        return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
}

// A file of rejected records is loaded again once they are mended; what was no JSON stands in it as text.
function unwrapRejection(parsed: Parsed): Parsed {
    const { value } = parsed.ok ? parsed : {};
    const keys = value !== null && typeof value === "object" ? Object.keys(value).sort().join() : "";
    if (keys !== "code,file,message,position,record") return parsed;
    const { record } = value as Rejection;
    return typeof record === "string" ? parse(record) : { ok: true, value: record };
}

/** SHA-256 over the names and bytes of files: the same for an unchanged set, wherever it lies. */
export function hashSource(folder: string, files: readonly string[]): string {
    const hash = startHash(folder);
    for (const file of files) hash.add(file, readBytes(file));
    return hash.digest();
}

function startHash(folder: string): { add(file: string, bytes: Buffer): void; digest(): string } {
    const hash = createHash("sha256");
    return {
        add: (file, bytes) => {
            hash.update(relative(folder, file).replaceAll("\\", "/")).update("\0").update(bytes).update("\0");
        },
        digest: () => hash.digest("hex"),
    };
}
