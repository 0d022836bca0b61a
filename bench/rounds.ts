/** Gives the items in another order in every round: each goes first in its turn. */
export function inTurn<Item>(items: readonly Item[], round: number): Item[] {
    const first = round % items.length;
    return [...items.slice(first), ...items.slice(0, first)];
}

/** The middle one; of an even number the upper of the two. NaN of none. */
export function median(numbers: readonly number[]): number {
    const sorted = numbers.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
