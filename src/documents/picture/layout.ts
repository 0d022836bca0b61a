import { isSameName } from "../../sql/names.ts";
import {
    type Box,
    type BoxOptions,
    findRowOffset,
    makeBoxes,
    nameTargets,
    type PictureRelation,
    type PictureTable,
    widen,
} from "./boxes.ts";
import { arrange, type Cluster } from "./columns.ts";
import { findHeights } from "./heights.ts";
import { type PictureFrame, pack } from "./pack.ts";
import { type ColumnBox, type Line, routeLines } from "./route.ts";

/** A table in its place. */
export interface PlacedBox extends Box {
    readonly x: number;
    readonly y: number;
}

/** Tables and the lines between them. Sizes are pixels. */
export interface Picture extends PictureFrame {
    readonly boxes: readonly PlacedBox[];
    readonly lines: readonly Line[];
    /** Relations without a line: they would cross a table or another line. The label of their column says where they lead. */
    readonly named: readonly PictureRelation[];
}

export interface LayoutOptions extends BoxOptions {
    /** What the picture should fit; it may be larger. */
    readonly frame: PictureFrame;
    /** The table in the middle. */
    readonly focus?: string;
}

const [gap, between, margin] = [24, 40, 2];

/**
 * Places tables, and routes lines from the rows of columns to the rows of those that they refer to. No line crosses a table or
 * another line, or shares a stretch with one; a relation for which there is no such line is named at its column. Pure.
 *
 * @param tables in the order of creation, which decides between equal places
 */
export function layOut(
    tables: readonly PictureTable[],
    relations: readonly PictureRelation[],
    options: LayoutOptions,
): Picture {
    const known = relations.flatMap((relation) => useOwnNames(relation, tables));
    const boxes = makeBoxes(tables, known, options);
    const { named } = place(boxes, known, options);
    // The names of tables that no line leads to may make the boxes wider, but move nothing up or down.
    return place(widen(boxes.map((box) => nameTargets(box, named))), known, options);
}

function place(boxes: readonly Box[], relations: readonly PictureRelation[], options: LayoutOptions): Picture {
    const nodes = boxes.map(({ table, height, columns }) => ({ name: table, height, weight: columns }));
    const { clusters, loose } = arrange(nodes, relations, gap, options.focus);
    const blocks = clusters.map((cluster) => buildBlock(cluster, boxes, relations));
    const width = boxes[0]?.width ?? 0;
    const heights = loose.map(({ height }) => height);
    const packing = pack(blocks, heights, { width, gap, between, frame: options.frame });
    const placed = new Map<string, { readonly x: number; readonly y: number }>();
    const lines = blocks.flatMap((block, at) => {
        const { x = 0, y = 0 } = packing.blocks[at] ?? {};
        for (const box of block.boxes) placed.set(box.table, { x: margin + x + box.x, y: margin + y + box.y });
        return block.lines.map((line) => moveLine(line, margin + x, margin + y));
    });
    for (const [at, { name }] of loose.entries()) {
        const { x = 0, y = 0 } = packing.loose[at] ?? {};
        placed.set(name, { x: margin + x, y: margin + y });
    }
    return {
        width: packing.width + 2 * margin,
        height: packing.height + 2 * margin,
        boxes: boxes.map((box) => ({ ...box, ...(placed.get(box.table) ?? { x: 0, y: 0 }) })),
        lines,
        named: relations.filter((relation) => !lines.some((line) => line.relation === relation)),
    };
}

/** Writes names as the tables have them; leaves out relations of tables that are not in the picture. */
function useOwnNames(relation: PictureRelation, tables: readonly PictureTable[]): PictureRelation[] {
    const find = (name: string): PictureTable | undefined => tables.find((table) => isSameName(table.name, name));
    const [own, parent] = [find(relation.table), find(relation.parent)];
    const rename = (names: readonly string[], table: PictureTable | undefined): string[] =>
        names.map((name) => table?.columns.find((column) => isSameName(column.name, name))?.name ?? name);
    if (!own) return [];
    return [
        {
            ...relation,
            table: own.name,
            columns: rename(relation.columns, own),
            parent: parent?.name ?? relation.parent,
            parentColumns: rename(relation.parentColumns, parent),
        },
    ];
}

interface BuiltBlock {
    readonly width: number;
    readonly height: number;
    readonly floors: readonly { readonly x: number; readonly bottom: number }[];
    readonly boxes: readonly { readonly table: string; readonly x: number; readonly y: number }[];
    readonly lines: readonly Line[];
}

function buildBlock(cluster: Cluster, boxes: readonly Box[], relations: readonly PictureRelation[]): BuiltBlock {
    const find = (table: string): Box | undefined => boxes.find((box) => box.table === table);
    const ties = relations.flatMap(({ table, columns, parent, parentColumns }) => {
        const [own, other] = [find(table), find(parent)];
        if (!own || !other || own === other) return [];
        return [
            {
                from: { table, offset: findRowOffset(own, columns[0]) },
                to: { table: parent, offset: findRowOffset(other, parentColumns[0]) },
            },
        ];
    });
    const tops = findHeights(cluster, ties, gap);
    const inColumns = cluster.columns.flatMap((nodes, column) =>
        nodes.flatMap(({ name }): ColumnBox[] => {
            const box = find(name);
            return box ? [{ ...box, y: tops.get(name) ?? 0, column }] : [];
        }),
    );
    const { lines, lefts, width } = routeLines(inColumns, relations, cluster.hub);
    const bottomOf = (own: readonly ColumnBox[]): number => Math.max(...own.map(({ y, height }) => y + height));
    const floors = lefts.map((x, column) => ({
        x,
        bottom: bottomOf(inColumns.filter((box) => box.column === column)),
    }));
    return {
        width,
        height: bottomOf(inColumns),
        // What stands beside a star would seem to belong to it.
        floors: cluster.isStar ? [] : floors,
        boxes: inColumns.map(({ table, y, column }) => ({ table, x: lefts[column] ?? 0, y })),
        lines,
    };
}

function moveLine({ relation, points }: Line, x: number, y: number): Line {
    const [a, b, c, d] = points.map((point) => ({ x: point.x + x, y: point.y + y })) as [...Line["points"]];
    return { relation, points: [a, b, c, d] };
}
