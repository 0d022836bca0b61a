// The whole library takes five times as long to load.
import { diffArrays } from "diff/lib/diff/array.js";

/** A stretch of two texts: equal, or with what stood there before and what stands there after. */
export type TextPart =
    | { readonly isChange: false; readonly text: string }
    | { readonly isChange: true; readonly before: string; readonly after: string };

interface Piece {
    /** A word or a sign; what is compared. */
    readonly core: string;
    /** The blanks after it. */
    readonly blanks: string;
}

/** The least share of words that two texts must have in common to be shown as one. */
const leastShare = 0.35;
/** Texts of so few words are always shown as one. */
const fewWords = 3;
/** How many words or lines may differ before a comparison is given up: it takes time by the square of that. */
export const mostEffort = 1_000;

/**
 * Compares two texts word by word, or line by line where too many words differ. One equal word between two changes joins
 * them. The equal parts and the `before` parts are together the first text, and so are the `after` parts for the second.
 *
 * @param effort how many words or lines may differ before the comparison is given up
 * @returns undefined where the texts have too little in common to be shown as one
 */
export function compareTexts(before: string, after: string, effort = mostEffort): TextPart[] | undefined {
    const [old, young] = [splitPieces(before), splitPieces(after)];
    const isShort = [old, young].every((pieces) => pieces.filter(isWord).length <= fewWords);
    if (isShort && !before.includes("\n") && !after.includes("\n") && before !== after) {
        const parts = comparePieces(old, young, effort) ?? [];
        return hasCommonWords(parts, before, after) ? tidy(join(parts)) : [{ isChange: true, before, after }];
    }
    if (!mayHaveCommonWords(old, young)) return undefined;
    const words = comparePieces(old, young, effort);
    if (words !== undefined) return hasCommonWords(words, before, after) ? tidy(join(words)) : undefined;
    const lines = comparePieces(splitLines(before), splitLines(after), effort);
    return lines !== undefined && hasCommonWords(lines, before, after) ? lines : undefined;
}

function splitPieces(text: string): Piece[] {
    const pieces = [...text.matchAll(/([\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_])(\s*)/gu)];
    const blanks = /^\s*/.exec(text)?.[0] ?? "";
    const first = blanks === "" ? [] : [{ core: "", blanks }];
    return [...first, ...pieces.map(([, core = "", after = ""]) => ({ core, blanks: after }))];
}

function splitLines(text: string): Piece[] {
    return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((core) => ({ core, blanks: "" }));
}

function isWord({ core }: Piece): boolean {
    return /^[\p{L}\p{M}\p{N}_]/u.test(core);
}

function comparePieces(old: readonly Piece[], young: readonly Piece[], effort: number): TextPart[] | undefined {
    const cores = (pieces: readonly Piece[]): string[] => pieces.map(({ core }) => core);
    const found = diffArrays(cores(old), cores(young), { maxEditLength: effort });
    if (found === undefined) return undefined;
    const parts: TextPart[] = [];
    let [at, other] = [0, 0];
    for (const { added, removed, value } of found) {
        for (const _ of value) {
            const left = added ? undefined : old[at++];
            const right = removed ? undefined : young[other++];
            if (left && right) {
                add(parts, left.core);
                if (left.blanks === right.blanks) add(parts, left.blanks);
                else change(parts, left.blanks, right.blanks);
            } else change(parts, toText(left), toText(right));
        }
    }
    return parts;
}

function toText(piece: Piece | undefined): string {
    return piece === undefined ? "" : piece.core + piece.blanks;
}

function add(parts: TextPart[], text: string): void {
    const last = parts.at(-1);
    if (text === "") return;
    if (last?.isChange === false) parts[parts.length - 1] = { isChange: false, text: last.text + text };
    else parts.push({ isChange: false, text });
}

function change(parts: TextPart[], before: string, after: string): void {
    const last = parts.at(-1);
    if (last?.isChange === true)
        parts[parts.length - 1] = { isChange: true, before: last.before + before, after: last.after + after };
    else parts.push({ isChange: true, before, after });
}

function hasCommonWords(parts: readonly TextPart[], before: string, after: string): boolean {
    const common = parts.reduce((sum, part) => sum + (part.isChange ? 0 : countWords(part.text)), 0);
    const all = countWords(before) + countWords(after);
    return all === 0 || (2 * common) / all >= leastShare;
}

// In any order: much faster to know than what they have in common in their order.
function mayHaveCommonWords(old: readonly Piece[], young: readonly Piece[]): boolean {
    const [words, others] = [old, young].map((pieces) => pieces.filter(isWord).map(({ core }) => core));
    const left = new Map<string, number>();
    for (const word of words ?? []) left.set(word, (left.get(word) ?? 0) + 1);
    let common = 0;
    for (const word of others ?? []) {
        const count = left.get(word) ?? 0;
        if (count > 0) common++;
        left.set(word, count - 1);
    }
    const all = (words?.length ?? 0) + (others?.length ?? 0);
    return all === 0 || (2 * common) / all >= leastShare;
}

function countWords(text: string): number {
    return text.match(/[\p{L}\p{M}\p{N}_]+/gu)?.length ?? 0;
}

function join(parts: readonly TextPart[]): TextPart[] {
    const joined: TextPart[] = [];
    parts.forEach((part, at) => {
        const isBetween = joined.at(-1)?.isChange === true && parts[at + 1] !== undefined;
        if (part.isChange) change(joined, part.before, part.after);
        else if (isBetween && countWords(part.text) <= 1) change(joined, part.text, part.text);
        else joined.push(part);
    });
    return joined;
}

// Blanks that end both sides of a change are equal: they stand behind it.
function tidy(parts: readonly TextPart[]): TextPart[] {
    const tidied: TextPart[] = [];
    for (const part of parts) {
        const blanks = part.isChange ? (/\s+$/.exec(part.before)?.[0] ?? "") : "";
        if (!part.isChange) add(tidied, part.text);
        else if (blanks === "" || part.before === blanks || !part.after.endsWith(blanks)) tidied.push(part);
        else {
            const [before, after] = [part.before, part.after].map((text) => text.slice(0, -blanks.length));
            tidied.push(
                { isChange: true, before: before ?? "", after: after ?? "" },
                { isChange: false, text: blanks },
            );
        }
    }
    return tidied;
}
