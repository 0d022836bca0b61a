/** The name that somebody most likely meant; undefined where none is near. */
export function findNearest(typed: string, names: readonly string[]): string | undefined {
    const limit = Math.max(2, Math.floor(typed.length / 3));
    const near = names
        .map((name) => ({ name, distance: name.includes(typed) && typed.length > 3 ? 1 : countEdits(typed, name) }))
        .filter(({ distance }) => distance <= limit);
    return near.sort((one, other) => one.distance - other.distance)[0]?.name;
}

// Letters to add, drop or change (https://en.wikipedia.org/wiki/Levenshtein_distance).
function countEdits(one: string, other: string): number {
    let row = Array.from({ length: other.length + 1 }, (_, at) => at);
    for (const [i, letter] of [...one].entries()) {
        const next = [i + 1];
        for (const [j, wanted] of [...other].entries()) {
            const changed = (row[j] ?? 0) + (letter === wanted ? 0 : 1);
            next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
        }
        row = next;
    }
    return row.at(-1) ?? 0;
}
