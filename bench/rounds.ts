/** Returns the items in another order for every round, so that each is first in turn. */
export function inTurn<Item>(items: readonly Item[], round: number): Item[] {
    const first = round % items.length;
    return [...items.slice(first), ...items.slice(0, first)];
}

/** Returns the middle number, the upper one of two; NaN for none. */
export function median(numbers: readonly number[]): number {
    const sorted = numbers.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
