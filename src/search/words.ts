/** The most words of a search that count; a text of a page is cut. */
const mostWords = 32;

/** Splits a text into its words as the full text does: runs of letters and digits, in lower case, each once. */
export function splitWords(text: string): string[] {
    return [
        ...new Set(
            text
                .normalize("NFC")
                .toLowerCase()
                .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [],
        ),
    ];
}

/** The words of a search. */
export function readSearchWords(text: string): string[] {
    return splitWords(text).slice(0, mostWords);
}

/** The share of the words of two texts that both have: 0 to 1 (Jaccard). */
export function compareWords(one: string, other: string): number {
    const [words, others] = [new Set(splitWords(one)), new Set(splitWords(other))];
    const shared = [...words].filter((word) => others.has(word)).length;
    const all = words.size + others.size - shared;
    return all === 0 ? 0 : shared / all;
}
