import type { Picture } from "../../../src/documents/picture/layout.ts";
import type { Line, Point } from "../../../src/documents/picture/route.ts";

/** How far a line may come to the edge of a table, or an end to that of its row. */
const close = 0.01;

interface Segment {
    readonly line: Line;
    readonly from: Point;
    readonly to: Point;
}

/**
 * Lists what is wrong with a picture: lines over tables, lines that cross or share a stretch, tables over each other or outside of
 * the picture, ends that are not at their row. Compares everything with everything, unlike the layout.
 */
export function findFaults(picture: Picture): string[] {
    const segments = picture.lines.flatMap((line) =>
        line.points.slice(1).map((to, at): Segment => ({ line, from: line.points[at] ?? to, to })),
    );
    return [
        ...findOverTables(picture, segments),
        ...findMeetings(segments),
        ...findOverlaps(picture),
        ...findLooseEnds(picture),
    ];
}

/** The name of a line in the list of faults. */
export function nameLine({ relation: { table, columns, parent } }: Line): string {
    return `${table}.${columns.join(",")} → ${parent}`;
}

function findOverTables({ boxes, width, height }: Picture, segments: readonly Segment[]): string[] {
    return segments.flatMap(({ line, from, to }) => {
        const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
        const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
        const crossed = boxes.filter(
            (box) =>
                left < box.x + box.width - close &&
                right > box.x + close &&
                top < box.y + box.height - close &&
                bottom > box.y + close,
        );
        const isOutside = left < 0 || top < 0 || right > width || bottom > height;
        return [
            ...crossed.map(({ table }) => `${nameLine(line)} runs over ${table}`),
            ...(isOutside ? [`${nameLine(line)} leaves the picture`] : []),
        ];
    });
}

// All segments are horizontal or vertical, so two of them meet where their extents do.
function findMeetings(segments: readonly Segment[]): string[] {
    return segments.flatMap((one, at) =>
        segments.slice(at + 1).flatMap((other) => {
            if (one.line === other.line) return [];
            const meets = (["x", "y"] as const).every(
                (axis) =>
                    Math.max(Math.min(one.from[axis], one.to[axis]), Math.min(other.from[axis], other.to[axis])) <=
                    Math.min(Math.max(one.from[axis], one.to[axis]), Math.max(other.from[axis], other.to[axis])),
            );
            return meets ? [`${nameLine(one.line)} meets ${nameLine(other.line)}`] : [];
        }),
    );
}

function findOverlaps({ boxes, width, height }: Picture): string[] {
    return boxes.flatMap((one, at) => {
        const isOutside = one.x < 0 || one.y < 0 || one.x + one.width > width || one.y + one.height > height;
        const over = boxes
            .slice(at + 1)
            .filter(
                (other) =>
                    one.x < other.x + other.width &&
                    other.x < one.x + one.width &&
                    one.y < other.y + other.height &&
                    other.y < one.y + one.height,
            );
        return [
            ...over.map(({ table }) => `${one.table} is over ${table}`),
            ...(isOutside ? [`${one.table} leaves the picture`] : []),
        ];
    });
}

function findLooseEnds({ boxes, lines }: Picture): string[] {
    const row = 17;
    return lines.flatMap((line) => {
        const { relation, points } = line;
        const ends = [
            { table: relation.table, column: relation.columns[0], point: points[0] },
            { table: relation.parent, column: relation.parentColumns[0], point: points[3] },
        ];
        return ends.flatMap(({ table, column, point }) => {
            const box = boxes.find((other) => other.table === table);
            const at = box?.rows.findIndex((other) => other.column === column) ?? -1;
            if (!box) return [`${nameLine(line)} ends at nothing`];
            const isBeside = Math.abs(point.x - box.x) < close || Math.abs(point.x - box.x - box.width) < close;
            // The rows are the lowest part of a box.
            const top = box.y + box.height - 4 - (box.rows.length - at) * row;
            const isAtRow = at === -1 ? point.y < box.y + 40 : point.y > top && point.y < top + row;
            return isBeside && isAtRow ? [] : [`${nameLine(line)} misses ${table}.${column}`];
        });
    });
}
