import { compareWords, splitWords } from "../../../src/search/words.ts";
import { thresholds } from "./thresholds.ts";

export type DuplicateVerdict = "new" | "review" | "duplicate";

export interface PairJudgement {
    readonly verdict: DuplicateVerdict;
    /** The share of their words that both have, apart from those that any question has: 0 to 1. */
    readonly jaccard: number;
    /** Of their vectors, 0 to 1; undefined where one has none. */
    readonly cosine: number | undefined;
}

/**
 * A question without case, punctuation and Markdown, in compatibility form: equal for questions that differ in nothing else.
 * The signs of C++, C# and .NET stay as words.
 */
export function normalizeText(text: string): string {
    return (
        text
            .normalize("NFKC")
            .toLowerCase()
            .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
            .replace(/(?<=\p{L})\+\+/gu, "plusplus")
            .replace(/(?<=\b\p{L})#/gu, "sharp")
            .replace(/(?<!\S)\.net\b/g, "dotnet")
            .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
    ).join(" ");
}

// Two questions that share only these ask for different things: "What is the difference between a … and a …?"
const frame = new Set(
    splitWords(`
        a an the this that these those and or of to in on at by for from with without into between as is are was be been
        it its they their there what which who when where why how do does did can could would should will you your we our
        i explain describe discuss define compare difference differences differ mean means work works use used using
        implement design build make ensure handle approach give example examples concept scenario interview question
    `),
);

/**
 * Judges whether two questions ask the same.
 *
 * @param cosine of their vectors, where both have one
 */
export function judgePair(one: string, other: string, cosine?: number): PairJudgement {
    const texts = [normalizeText(one), normalizeText(other)] as const;
    const near = cosine === undefined ? undefined : Math.min(1, Math.max(0, cosine));
    if (texts[0] === texts[1] && texts[0] !== "") return { verdict: "duplicate", jaccard: 1, cosine: near };
    const jaccard = compareWords(keepSubject(texts[0]), keepSubject(texts[1]));
    return { verdict: decide(jaccard, near), jaccard, cosine: near };
}

function decide(jaccard: number, cosine = 0): DuplicateVerdict {
    const { words, vectors } = thresholds;
    if (jaccard >= words.duplicate) return "duplicate";
    if (cosine >= vectors.duplicate.from) return jaccard >= vectors.duplicate.words ? "duplicate" : "review";
    if (jaccard >= words.review) return "review";
    return cosine >= vectors.review.from && jaccard >= vectors.review.words ? "review" : "new";
}

/** The words that say what a question asks about, each once: those that judgePair() compares. */
export function findSubject(text: string): string[] {
    return splitWords(keepSubject(normalizeText(text)));
}

// A plural counts as its singular; where there are no other words, all of them count.
function keepSubject(normalized: string): string {
    const words = splitWords(normalized).filter((word) => !frame.has(word));
    return words.length === 0 ? normalized : words.map((word) => word.replace(/(?<=\p{L}{3})s$/u, "")).join(" ");
}
