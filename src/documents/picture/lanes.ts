/** An end of a line at the edge of a gutter. */
export interface WireEnd {
    readonly side: "left" | "right";
    readonly y: number;
}

/** A line through the gutter between two columns: from each end across to its lane, and along the lane from end to end. */
export interface Wire {
    readonly ends: readonly [WireEnd, WireEnd];
    /** Of two lines that cannot both be drawn, the one with the lower rank goes. */
    readonly rank: number;
}

/** Two lines must be this far apart to be told from one. */
const clearance = 0.6;

/**
 * Gives each line of a gutter a lane, so that no two cross or share a stretch. Lines that cannot have one are left out: they are
 * not in the result. Pure.
 *
 * @param isMirrored whether lanes are filled from the right edge
 * @returns the lane of each line, counted from the left
 */
export function assignLanes<T extends Wire>(wires: readonly T[], isMirrored: boolean): Map<T, number> {
    if (!isMirrored) return fillLanes(wires);
    const mirrored = new Map(wires.map((wire) => [{ ...wire, ends: mirror(wire.ends) }, wire]));
    const lanes = fillLanes([...mirrored.keys()]);
    const last = Math.max(0, ...lanes.values());
    return new Map([...lanes].map(([wire, lane]) => [mirrored.get(wire) as T, last - lane]));
}

function mirror([one, other]: Wire["ends"]): Wire["ends"] {
    const turn = ({ side, y }: WireEnd): WireEnd => ({ side: side === "left" ? "right" : "left", y });
    return [turn(one), turn(other)];
}

function fillLanes<T extends Wire>(wires: readonly T[]): Map<T, number> {
    let rest = dropUntil([...wires], findConflicts);
    rest = dropUntil(rest, findStuck);
    const lanes = new Map<T, number>();
    for (const wire of sortByOrder(rest)) {
        const before = [...lanes].filter(([other]) => !mayStand(wire, other));
        let lane = Math.max(0, ...before.map(([, own]) => own + 1));
        while ([...lanes].some(([other, own]) => own === lane && overlap(wire, other))) lane++;
        lanes.set(wire, lane);
    }
    return lanes;
}

function rangeOf({ ends: [{ y: one }, { y: other }] }: Wire): [number, number] {
    return [Math.min(one, other) - clearance, Math.max(one, other) + clearance];
}

function overlap(one: Wire, other: Wire): boolean {
    const [[top, bottom], [otherTop, otherBottom]] = [rangeOf(one), rangeOf(other)];
    return top < otherBottom && otherTop < bottom;
}

/** Whether the first line may have a lane left of the second's: neither has an end that goes through the other's lane. */
function mayStand(left: Wire, right: Wire): boolean {
    const crosses = (wire: Wire, side: WireEnd["side"], other: Wire): boolean => {
        const [top, bottom] = rangeOf(other);
        return wire.ends.some((end) => end.side === side && end.y >= top && end.y <= bottom);
    };
    return !crosses(left, "right", right) && !crosses(right, "left", left);
}

/** Drops lines, one at a time, until none is in the way. */
function dropUntil<T extends Wire>(wires: readonly T[], find: (wires: readonly T[]) => Map<T, number>): T[] {
    let rest = [...wires];
    for (;;) {
        const bad = [...find(rest)].filter(([, count]) => count > 0);
        const [worst] = bad.sort(([a, most], [b, other]) => other - most || a.rank - b.rank);
        if (!worst) return rest;
        rest = rest.filter((wire) => wire !== worst[0]);
    }
}

/** How many others each line cannot be drawn with. */
function findConflicts<T extends Wire>(wires: readonly T[]): Map<T, number> {
    const isConflict = (one: T, other: T): boolean => one !== other && !mayStand(one, other) && !mayStand(other, one);
    return new Map(wires.map((wire) => [wire, wires.filter((other) => isConflict(wire, other)).length]));
}

/** Lines of which each must be left of the next, and the last left of the first. */
function findStuck<T extends Wire>(wires: readonly T[]): Map<T, number> {
    const sorted = new Set(sortByOrder(wires));
    const stuck = wires.filter((wire) => !sorted.has(wire));
    return new Map(stuck.map((wire) => [wire, 1 + stuck.filter((other) => !mayStand(other, wire)).length]));
}

/** Sorts lines so that each comes after those that must be left of it; leaves out what is in or behind a circle. */
function sortByOrder<T extends Wire>(wires: readonly T[]): T[] {
    const sorted: T[] = [];
    let rest = [...wires];
    for (;;) {
        const next = rest.find((wire) => rest.every((other) => other === wire || mayStand(wire, other)));
        if (!next) return sorted;
        sorted.push(next);
        rest = rest.filter((wire) => wire !== next);
    }
}
