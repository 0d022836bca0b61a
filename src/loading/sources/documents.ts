import type { Rejection } from "../loader.ts";

/** A document that was read, parsed: a file, one line of it, or a part of one that is too large for memory. */
export interface SourceDocument {
    readonly file: string;
    /** `line 3`; empty where the file is the document. */
    readonly position: string;
    readonly value: unknown;
    /** About how long it was as text. */
    readonly bytes: number;
    /** It is of a file that is too large for memory, and so are its records together. */
    readonly isOfLarge?: boolean;
    /** In a part of an array: the index of its first item in the whole. */
    readonly firstIndex?: number;
}

export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/** Parses a document; what it says of what is no JSON is for people. */
export function parseDocument(text: string): Parsed {
    const parsed = parse(text);
    return parsed.ok ? unwrapRejection(parsed.value) : parsed;
}

// A file of rejected records is loaded again once they are mended; what was no JSON stands in it as text.
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

/** The documents of a file that is read as a whole. One whose first line is a document by itself holds one on each line. */
export function splitIntoDocuments(file: string, text: string): { position: string; text: string }[] {
    if (!linesName.test(file) && !holdsLines(text)) return [{ position: "", text }];
    return text
        .split("\n")
        .map((line, at) => ({ position: `line ${at + 1}`, text: line.trim() }))
        .filter((line) => line.text !== "");
}

/** Whether the first line of a text is a document, and more follows: no JSON value goes on after its end. */
export function holdsLines(text: string): boolean {
    const end = text.indexOf("\n");
    if (end === -1 || !/\S/.test(text.slice(end))) return false;
    const line = text.slice(0, end);
    // What opens something or goes on is no document, which is cheaper to see than to parse.
    return /[^\s{[,:]\s*$/.test(line) && parse(line).ok;
}

/** Whether a file begins as those do that gzip packed, whatever it is called. */
export function isGzip(bytes: Buffer): boolean {
    return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The name of a file that holds one document on each line. */
export const linesName = /\.(ndjson|jsonl)(\.gz)?$/;

function parse(text: string): Parsed {
    try {
        return { ok: true, value: JSON.parse(text) };
    } catch (error) {
        return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
}
