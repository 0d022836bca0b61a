import { parseJson } from "../../text/json.ts";
import type { Rejection } from "../loader.ts";

/** A parsed document: a file, one line of it, or a part of a document that is too large for memory. */
export interface SourceDocument {
    readonly file: string;
    /** `line 3`; empty if the file is the document. */
    readonly position: string;
    readonly value: unknown;
    /** Approximate length as text. */
    readonly bytes: number;
    /** It comes from a file that is too large for memory. */
    readonly isOfLarge?: boolean;
    /** It is the record of a line of a reject file, which is never skipped. */
    readonly isReject?: boolean | undefined;
    /** For a part of an array: the index of its first item in the whole array. */
    readonly firstIndex?: number;
}

/** A value, and whether it is the record of a line of a reject file. */
export type Parsed =
    | { readonly ok: true; readonly value: unknown; readonly isReject?: boolean }
    | { readonly ok: false; readonly message: string };

/** One of several values in a text. */
type ParsedValue = Extract<Parsed, { readonly ok: true }> & Pick<SourceDocument, "position" | "bytes">;

/** Parses a document, unwrapping a record of a reject file. */
export function parseDocument(text: string): Parsed {
    const parsed = parse(text);
    return parsed.ok ? unwrapRejection(parsed.value) : parsed;
}

// A reject file can be corrected and loaded again; it holds invalid JSON as text.
function unwrapRejection(value: unknown): Parsed {
    const isWrapped =
        value !== null &&
        typeof value === "object" &&
        "record" in value &&
        Object.keys(value).sort().join() === "code,file,message,position,record";
    if (!isWrapped) return { ok: true, value };
    const { record } = value as Rejection;
    const parsed: Parsed = typeof record === "string" ? parse(record) : { ok: true, value: record };
    return parsed.ok ? { ...parsed, isReject: true } : parsed;
}

/** Splits the text of a file into documents: none if it is blank, one per line if the name says so or the first line is a document. */
export function splitIntoDocuments(file: string, text: string): { position: string; text: string }[] {
    if (!/\S/.test(text)) return [];
    if (!linesName.test(file) && !holdsLines(text)) return [{ position: "", text }];
    return text
        .split("\n")
        .map((line, at) => ({ position: `line ${at + 1}`, text: line.trim() }))
        .filter((line) => line.text !== "");
}

const betweenValues = /(?<=[\]}])[ \t\r]*\n\s*(?=[[{])/g;

/**
 * Parses JSON values that follow each other, as `sqlite3 -json` writes those of several queries: each begins on a new line.
 * A string has no line break, so no value holds what separates two of them.
 *
 * @returns undefined for fewer than two values, or if one is not JSON
 */
export function parseSequence(text: string): ParsedValue[] | undefined {
    const values: ParsedValue[] = [];
    let from = text.search(/\S/);
    let line = 1 + countBreaks(text, 0, from);
    for (const between of [...text.matchAll(betweenValues), undefined]) {
        const end = between?.index ?? text.length;
        if (values.length === 0 && !between) return undefined;
        const parsed = parseDocument(text.slice(from, end));
        if (!parsed.ok) return undefined;
        values.push({ ...parsed, position: `line ${line}`, bytes: end - from });
        const next = end + (between?.[0].length ?? 0);
        line += countBreaks(text, from, next);
        from = next;
    }
    return values;
}

function countBreaks(text: string, from: number, end: number): number {
    let count = 0;
    for (let at = text.indexOf("\n", from); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) count++;
    return count;
}

/** Whether the first line of a text is a complete JSON value, more follows, and no value continues on the next line. */
export function holdsLines(text: string): boolean {
    const end = text.indexOf("\n");
    if (end === -1 || !/\S/.test(text.slice(end))) return false;
    const line = text.slice(0, end);
    // A line that ends with an opening bracket, colon or comma is incomplete, which is cheaper to check than to parse.
    return /[^\s{[,:]\s*$/.test(line) && parse(line).ok && !hasOpenLine(text, end);
}

// Whether a line ends within a value; the last one may, where a file of lines is cut off.
function hasOpenLine(text: string, from: number): boolean {
    for (let start = from + 1, end: number; ; start = end + 1) {
        end = text.indexOf("\n", start);
        if (end === -1) return false;
        let last = end - 1;
        while (last >= start && text.charCodeAt(last) <= 0x20) last--;
        if (last >= start && opening.includes(text.charAt(last)) && /\S/.test(text.slice(end))) return true;
    }
}

const opening = "{[,:";

/** Whether a file begins with the magic number of gzip. */
export function isGzip(bytes: Buffer): boolean {
    return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Matches the names of files with one document per line. */
export const linesName = /\.(ndjson|jsonl)(\.gz)?$/;

function parse(text: string): Parsed {
    try {
        return { ok: true, value: parseJson(text) };
    } catch (error) {
        return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
}
