import type { Rejection } from "../loader.ts";

/** A parsed document: a file, one line of it, or a part of a file that is too large for memory. */
export interface SourceDocument {
    readonly file: string;
    /** `line 3`; empty where the file is the document. */
    readonly position: string;
    readonly value: unknown;
    /** About how long its text is. */
    readonly bytes: number;
    /** Whether its file, and so all its records together, is too large for memory. */
    readonly isOfLarge?: boolean;
    /** In a part of an array: the index of its first item in the whole array. */
    readonly firstIndex?: number;
}

export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/** Parses a document, or the record in a line of a reject file. The message is for people. */
export function parseDocument(text: string): Parsed {
    const parsed = parse(text);
    return parsed.ok ? unwrapRejection(parsed.value) : parsed;
}

// Records of a reject file are loaded again after their correction. Text that was not JSON is in it as a string.
function unwrapRejection(value: unknown): Parsed {
    const isWrapped =
        value !== null &&
        typeof value === "object" &&
        "record" in value &&
        Object.keys(value).sort().join() === "code,file,message,position,record";
    if (!isWrapped) return { ok: true, value };
    const { record } = value as Rejection;
    return typeof record === "string" ? parse(record) : { ok: true, value: record };
}

/** Splits a file that was read as a whole: if its first line is a document by itself, there is one on each line. */
export function splitIntoDocuments(file: string, text: string): { position: string; text: string }[] {
    if (!linesName.test(file) && !holdsLines(text)) return [{ position: "", text }];
    return text
        .split("\n")
        .map((line, at) => ({ position: `line ${at + 1}`, text: line.trim() }))
        .filter((line) => line.text !== "");
}

/** Whether the first line of a text is a document, and more follows. */
export function holdsLines(text: string): boolean {
    const end = text.indexOf("\n");
    if (end === -1 || !/\S/.test(text.slice(end))) return false;
    const line = text.slice(0, end);
    // Cheaper than parsing: a line that ends with an opening or a comma continues.
    return /[^\s{[,:]\s*$/.test(line) && parse(line).ok;
}

/** Whether a file begins with the bytes of gzip, whatever its name. */
export function isGzip(bytes: Buffer): boolean {
    return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The name of a file with one document on each line. */
export const linesName = /\.(ndjson|jsonl)(\.gz)?$/;

function parse(text: string): Parsed {
    try {
        return { ok: true, value: JSON.parse(text) };
    } catch (error) {
        return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
}
