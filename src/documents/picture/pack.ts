/** A rectangle to be placed: tables that are connected, in columns. */
export interface Block {
    readonly width: number;
    readonly height: number;
    /** The lower ends of columns under which a loose table may stand. */
    readonly floors: readonly Floor[];
}

/** Where a column ends, from the upper left corner of its block. */
interface Floor {
    readonly x: number;
    readonly bottom: number;
}

/** The window that a picture should fit. */
export interface PictureFrame {
    readonly width: number;
    readonly height: number;
}

interface Spot {
    readonly x: number;
    readonly y: number;
}

/** Where everything stands. */
interface Packing extends PictureFrame {
    readonly blocks: readonly Spot[];
    /** Of the loose tables, in their order. */
    readonly loose: readonly Spot[];
}

export interface PackOptions {
    /** Of every loose table. */
    readonly width: number;
    /** Between two tables of a column. */
    readonly gap: number;
    /** Between two columns, and between two shelves. */
    readonly between: number;
    readonly frame: PictureFrame;
}

const columnLimit = 24;

/**
 * Places blocks on shelves, and loose tables below the shortest columns, else in columns of their own. Of all widths, the one with
 * which the picture is largest in the frame; of those, the one with the fewest shelves. Pure.
 *
 * @param loose the heights of the tables that belong to no block
 */
export function pack(blocks: readonly Block[], loose: readonly number[], options: PackOptions): Packing {
    const { width, between, frame } = options;
    // More columns than this fit no window.
    const columns = loose.slice(0, columnLimit).map((_, at) => (at + 1) * width + at * between);
    const sums = blocks.map((_, at) => blocks.slice(0, at + 1).reduce((sum, block) => sum + block.width, at * between));
    const limits = new Set([...sums, ...columns, ...sums.flatMap((sum) => columns.map((own) => sum + between + own))]);
    const least = Math.max(0, ...blocks.map((block) => block.width), loose.length > 0 ? width : 0);
    const scale = (packing: PictureFrame): number =>
        Math.min(1, frame.width / packing.width, frame.height / packing.height);
    let best: Packing | undefined;
    for (const limit of [...limits, least].filter((limit) => limit >= least).sort((a, b) => b - a)) {
        const packing = packInto(limit, blocks, loose, options);
        if (!best || scale(packing) > scale(best) + 0.001) best = packing;
    }
    return best ?? { width: 0, height: 0, blocks: [], loose: [] };
}

interface Shelf {
    readonly top: number;
    width: number;
    height: number;
    readonly floors: { x: number; bottom: number }[];
}

function packInto(
    limit: number,
    blocks: readonly Block[],
    loose: readonly number[],
    { width, gap, between }: PackOptions,
): Packing {
    const shelves: Shelf[] = [];
    const spots = blocks.map((block): Spot => {
        const { shelf, x } = reserve(shelves, block.width, limit, between);
        shelf.height = Math.max(shelf.height, block.height);
        shelf.floors.push(...block.floors.map((floor) => ({ x: x + floor.x, bottom: floor.bottom })));
        return { x, y: shelf.top };
    });
    const first = loose.map((height) => placeBelow(shelves, height, gap));
    const homeless = first.filter((spot) => spot === undefined).length;
    // As many columns of their own as there is room for.
    for (let at = 0; at < homeless; at++) {
        if (at > 0 && (shelves.at(-1)?.width ?? 0) + between + width > limit) break;
        const { shelf, x } = reserve(shelves, width, limit, between);
        shelf.floors.push({ x, bottom: 0 });
    }
    const last = shelves.slice(-1);
    const stretch = (height: number): Spot => placeBelow(last, height, gap, true) ?? { x: 0, y: 0 };
    return {
        blocks: spots,
        loose: first.map((spot, at) => spot ?? stretch(loose[at] ?? 0)),
        width: Math.max(0, ...shelves.map((shelf) => shelf.width)),
        height: last.reduce((sum, { top, height }) => sum + top + height, 0),
    };
}

// Only the last shelf may still become higher.
function reserve(shelves: Shelf[], own: number, limit: number, between: number): { shelf: Shelf; x: number } {
    const last = shelves.at(-1);
    const x = last && last.width > 0 ? last.width + between : 0;
    if (last && x + own <= limit) {
        last.width = x + own;
        return { shelf: last, x };
    }
    const top = last ? last.top + last.height + between : 0;
    const shelf = { top, width: own, height: 0, floors: [] };
    shelves.push(shelf);
    return { shelf, x: 0 };
}

function placeBelow(shelves: readonly Shelf[], height: number, gap: number, mayStretch = false): Spot | undefined {
    const below = (bottom: number): number => (bottom === 0 ? 0 : bottom + gap);
    let shortest: { shelf: Shelf; floor: Shelf["floors"][number] } | undefined;
    for (const shelf of shelves) {
        for (const floor of shelf.floors) {
            const hasRoom = mayStretch || below(floor.bottom) + height <= shelf.height;
            if (hasRoom && (!shortest || floor.bottom < shortest.floor.bottom)) shortest = { shelf, floor };
        }
    }
    if (!shortest) return undefined;
    const { shelf, floor } = shortest;
    const y = below(floor.bottom);
    floor.bottom = y + height;
    shelf.height = Math.max(shelf.height, floor.bottom);
    return { x: floor.x, y: shelf.top + y };
}
