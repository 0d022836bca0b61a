const objectHead = /^(?:CREATE (?:UNIQUE )?(?:VIRTUAL )?(TABLE|INDEX|VIEW|TRIGGER)|export (interface)) "?([\w$]+)/;

/**
 * Describes where a generated file first differs from what it should be: an object that only one of the two has, or else
 * `path:line`, the object, and both lines. The header is compared last. Pure; for two texts that differ.
 */
export function describeDifference(path: string, current: string, wanted: string): string {
    if (current === "") return `${path} does not exist`;
    const [have, want] = [current.split("\n"), wanted.split("\n")];
    const [present, needed] = [findHeads(have), findHeads(want)];
    const missing = [...needed].find(([object]) => !present.has(object));
    if (missing) return `${path} lacks the ${missing[0]}`;
    const surplus = [...present].find(([object]) => !needed.has(object));
    if (surplus) return `${path}:${surplus[1] + 1}: the ${surplus[0]} should not be there`;
    const first = Math.min(...needed.values());
    const differs = (line: string | undefined, at: number): boolean => line !== have[at];
    const later = want.findIndex((line, at) => at >= first && differs(line, at));
    const at = later === -1 ? want.findIndex(differs) : later;
    // What should be there is a beginning of what is there.
    const line = at === -1 ? want.length : at;
    const [name] = [...needed].findLast(([, start]) => start <= line) ?? [];
    const object = name === undefined ? "" : `${name}: `;
    return `${path}:${line + 1}: ${object}${quoteLine(have[line])} should be ${quoteLine(want[line])}`;
}

// The objects that lines begin, such as `view v_notes`, with the index of the line.
function findHeads(lines: readonly string[]): Map<string, number> {
    const heads = new Map<string, number>();
    for (const [at, line] of lines.entries()) {
        const [, type, otherType, name] = objectHead.exec(line) ?? [];
        if (name !== undefined) heads.set(`${(type ?? otherType ?? "").toLowerCase()} ${name}`, at);
    }
    return heads;
}

function quoteLine(line: string | undefined): string {
    return line === undefined ? "the end of the file" : line.trim() === "" ? "an empty line" : `'${line.trim()}'`;
}
