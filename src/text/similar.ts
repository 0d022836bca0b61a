/** Counts the letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
export function countEdits(one: string, other: string): number {
    const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)];
    const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
    for (let i = 1; i <= one.length; i++) {
        const row = [i];
        rows.push(row);
        for (let j = 1; j <= other.length; j++) {
            const replaced = at(i - 1, j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1);
            const isSwap = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
            const swapped = isSwap ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
            row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped));
        }
    }
    return at(one.length, other.length);
}

/** Finds the candidate closest to a misspelt name, at most `limit` letters away. */
export function findSimilar(name: string, candidates: Iterable<string>, limit = 3): string | undefined {
    const near = [...candidates]
        .map((candidate) => ({ candidate, edits: countEdits(name.toLowerCase(), candidate.toLowerCase()) }))
        .filter(({ candidate, edits }) => edits <= limit && edits < candidate.length / 2);
    return near.sort((one, other) => one.edits - other.edits)[0]?.candidate;
}

/** The end of a message about an unknown name: ` (Did you mean 'questions'?)`, or nothing. */
export function suggest(name: string, candidates: Iterable<string>): string {
    const similar = findSimilar(name, candidates);
    return similar === undefined ? "" : ` (Did you mean '${similar}'?)`;
}
