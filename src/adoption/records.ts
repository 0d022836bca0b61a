import { isUtf8 } from "node:buffer";
import { toCamelCase } from "../sql/names.ts";
import { parseAny } from "../text/json.ts";
import { mapTokens } from "../text/scan.ts";
import type { TextForm } from "./origins.ts";

/**
 * Reads a quarantined row in the form of the exports: camelCase names, and JSON columns as values if they hold JSON.
 * Values that JavaScript cannot represent are preserved: blobs and text that is not UTF-8 as `{"blob":"00FF"}`, large
 * numbers as text of their digits.
 *
 * @param bytes the quarantined JSON object, in which each text has its original bytes
 */
export function readDocument(
    bytes: Uint8Array,
    forms: ReadonlyMap<string, TextForm> | undefined,
): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(parseRecord(bytes)).flatMap(([column, value]) => {
            const form = forms?.get(column);
            // In a record, null would be the JSON null.
            if (form === "any-json" && value === null) return [];
            const isJson = (form === "json" || form === "any-json") && typeof value === "string";
            return [[toCamelCase(column), isJson ? parseOrKeep(value) : value]];
        }),
    );
}

function parseOrKeep(text: string): unknown {
    try {
        return parseAny(text);
    } catch {
        return text;
    }
}

function parseRecord(bytes: Uint8Array): Record<string, unknown> {
    const json = Buffer.from(bytes);
    if (isUtf8(json)) return JSON.parse(quoteNumbers(json.toString()));
    // Decoded as Latin-1 it is still JSON, because the syntax of JSON is ASCII.
    const parsed = JSON.parse(quoteNumbers(json.toString("latin1"))) as Record<string, unknown>;
    return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [decode(key), decode(value)]));
}

const largeNumber = /\d{16}|e[+\d]/i;

function quoteNumbers(json: string): string {
    if (!largeNumber.test(json)) return json;
    return mapTokens(json, (token) => {
        if (token.startsWith('"')) return token;
        const number = Number(token);
        const isHeld = Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
        return isHeld || (/[.e]/i.test(token) && Number.isFinite(number)) ? token : `"${token}"`;
    });
}

function decode<T>(value: T): T | string | { blob: string } {
    if (typeof value !== "string") return value;
    const bytes = Buffer.from(value, "latin1");
    return isUtf8(bytes) ? bytes.toString() : { blob: bytes.toString("hex").toUpperCase() };
}
