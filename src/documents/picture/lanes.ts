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
    // What must stand left of each line.
    const lefts: Lefts<T> = new Map(
        wires.map((wire) => [wire, new Set(wires.filter((other) => other !== wire && !mayStand(wire, other)))]),
    );
    dropConflicts(lefts);
    const lanes = new Map<T, number>();
    for (const wire of sortFromLeft(lefts)) {
        let lane = 0;
        for (const other of lefts.get(wire) ?? []) lane = Math.max(lane, (lanes.get(other) ?? -1) + 1);
        const taken = new Set([...lanes].flatMap(([other, own]) => (overlap(wire, other) ? [own] : [])));
        while (taken.has(lane)) lane++;
        lanes.set(wire, lane);
    }
    return lanes;
}

type Lefts<T> = Map<T, Set<T>>;

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

/** Drops lines of which each must stand left of the other; first the one that is in the way of most. */
function dropConflicts<T extends Wire>(lefts: Lefts<T>): void {
    const conflicts = new Map(
        [...lefts].map(([wire, others]) => [wire, [...others].filter((other) => lefts.get(other)?.has(wire))]),
    );
    for (;;) {
        const counts = [...lefts.keys()].map((wire): [T, number] => [
            wire,
            (conflicts.get(wire) ?? []).filter((other) => lefts.has(other)).length,
        ]);
        const worst = findWorst(counts.filter(([, count]) => count > 0));
        if (!worst) return;
        drop(lefts, worst);
    }
}

/** Sorts lines so that each comes after those that must be left of it; drops lines that must be left of themselves in the end. */
function sortFromLeft<T extends Wire>(lefts: Lefts<T>): Set<T> {
    const sorted = new Set<T>();
    for (;;) {
        const isFree = ([wire, others]: [T, Set<T>]): boolean =>
            !sorted.has(wire) && [...others].every((other) => sorted.has(other));
        const next = [...lefts].find(isFree);
        if (next) {
            sorted.add(next[0]);
            continue;
        }
        const stuck = [...lefts].filter(([wire]) => !sorted.has(wire));
        const worst = findWorst(stuck.map(([wire, others]) => [wire, others.size]));
        if (!worst) return sorted;
        drop(lefts, worst);
    }
}

function findWorst<T extends Wire>(counts: readonly [T, number][]): T | undefined {
    const [worst] = [...counts].sort(([a, most], [b, other]) => other - most || a.rank - b.rank);
    return worst?.[0];
}

function drop<T>(lefts: Lefts<T>, wire: T): void {
    lefts.delete(wire);
    for (const others of lefts.values()) others.delete(wire);
}
