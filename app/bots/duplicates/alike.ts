/** Two texts by their places in a list, with the share of their words that both have: 0 to 1 (Jaccard). */
export interface Alike {
    readonly one: number;
    readonly other: number;
    readonly share: number;
}

/**
 * Finds all pairs of texts that share at least so much of their words, each pair once, `one` before `other`. With an index of
 * the rarest words, so that tens of thousands of texts take seconds: two texts that share so much share one of these.
 *
 * @param texts the words of each text, without repeats
 * @param least above 0, up to 1
 */
export function findAlike(texts: readonly (readonly string[])[], least: number): readonly Alike[] {
    const places = new Map<number, number[]>();
    const ranked = rankWords(texts);
    const pairs: Alike[] = [];
    for (const [other, words] of ranked.entries()) {
        const met = new Set<number>();
        // Of n words, least · n must be shared at least, so one of the first n - least · n + 1 is.
        for (const word of words.slice(0, words.length - Math.ceil(least * words.length) + 1)) {
            const having = places.get(word) ?? [];
            for (const one of having) met.add(one);
            having.push(other);
            places.set(word, having);
        }
        for (const one of met) {
            const share = compareRanked(ranked[one] ?? [], words);
            if (share >= least) pairs.push({ one, other, share });
        }
    }
    return pairs;
}

/** The words of each text as numbers in ascending order; the rarer a word, the lower its number. */
function rankWords(texts: readonly (readonly string[])[]): readonly (readonly number[])[] {
    const counts = new Map<string, number>();
    for (const word of texts.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
    const ranks = new Map([...counts].sort(([, one], [, other]) => one - other).map(([word], rank) => [word, rank]));
    return texts.map((words) => words.map((word) => ranks.get(word) ?? 0).sort((one, other) => one - other));
}

function compareRanked(words: readonly number[], others: readonly number[]): number {
    let [at, otherAt, shared] = [0, 0, 0];
    while (at < words.length && otherAt < others.length) {
        const difference = (words[at] ?? 0) - (others[otherAt] ?? 0);
        if (difference === 0) shared++;
        if (difference <= 0) at++;
        if (difference >= 0) otherAt++;
    }
    return shared / (words.length + others.length - shared);
}
