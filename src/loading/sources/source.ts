import { readdir, stat } from "node:fs/promises";
import { sep } from "node:path";
import { gunzipSync } from "node:zlib";
import { AppError } from "../../errors.ts";
import { throwIfInterrupted } from "../interrupt.ts";
import type { Rejection } from "../loader.ts";
import { isGzip, parseDocument, type SourceDocument, splitIntoDocuments } from "./documents.ts";
import { readBytes, startHash } from "./file-bytes.ts";
import type { PieceLimits } from "./large-files.ts";

/** Takes what is read, in its order. */
export interface SourceSink {
    document(document: SourceDocument): void;
    /** Files, or lines, that hold no JSON. */
    rejected(rejection: Rejection): void;
    /** Notes where things stand; the function that it gives takes back everything since. */
    mark(): () => void;
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
        .map((entry) => entry.parentPath + sep + entry.name);
    if (files.length === 0) {
        throw new AppError("usage", `'${path}' holds no .json, .ndjson or .jsonl file`, {
            hint: "check the path after --from",
        });
    }
    return files.sort();
}

/**
 * Reads and parses files: one JSON document each, or one on each line. What is no JSON is rejected, a file or a line, and
 * the others load. A file that is too large to be read as a whole comes in parts.
 *
 * @param signal ends the reading of a large file when it is aborted
 * @returns as hashSource()
 */
export async function readSource(
    files: readonly string[],
    folder: string,
    sink: SourceSink,
    limits: { readonly whole: number; readonly pieces?: PieceLimits } = { whole: usualWhole },
    signal?: AbortSignal,
): Promise<string> {
    const hash = startHash(folder);
    for (const file of files) {
        const bytes = hash.take(file, (take) => readBytes(file, limits.whole, take));
        const text = bytes && unpack(bytes, limits.whole);
        if (text === undefined) await readLargeFile(file, sink, limits.pieces, signal);
        else if (typeof text !== "string") sink.rejected({ file, position: "", record: null, ...text });
        else readText(file, text.replace(/^\uFEFF/, ""), sink);
    }
    return hash.digest();
}

function readText(file: string, text: string, sink: SourceSink): void {
    for (const part of splitIntoDocuments(file, text)) readDocument(file, part.position, part.text, sink);
}

async function readLargeFile(
    file: string,
    sink: SourceSink,
    limits: PieceLimits | undefined,
    signal: AbortSignal | undefined,
): Promise<void> {
    const { DamagedFile, readPieces } = await import("./large-files.ts");
    const takeBack = sink.mark();
    try {
        for await (const piece of readPieces(file, limits)) {
            throwIfInterrupted(signal);
            if (piece.kind === "part") sink.document({ file, position: "", ...piece, isOfLarge: true });
            else if (piece.kind === "line" && piece.text !== "") {
                readDocument(file, piece.position, piece.text, sink, true);
            } else if (piece.kind === "overlong") {
                const message = "the line is longer than any record that fits";
                sink.rejected({ file, position: piece.position, code: "too-large", message, record: null });
            }
        }
    } catch (error) {
        if (!(error instanceof DamagedFile)) throw error;
        takeBack();
        sink.rejected({ file, position: "", code: error.code, message: error.message, record: null });
    }
}

function readDocument(file: string, position: string, text: string, sink: SourceSink, isOfLarge = false): void {
    const parsed = parseDocument(text);
    if (parsed.ok) sink.document({ file, position, value: parsed.value, bytes: text.length, isOfLarge });
    else sink.rejected({ file, position, code: "invalid-json", message: parsed.message, record: text });
}

const sourceName = /\.(json|ndjson|jsonl)(\.gz)?$/;
/** Files that this program writes rejected records to. */
export const rejectsName = /\.rejects\.ndjson$/;

/** Files up to this size, unpacked, are read as a whole: that is faster. */
const usualWhole = 1 << 25;

// Seen from the first bytes, whatever the file is called. Undefined when the text is too large to be taken as a whole.
function unpack(bytes: Buffer, wholeBytes: number): string | Pick<Rejection, "code" | "message"> | undefined {
    if (!isGzip(bytes)) return bytes.toString("utf8");
    try {
        return gunzipSync(bytes, { maxOutputLength: wholeBytes }).toString("utf8");
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") return undefined;
        const message = `the file is cut off or damaged: ${error instanceof Error ? error.message : String(error)}`;
        return { code: "invalid-gzip", message };
    }
}

/** SHA-256 over the names and bytes of files: the same for an unchanged set, wherever it lies. */
export function hashSource(folder: string, files: readonly string[]): string {
    const hash = startHash(folder);
    for (const file of files) hash.take(file, (take) => readBytes(file, usualWhole, take));
    return hash.digest();
}
