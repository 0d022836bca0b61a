import type { Connection } from "../database/connection.ts";
import { readSearch, type SearchStatements } from "./site.ts";
import { compareWords } from "./words.ts";

/** From this similarity on, two texts that share so many of their words say the same. */
export const duplicate = { from: 0.95, sharedWords: 0.6 };
/** From this similarity on, two texts may say the same if they share this many of their words. */
export const possible = { from: 0.9, sharedWords: 0.4 };

export interface Pair {
    readonly ids: readonly [string, string];
    readonly texts: readonly [string, string];
    /** 0 to 1. */
    readonly similarity: number;
    /** The share of the words that both have, 0 to 1. */
    readonly sharedWords: number;
    readonly kind: "duplicate" | "possible";
}

interface Vectors {
    readonly ids: readonly string[];
    readonly dimensions: number;
    /** All vectors, one after another, each of length 1. */
    readonly values: Float32Array;
    /** A bit for each dimension: whether it is above 0. */
    readonly signs: Uint32Array;
}

const page = 2_000;
const textsAtOnce = 500;
const wordBits = 32;

export interface DuplicateOptions {
    /** The lowest similarity of a possible duplicate. */
    readonly threshold: number;
    readonly model: string;
    /** Only pairs of which at least one text is of this channel. */
    readonly channel?: string | undefined;
    readonly signal: AbortSignal;
    readonly progress: (done: number, of: number) => void;
}

/**
 * Finds all pairs of texts whose vectors are at least as similar as `threshold`, each pair once, the most similar first. Pairs
 * below `duplicate.from` count only if they share words.
 */
export async function findDuplicates(
    connection: Connection,
    statements: SearchStatements,
    { threshold, model, channel, signal, progress }: DuplicateOptions,
): Promise<{ readonly compared: number; readonly pairs: readonly Pair[] }> {
    const vectors = await readVectors(connection, statements, model, signal);
    const near = await findNear(vectors, threshold, signal, progress);
    const ids = [...new Set(near.flatMap(({ ids }) => ids))];
    const texts = new Map<string, { readonly text: string; readonly channel: string }>();
    for (let at = 0; at < ids.length; at += textsAtOnce) {
        const rows = await readSearch(connection, statements, "passages", {
            ids: { items: ids.slice(at, at + textsAtOnce) },
        });
        for (const row of rows) texts.set(String(row.id), { text: String(row.text), channel: String(row.channel) });
    }
    const pairs = near.flatMap(({ ids: [one, other], similarity }): Pair[] => {
        const [text, otherText] = [texts.get(one), texts.get(other)];
        // Deleted since its vector was made.
        if (text === undefined || otherText === undefined) return [];
        if (channel !== undefined && text.channel !== channel && otherText.channel !== channel) return [];
        const sharedWords = compareWords(text.text, otherText.text);
        if (similarity < duplicate.from && sharedWords < possible.sharedWords) return [];
        const isSame = similarity >= duplicate.from && sharedWords >= duplicate.sharedWords;
        const kind = isSame ? "duplicate" : "possible";
        return [{ ids: [one, other], texts: [text.text, otherText.text], similarity, sharedWords, kind }];
    });
    return {
        compared: vectors.ids.length,
        pairs: pairs.sort((a, b) => b.similarity - a.similarity || (a.ids.join() < b.ids.join() ? -1 : 1)),
    };
}

