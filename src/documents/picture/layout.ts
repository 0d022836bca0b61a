import type { DocumentedTable } from "../facts.ts";
import type { Relation } from "../relations.ts";

/** A table in the picture: its name, and below it the rows of its keys. Measures are pixels. */
export interface Box {
    readonly table: string;
    readonly x: number;
    readonly y: number;
    readonly height: number;
    readonly rows: readonly { readonly column: string; readonly mark: "key" | "reference" }[];
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
}

export const measures = { width: 250, row: 22, head: 32, gap: 26, between: 130, margin: 24 };

/**
 * Places tables in columns, and their relations as lines that end at the rows of their columns. Pure.
 *
 * @param columns the tables of each column, from the left
 */
export function layOut(
    tables: readonly DocumentedTable[],
    relations: readonly Relation[],
    columns: readonly (readonly string[])[],
): Picture {
    const { margin, gap, between, width } = measures;
    const made = columns.map((names, at) =>
        names.flatMap((name) => {
            const table = tables.find((other) => other.name === name);
            return table ? [makeBox(table, relations, margin + at * (width + between))] : [];
        }),
    );
    const heightOf = (column: readonly Box[]): number => column.reduce((sum, box) => sum + box.height, 0);
    const tallest = Math.max(...made.map((column) => heightOf(column) + (column.length - 1) * gap));
    // The boxes of each column are spread over the height of the tallest one.
    const boxes = made.flatMap((column) => {
        const space = (tallest - heightOf(column)) / Math.max(1, column.length - 1);
        return column.map((box, at) => ({
            ...box,
            y: margin + heightOf(column.slice(0, at)) + Math.round(at * space),
        }));
    });
    return {
        width: 2 * margin + columns.length * width + (columns.length - 1) * between,
        height: tallest + 2 * margin,
        boxes,
        edges: relations.flatMap((relation) => makeEdges(relation, boxes)),
    };
}

function makeBox(table: DocumentedTable, relations: readonly Relation[], x: number): Box {
    const isReference = (column: string): boolean =>
        relations.some((relation) => relation.table === table.name && relation.columns.includes(column));
    const rows = table.columns.flatMap(({ name, key }): Box["rows"][number][] => {
        if (isReference(name)) return [{ column: name, mark: "reference" }];
        return key > 0 ? [{ column: name, mark: "key" }] : [];
    });
    const height = measures.head + (rows.length + 1) * measures.row;
    return { table: table.name, x, y: 0, height, rows, more: table.columns.length - rows.length };
}

function makeEdges({ table, columns, parent, parentColumns, why }: Relation, boxes: readonly Box[]): Edge[] {
    const [own, other] = [table, parent].map((name) => boxes.find((box) => box.table === name));
    const [column = "", key = ""] = [columns[0], parentColumns[0]];
    if (!own || !other) return [];
    const goesRight = own.x < other.x;
    const isSame = own.x === other.x;
    return [
        {
            from: place(own, column, goesRight || isSame ? "right" : "left"),
            to: place(other, key, goesRight ? "left" : "right"),
            isForeignKey: why === undefined,
        },
    ];
}

function place({ x, y, rows }: Box, column: string, side: "left" | "right"): Point {
    const at = rows.findIndex((row) => row.column === column);
    const middle = at === -1 ? measures.head / 2 : measures.head + (at + 0.5) * measures.row;
    return { x: side === "left" ? x : x + measures.width, y: y + middle, side };
}
