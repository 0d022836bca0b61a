const objectHead = /^(?:CREATE (?:UNIQUE )?(?:VIRTUAL )?(TABLE|INDEX|VIEW|TRIGGER)|export (interface)) "?([\w$]+)/;

/**
 * Describes where a generated file first differs from what it should be: `path:line`, the object, and both lines. The
 * header, which counts the objects, is compared last. Pure; for two texts that differ.
 */
export function describeDifference(path: string, current: string, wanted: string): string {
    if (current === "") return `${path} does not exist`;
    const [have, want] = [current.split("\n"), wanted.split("\n")];
    const first = want.findIndex((line) => objectHead.test(line));
    const differs = (line: string | undefined, at: number): boolean => line !== have[at];
    const later = want.findIndex((line, at) => at >= first && differs(line, at));
    const at = later === -1 ? want.findIndex(differs) : later;
    // What should be there is a beginning of what is there.
    const line = at === -1 ? want.length : at;
    const [, type, otherType, name] =
        want
            .slice(0, line + 1)
            .findLast((text) => objectHead.test(text))
            ?.match(objectHead) ?? [];
    const object = name === undefined ? "" : `${(type ?? otherType ?? "").toLowerCase()} ${name}: `;
    return `${path}:${line + 1}: ${object}${quoteLine(have[line])} should be ${quoteLine(want[line])}`;
}

function quoteLine(line: string | undefined): string {
    return line === undefined ? "the end of the file" : line.trim() === "" ? "an empty line" : `'${line.trim()}'`;
}