async function readVectors(
    connection: Connection,
    statements: SearchStatements,
    model: string,
    signal: AbortSignal,
): Promise<Vectors> {
    const ids: string[] = [];
    const found: Float32Array[] = [];
    for (let after = ""; ; ) {
        signal.throwIfAborted();
        const rows = await readSearch(connection, statements, "vectors", { model, after, limit: page });
        for (const { question_id: id, vector } of rows) {
            if (!(vector instanceof Uint8Array)) continue;
            ids.push(String(id));
            found.push(readVector(vector));
        }
        if (rows.length < page) break;
        after = ids.at(-1) ?? "";
    }
    const dimensions = found[0]?.length ?? 0;
    const values = new Float32Array(ids.length * dimensions);
    const size = Math.ceil(dimensions / wordBits);
    const signs = new Uint32Array(ids.length * size);
    for (const [at, vector] of found.entries()) {
        values.set(vector, at * dimensions);
        for (const [dimension, value] of vector.entries()) {
            const word = at * size + Math.floor(dimension / wordBits);
            if (value > 0) signs[word] = ((signs[word] ?? 0) | (1 << (dimension % wordBits))) >>> 0;
        }
    }
    return { ids, dimensions, values, signs };
}

/**
 * Reads a vector as vector8() of libSQL stores it: a byte for each dimension, padded to four; as numbers of four bytes the
 * scale and the lowest value; an empty byte, the count of padding bytes, and the type. Scales it to length 1.
 */
export function readVector(blob: Uint8Array): Float32Array {
    const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
    const padded = blob.length - 11;
    const dimensions = padded - view.getUint8(blob.length - 2);
    const [scale, lowest] = [view.getFloat32(padded, true), view.getFloat32(padded + 4, true)];
    const vector = new Float32Array(dimensions);
    let sum = 0;
    for (let at = 0; at < dimensions; at++) {
        const value = view.getUint8(at) * scale + lowest;
        vector[at] = value;
        sum += value * value;
    }
    const length = Math.sqrt(sum) || 1;
    return vector.map((value) => value / length);
}

interface Near {
    readonly ids: readonly [string, string];
    readonly similarity: number;
}

/** How many rows are compared with all others before the event loop runs. */
const rowsAtOnce = 200;

// Two vectors at an angle differ in about angle / 180° of their signs, so most pairs are passed over by a few comparisons of
// 32 signs at once. The limit is three standard deviations beyond that share.
async function findNear(
    { ids, dimensions, values, signs }: Vectors,
    threshold: number,
    signal: AbortSignal,
    progress: DuplicateOptions["progress"],
): Promise<Near[]> {
    const share = Math.acos(Math.min(threshold, 1)) / Math.PI;
    const limit = Math.ceil(dimensions * share + 3 * Math.sqrt(dimensions * share * (1 - share)));
    const size = Math.ceil(dimensions / wordBits);
    const near: Near[] = [];
    for (let from = 0; from < ids.length; from += rowsAtOnce) {
        signal.throwIfAborted();
        // Each row has one fewer to be compared with than the one before.
        progress(from * (2 * ids.length - from), ids.length * ids.length);
        await new Promise((resolve) => setImmediate(resolve));
        for (let one = from; one < Math.min(from + rowsAtOnce, ids.length); one++) {
            for (let other = one + 1; other < ids.length; other++) {
                if (!differsLittle(signs, one * size, other * size, size, limit)) continue;
                const similarity = multiply(values, one * dimensions, other * dimensions, dimensions);
                if (similarity < threshold) continue;
                near.push({ ids: [ids[one] ?? "", ids[other] ?? ""], similarity: Math.min(similarity, 1) });
            }
        }
    }
    return near;
}

function differsLittle(signs: Uint32Array, one: number, other: number, size: number, limit: number): boolean {
    let count = 0;
    for (let at = 0; at < size; at++) {
        // The number of bits that are 1 (Hacker's Delight, 5-1).
        let bits = (signs[one + at] as number) ^ (signs[other + at] as number);
        bits -= (bits >>> 1) & 0x55555555;
        bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
        count += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
        if (count > limit) return false;
    }
    return true;
}

function multiply(values: Float32Array, one: number, other: number, dimensions: number): number {
    let sum = 0;
    for (let at = 0; at < dimensions; at++) sum += (values[one + at] as number) * (values[other + at] as number);
    return sum;
}
