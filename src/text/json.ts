import { isDeepStrictEqual } from "node:util";
import { markContainers } from "./marks.ts";
import { endOfNumber, endOfString, isDigit, isUsualNumber, mapTokens, startsNumber } from "./scan.ts";
import { getForm, isContainer, setForm, WrittenNumber, writeJson } from "./written.ts";

/** An object or array that JSON.stringify() may be too deep for. */
const deep = 500;

/**
 * Parses JSON. What JSON.stringify() would not write as it was written, such as a number beyond 2^53, `1.0`, `\u00e9`, a
 * repeated key or a depth of 100,000, is kept: writeJson() and getWritten() give it back.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
    const value: unknown = JSON.parse(text);
    if (isContainer(value) && !isUsual(text, value)) markContainers(text, value);
    return value;
}

/** Parses a text of JSON; undefined for anything else. */
export function findJson(text: unknown, parse = parseJson): unknown {
    try {
        return parse(String(text));
    } catch {
        return undefined;
    }
}

/** The text of an object or array as it was written, without white space; undefined where JSON.stringify() gives the same. */
export function getWritten(value: unknown): string | undefined {
    return isContainer(value) ? getForm(value)?.text : undefined;
}

/** A member of an object that parseJson() read: a number that JSON.stringify() would write differently as a WrittenNumber. */
export function getMember(object: Readonly<Record<string, unknown>>, key: string): unknown {
    const value = object[key];
    if (typeof value !== "number") return value;
    const written = getWritten(object);
    if (written === undefined) return value;
    const token = (parseTokens(written) as Readonly<Record<string, unknown>>)[`s${key}`];
    return typeof token === "string" ? toNumber(token.slice(1)) : value;
}

/** Parses a JSON text that is a number, as getMember() returns it; any other as parseJson() does. */
export function parseAny(text: string): unknown {
    const value = parseJson(text);
    return typeof value === "number" ? toNumber(text.trim()) : value;
}

function toNumber(token: string): number | WrittenNumber {
    return isUsualNumber(token) ? Number(token) : new WrittenNumber(token);
}

/** The first key that is there twice in one object of a value that parseJson() returned. */
export function findRepeatedKey(value: unknown): string | undefined {
    return isContainer(value) ? getForm(value)?.repeated : undefined;
}

/** How many keys of a value that parseJson() returned were there before in the same object. */
export function countRepeatedKeys(value: unknown): number {
    return (isContainer(value) ? getForm(value)?.repeats : undefined) ?? 0;
}

/** Adds fields that an object lacks in front of its own. */
export function withFields<T extends object>(fields: Readonly<Record<string, unknown>>, value: T): T {
    const mark = getForm(value);
    // Eight times as fast as a spread, which is needed only for a key `__proto__`, and an object with that has a mark.
    const extended = mark ? { ...fields, ...value } : Object.assign({}, fields, value);
    if (mark) {
        const missing = Object.fromEntries(Object.entries(fields).filter(([field]) => !(field in value)));
        const [before, after] = [writeJson(missing).slice(0, -1), mark.text.slice(1)];
        setForm(extended, { ...mark, text: before + (before === "{" || after === "}" ? "" : ",") + after });
    }
    return extended;
}

/** Whether two JSON texts have the same structure, strings, and numbers as they are written. */
export function isSameJson(left: string, right: string): boolean {
    try {
        const [one, other] = [parseAny(left), parseAny(right)];
        if (countRepeatedKeys(one) + countRepeatedKeys(other) > 0) return false;
        if (getWritten(one) === undefined && getWritten(other) === undefined) return isDeepStrictEqual(one, other);
        return isDeepStrictEqual(parseTokens(left), parseTokens(right));
    } catch {
        return false;
    }
}

// Numbers as texts, told apart from strings by their first character.
function parseTokens(text: string): unknown {
    return JSON.parse(mapTokens(text, (token) => (token.startsWith('"') ? `"s${token.slice(1)}` : `"n${token}"`)));
}

// Whether JSON.stringify() writes the value of a text with the same tokens. The loop is as fast as JSON.parse().
function isUsual(text: string, value: object): boolean {
    if (text.includes("\\u") || text.includes("\\/") || text.includes("__proto__")) return false;
    let [members, depth] = [0, 0];
    for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code <= 0x20 || code === 0x2c) continue;
        if (code === 0x22) {
            const isNumeric = isDigit(text.charCodeAt(at + 1));
            at = endOfString(text, at + 1);
            // An object sorts numeric keys.
            if (isNumeric && isKey(text, at + 1)) return false;
        } else if (code === 0x3a) members++;
        else if (code === 0x7b || code === 0x5b) {
            if (++depth > deep) return false;
        } else if (code === 0x7d || code === 0x5d) depth--;
        else if (startsNumber(code)) {
            const end = endOfNumber(text, at);
            if (!isUsualNumber(text.slice(at, end))) return false;
            at = end - 1;
        }
    }
    return members === countMembers(value);
}

function isKey(text: string, after: number): boolean {
    let at = after;
    while (text.charCodeAt(at) <= 0x20) at++;
    return text.charCodeAt(at) === 0x3a;
}

// Fewer than the text has where a key is repeated.
function countMembers(value: object): number {
    let count = 0;
    if (Array.isArray(value)) {
        for (const item of value) if (isContainer(item)) count += countMembers(item);
        return count;
    }
    for (const key in value) {
        const member = (value as Readonly<Record<string, unknown>>)[key];
        count += isContainer(member) ? 1 + countMembers(member) : 1;
    }
    return count;
}
