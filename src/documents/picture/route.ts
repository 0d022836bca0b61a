import { type Box, findRowOffset, measures, type PictureRelation } from "./boxes.ts";
import { assignLanes, type Wire, type WireEnd } from "./lanes.ts";

export interface Point {
    readonly x: number;
    readonly y: number;
}

/** A line from the row of a column to the row of the column that it refers to: across, along a lane, across. */
export interface Line {
    readonly relation: PictureRelation;
    readonly points: readonly [Point, Point, Point, Point];
}

/** A box in its column. */
export interface ColumnBox extends Box {
    readonly y: number;
    /** The place of its column, from 0. */
    readonly column: number;
}

/** What a cluster looks like, from its own upper left corner. */
export interface Routed {
    readonly lines: readonly Line[];
    /** The left edge of each column. */
    readonly lefts: readonly number[];
    readonly width: number;
}

const gutters = { empty: 40, edge: 14, near: 18, lane: 9 };
/** The distance of ends that meet at the same row. */
const fan = 4;
/** A line whose rows are no farther apart than this has no bend. */
const straight = 8;

/** A line that is to be drawn: the row of each end, and the gutter that it takes. */
interface Draft {
    readonly relation: PictureRelation;
    /** The gutter right of this column; -1 for the one left of all. */
    readonly gutter: number;
    readonly ends: readonly [DraftEnd, DraftEnd];
}

interface DraftEnd {
    readonly box: ColumnBox;
    readonly side: "left" | "right";
    /** The middle of its row. */
    readonly y: number;
}

interface DraftWire extends Wire {
    readonly draft: Draft;
}

/**
 * Routes the lines of a cluster at right angles through the gutters between its columns, so that none crosses a table or another
 * line. A relation between tables that are farther apart gets no line, nor one that would cross. Pure.
 *
 * @param hub the column of the hub: lines gather on its side of a gutter, and lines inside of a column run on the far side
 */
export function routeLines(boxes: readonly ColumnBox[], relations: readonly PictureRelation[], hub: number): Routed {
    let drafts = relations.flatMap((relation) => draftLine(relation, boxes, hub));
    const columns = Math.max(...boxes.map(({ column }) => column)) + 1;
    for (;;) {
        const wires = toWires(drafts);
        const placed = Array.from({ length: columns + 1 }, (_, at) =>
            assignLanes(
                wires.filter(({ draft }) => draft.gutter === at - 1),
                at - 1 < hub,
            ),
        );
        const kept = placed.flatMap((lanes) => [...lanes.keys()].map(({ draft }) => draft));
        // Without the lines that are left out, the ends of the others stand closer.
        if (kept.length === drafts.length) return draw(boxes, placed, columns);
        drafts = drafts.filter((draft) => kept.includes(draft));
    }
}

function draftLine(relation: PictureRelation, boxes: readonly ColumnBox[], hub: number): Draft[] {
    const [own, parent] = [relation.table, relation.parent].map((name) => boxes.find(({ table }) => table === name));
    if (!own || !parent || own === parent || Math.abs(own.column - parent.column) > 1) return [];
    const isOuterLeft = own.column < hub;
    const gutter =
        own.column === parent.column ? own.column - (isOuterLeft ? 1 : 0) : Math.min(own.column, parent.column);
    const end = (box: ColumnBox, column: string | undefined): DraftEnd => ({
        box,
        side: box.column <= gutter ? "left" : "right",
        y: box.y + findRowOffset(box, column),
    });
    return [{ relation, gutter, ends: [end(own, relation.columns[0]), end(parent, relation.parentColumns[0])] }];
}

/** Spreads the ends that meet at the same side of the same row, in the order of where their lines come from. */
function toWires(drafts: readonly Draft[]): DraftWire[] {
    const ends = drafts.flatMap(({ ends: [one, other] }) => [
        { end: one, far: other.y },
        { end: other, far: one.y },
    ]);
    const places = new Map<DraftEnd, WireEnd>();
    const alone = new Set<DraftEnd>();
    for (const { end } of ends) {
        if (places.has(end)) continue;
        const meeting = ends.filter(({ end: { box, side, y } }) => box === end.box && side === end.side && y === end.y);
        if (meeting.length === 1) alone.add(end);
        const step = Math.min(fan, (measures.row - 4) / Math.max(1, meeting.length - 1));
        const sorted = meeting.sort((a, b) => a.far - b.far);
        for (const [at, { end: own }] of sorted.entries()) {
            places.set(own, { side: own.side, y: own.y + (at - (sorted.length - 1) / 2) * step });
        }
    }
    const place = (end: DraftEnd): WireEnd => places.get(end) ?? end;
    const straighten = ([one, other]: Draft["ends"]): Wire["ends"] => {
        const [a, b] = [place(one), place(other)];
        const isNear = a.side !== b.side && Math.abs(a.y - b.y) <= straight;
        const y = Math.floor((a.y + b.y) / 2) + 0.5;
        const isMovable = isNear && alone.has(one) && alone.has(other);
        return [isMovable ? { ...a, y } : a, isMovable ? { ...b, y } : b];
    };
    return drafts.map((draft, at) => ({
        draft,
        ends: straighten(draft.ends),
        rank: (draft.relation.why === undefined ? drafts.length : 0) - at,
    }));
}

function draw(boxes: readonly ColumnBox[], placed: readonly ReadonlyMap<DraftWire, number>[], columns: number): Routed {
    const [{ width: own = 0 } = {}] = boxes;
    const widths = placed.map((lanes, at) => {
        const count = Math.max(0, ...[...lanes.values()].map((lane) => lane + 1));
        const isOutside = at === 0 || at === columns;
        if (count === 0) return isOutside ? 0 : gutters.empty;
        return (isOutside ? gutters.near + gutters.edge : 2 * gutters.near) + count * gutters.lane;
    });
    // The left edge of a gutter: what is before it are as many gutters as columns.
    const before = (at: number): number => widths.slice(0, at).reduce((sum, width) => sum + width, at * own);
    const lines = placed.flatMap((lanes, at) => {
        const [left, right] = [before(at), before(at) + (widths[at] ?? 0)];
        const first = left + (at === 0 ? gutters.edge : gutters.near) + gutters.lane / 2;
        return [...lanes].map(([{ draft, ends }, lane]): Line => {
            const edge = ({ side }: WireEnd): number => (side === "left" ? left : right);
            const [from, to] = ends;
            const x = first + lane * gutters.lane;
            return {
                relation: draft.relation,
                points: [
                    { x: edge(from), y: from.y },
                    { x, y: from.y },
                    { x, y: to.y },
                    { x: edge(to), y: to.y },
                ],
            };
        });
    });
    const lefts = Array.from({ length: columns }, (_, at) => before(at) + (widths[at] ?? 0));
    return { lines, lefts, width: before(columns) + (widths[columns] ?? 0) };
}
