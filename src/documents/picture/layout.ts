import type { DocumentedTable } from "../facts.ts";
import type { Relation } from "../relations.ts";
import type { TableCategory } from "../site.ts";
import { arrange, type Band } from "./columns.ts";

/** A table in the picture: its name, and below it the rows of its keys. Measures are pixels. */
export interface Box {
    readonly table: string;
    readonly x: number;
    readonly y: number;
    readonly height: number;
    readonly rows: readonly {
        readonly column: string;
        /** PK: the primary key; FK: a foreign key; ref: a reference without one. */
        readonly mark: "PK" | "FK" | "ref";
    }[];
    /** The place of its category, from 0. */
    readonly category: number;
    /** How many columns are not shown. */
    readonly more: number;
}

/** A line from a row of one box to a row of another, or of the same. */
export interface Edge {
    readonly from: Point;
    readonly to: Point;
    readonly isForeignKey: boolean;
}

interface Point {
    readonly x: number;
    readonly y: number;
    /** The side of the box on which the line ends. */
    readonly side: "left" | "right";
}

export interface Picture {
    readonly width: number;
    readonly height: number;
    readonly boxes: readonly Box[];
    readonly edges: readonly Edge[];
    /** The names of the categories. */
    readonly categories: readonly string[];
}

export const measures = { width: 236, row: 22, head: 32, gap: 24, between: 112, margin: 48, legend: 62 };

/**
 * Places tables in columns, and their relations as lines that end at the rows of their columns. Pure.
 *
 * @param categories every table is in one; tables of the same category stand together where they can
 */
export function layOut(
    tables: readonly DocumentedTable[],
    relations: readonly Relation[],
    categories: readonly TableCategory[],
): Picture {
    const { margin, gap, between, width, legend } = measures;
    const categoryOf = (table: string): number => categories.findIndex((category) => category.tables.includes(table));
    const sorted = [...tables].sort((a, b) => categoryOf(a.name) - categoryOf(b.name));
    const made = sorted.map((table) => makeBox(table, relations, categoryOf(table.name)));
    const bands = arrange(
        made.map(({ table, height }) => ({ name: table, height })),
        relations,
        gap,
    );
    const sides = bands.flatMap((band) => [...band.keys()]);
    const [first, last] = [Math.min(...sides), Math.max(...sides)];
    const boxes: Box[] = [];
    let top = margin / 2;
    for (const band of bands) {
        const height = Math.max(...[...band.values()].map(heightOf));
        for (const [column, nodes] of band) {
            let y = top + Math.round((height - heightOf(nodes)) / 2);
            for (const { name } of nodes) {
                const box = made.find(({ table }) => table === name);
                if (!box) continue;
                boxes.push({ ...box, x: margin + (column - first) * (width + between), y });
                y += box.height + gap;
            }
        }
        top += height + 1.5 * gap;
    }
    return {
        width: 2 * margin + (last - first + 1) * width + (last - first) * between,
        height: top - gap + legend,
        boxes,
        edges: relations.flatMap((relation) => makeEdges(relation, boxes)),
        categories: categories.map(({ name }) => name),
    };
}

type Column = Band extends ReadonlyMap<number, infer Nodes> ? Nodes : never;

function heightOf(nodes: Column): number {
    return nodes.reduce((sum, { height }) => sum + height, (nodes.length - 1) * measures.gap);
}

function makeBox(table: DocumentedTable, relations: readonly Relation[], category: number): Box {
    const rows = table.columns.flatMap(({ name, key }): Box["rows"][number][] => {
        const own = relations.find((relation) => relation.table === table.name && relation.columns.includes(name));
        if (own) return [{ column: name, mark: own.why === undefined ? "FK" : "ref" }];
        return key > 0 ? [{ column: name, mark: "PK" }] : [];
    });
    const height = measures.head + (rows.length + 1) * measures.row;
    return { table: table.name, x: 0, y: 0, height, rows, category, more: table.columns.length - rows.length };
}

function makeEdges({ table, columns, parent, parentColumns, why }: Relation, boxes: readonly Box[]): Edge[] {
    const [own, other] = [table, parent].map((name) => boxes.find((box) => box.table === name));
    const [column = "", key = ""] = [columns[0], parentColumns[0]];
    if (!own || !other) return [];
    const isForeignKey = why === undefined;
    if (own.x === other.x) {
        // Lines within a column run on its outer side.
        const middle = boxes.reduce((sum, { x }) => sum + x, 0) / boxes.length;
        const side = own.x < middle ? "left" : "right";
        return [{ from: place(own, column, side), to: place(other, key, side), isForeignKey }];
    }
    const [start, end] = own.x < other.x ? (["right", "left"] as const) : (["left", "right"] as const);
    return [{ from: place(own, column, start), to: place(other, key, end), isForeignKey }];
}

function place({ x, y, rows }: Box, column: string, side: "left" | "right"): Point {
    const at = rows.findIndex((row) => row.column === column);
    const middle = at === -1 ? measures.head / 2 : measures.head + (at + 0.5) * measures.row;
    return { x: side === "left" ? x : x + measures.width, y: y + middle, side };
}
