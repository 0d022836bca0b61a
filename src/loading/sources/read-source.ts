import { gunzipSync } from "node:zlib";
import { throwIfInterrupted } from "../../database/interrupt.ts";
import { decodeBytes, isUtf16 } from "../../text/decode.ts";
import type { Rejection } from "../loader.ts";
import { isGzip, parseDocument, parseSequence, type SourceDocument, splitIntoDocuments } from "./documents.ts";
import { createFileReader } from "./file-reader.ts";
import { findForeignFile, findForeignFormat } from "./foreign.ts";
import type { PieceLimits } from "./large-files.ts";

/** Receives what is read, in order. */
export interface SourceSink {
    document(document: SourceDocument): void;
    /** A file or line that is not JSON. */
    rejected(rejection: Rejection): void;
    /** A file that is blank, as `sqlite3 -json` writes it for a table without rows. */
    empty(file: string): void;
    /** Returns a function that discards everything received since. */
    mark(): () => void;
}

/** Files up to this unpacked size are read as a whole, which is faster. */
const usualWhole = 1 << 25;

/**
 * Reads and parses files with one JSON document each or one per line. Files and lines that are not JSON are rejected. A
 * file that is too large to read as a whole is passed on in parts.
 *
 * @returns SHA-256 over the bytes of the files and their names relative to `folder`
 */
export async function readSource(
    files: readonly string[],
    folder: string,
    sink: SourceSink,
    limits: { readonly whole: number; readonly pieces?: PieceLimits } = { whole: usualWhole },
    signal?: AbortSignal,
): Promise<string> {
    const reader = createFileReader(folder);
    for (const file of files) {
        const bytes = reader.read(file, limits.whole);
        const text = bytes && unpack(bytes, limits.whole);
        if (text === undefined) await readLargeFile(file, sink, limits.pieces, signal);
        else if (typeof text !== "string") sink.rejected({ file, position: "", ...text });
        else {
            const parts = splitIntoDocuments(file, text.replace(/^\uFEFF/, ""));
            if (parts.length === 0) sink.empty(file);
            for (const part of parts) readDocument(file, part.position, part.text, sink);
        }
    }
    return reader.digest();
}

async function readLargeFile(
    file: string,
    sink: SourceSink,
    limits: PieceLimits | undefined,
    signal: AbortSignal | undefined,
): Promise<void> {
    const { DamagedFile, readPieces } = await import("./large-files.ts");
    const discard = sink.mark();
    let isEmpty = true;
    try {
        for await (const piece of readPieces(file, limits)) {
            throwIfInterrupted(signal);
            if (piece.kind === "line" && piece.text === "") continue;
            isEmpty = false;
            if (piece.kind === "part") sink.document({ file, position: "", ...piece, isOfLarge: true });
            else if (piece.kind === "line") readDocument(file, piece.position, piece.text, sink, true);
            else {
                const message = "the line is longer than the longest valid record";
                sink.rejected({ file, position: piece.position, code: "too-large", message, record: null });
            }
        }
        if (isEmpty) sink.empty(file);
    } catch (error) {
        if (!(error instanceof DamagedFile)) throw error;
        discard();
        const foreign = error.code === "invalid-json" ? findForeignFile(file) : undefined;
        sink.rejected({ file, position: "", code: error.code, message: foreign?.says ?? error.message, record: null });
    }
}

function readDocument(file: string, position: string, text: string, sink: SourceSink, isOfLarge = false): void {
    const parsed = parseDocument(text);
    if (parsed.ok) {
        const { value, isReject } = parsed;
        sink.document({ file, position, value, bytes: text.length, isOfLarge, isReject });
        return;
    }
    const foreign = position === "" ? findForeignFormat(text) : undefined;
    if (foreign) {
        const record = foreign.isBinary ? null : text;
        sink.rejected({ file, position, code: "invalid-json", message: foreign.says, record });
        return;
    }
    const sequence = position === "" ? parseSequence(text) : undefined;
    for (const { ok: _, ...document } of sequence ?? []) sink.document({ file, ...document });
    if (!sequence) {
        const [code, message] = text.isWellFormed()
            ? ["invalid-json", parsed.message]
            : ["invalid-text", "it is neither UTF-8 nor JSON; save it as UTF-8"];
        sink.rejected({ file, position, code, message, record: text });
    }
}

// Recognises gzip by content, not by name. Returns undefined when the text is too large as a whole.
function unpack(bytes: Buffer, wholeBytes: number): string | Unread | undefined {
    if (!isGzip(bytes)) return decode(bytes);
    try {
        return decode(gunzipSync(bytes, { maxOutputLength: wholeBytes }));
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") return undefined;
        const message = `the file is cut off or damaged: ${error instanceof Error ? error.message : String(error)}`;
        return { code: "invalid-gzip", message, record: null };
    }
}

/** Why a file is rejected as a whole. */
type Unread = Pick<Rejection, "code" | "message" | "record">;

// Bytes that are not UTF-8 are rejected with the record that they stand in.
function decode(bytes: Buffer): string | Unread {
    if (!isUtf16(bytes)) return decodeBytes(bytes);
    const isBigEndian = bytes[0] === 0xfe || bytes[0] === 0;
    const record = (isBigEndian ? Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16() : bytes).toString(
        "utf16le",
    );
    return {
        code: "invalid-text",
        message: "the file is UTF-16; save it as UTF-8",
        record: record.replace(/^\uFEFF/, ""),
    };
}
