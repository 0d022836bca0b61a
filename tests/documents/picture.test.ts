import { beforeAll, describe, expect, test } from "vitest";
import { documentSite } from "../../app/documents.ts";
import { type DocumentedTable, readSchemaFacts } from "../../src/documents/facts.ts";
import { ownTables } from "../../src/documents/lists.ts";
import { arrange, type Band } from "../../src/documents/picture/columns.ts";
import { layOut, measures, type Picture } from "../../src/documents/picture/layout.ts";
import { listRelations, type Relation } from "../../src/documents/relations.ts";
import { readFiles } from "../../src/planning/files.ts";
import { deployScratch } from "../../src/planning/shadow.ts";
import { root } from "../support/deployed.ts";

/** The pairs of a line and a box that the line runs through, sampled along the curve that the picture draws. */
function findCrossings({ boxes, edges }: Picture): string[] {
    return edges.flatMap(({ from, to }) => {
        const bend = Math.max(40, Math.abs(to.x - from.x) / 2);
        const out = (side: string): number => (side === "left" ? -bend : bend);
        const xs = [from.x, from.x + out(from.side), to.x + out(to.side), to.x] as const;
        const ys = [from.y, from.y, to.y, to.y] as const;
        const at = ([a, b, c, d]: readonly [number, number, number, number], t: number): number =>
            a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t ** 2 * (1 - t) + d * t ** 3;
        const points = Array.from({ length: 99 }, (_, step) => [at(xs, (step + 1) / 100), at(ys, (step + 1) / 100)]);
        return boxes
            .filter(({ x, y, height }) =>
                points.some(
                    ([px = 0, py = 0]) =>
                        px > x + 1 && px < x + measures.width - 1 && py > y + 1 && py < y + height - 1,
                ),
            )
            .map(({ table }) => `${from.x},${from.y} crosses ${table}`);
    });
}

describe("the picture of the schema", () => {
    let tables: DocumentedTable[];
    let relations: Relation[];
    let picture: Picture;

    beforeAll(async () => {
        const { sets } = await readFiles(root);
        const core = sets.slice(0, 1);
        const connection = await deployScratch(
            core,
            core.flatMap((set) => set.migrations),
        );
        const facts = await readSchemaFacts(connection, [], [], new Map());
        connection.close();
        tables = ownTables(facts);
        relations = listRelations(facts, documentSite);
        picture = layOut(tables, relations, documentSite.categories);
    });

    test("shows every table once and every relation, inside its frame", () => {
        expect(picture.boxes.map(({ table }) => table).sort()).toEqual(tables.map(({ name }) => name).sort());
        expect(picture.edges).toHaveLength(relations.length);
        for (const { x, y, height } of picture.boxes) {
            expect(x).toBeGreaterThan(0);
            expect(y).toBeGreaterThan(0);
            expect(x + measures.width).toBeLessThan(picture.width);
            expect(y + height).toBeLessThan(picture.height - measures.legend + measures.gap);
        }
    });

    test("draws no line through a table, and no table over another", () => {
        expect(findCrossings(picture)).toEqual([]);
        const overlapping = picture.boxes.filter((box) =>
            picture.boxes.some(
                (other) =>
                    other !== box &&
                    other.x === box.x &&
                    other.y < box.y + box.height &&
                    box.y < other.y + other.height,
            ),
        );
        expect(overlapping).toEqual([]);
    });

    test("ends every line at the row of its column", () => {
        for (const { columns, table, parent, parentColumns } of relations) {
            const rowOf = (name: string, column = ""): number => {
                const box = picture.boxes.find((other) => other.table === name);
                const at = box?.rows.findIndex((row) => row.column === column) ?? -1;
                expect([name, column, at]).not.toEqual([name, column, -1]);
                return (box?.y ?? 0) + measures.head + (at + 0.5) * measures.row;
            };
            const ends = picture.edges.map(({ from, to }) => [from.y, to.y]);
            expect(ends).toContainEqual([rowOf(table, columns[0]), rowOf(parent, parentColumns[0])]);
        }
    });

    test("is as wide as a page and as high as a screen", () => {
        expect(picture.width).toBeLessThan(1_200);
        expect(picture.height).toBeLessThan(picture.width);
    });
});

const node = (name: string): { name: string; height: number } => ({ name, height: 100 });
const namesOf = (bands: readonly Band[]): [number, string[]][][] =>
    bands.map((band) =>
        [...band]
            .map(([side, nodes]): [number, string[]] => [side, nodes.map(({ name }) => name)])
            .sort(([a], [b]) => a - b),
    );

test("a chain grows outwards from its hub, smaller groups come below, and lone tables fill the gaps", () => {
    const bands = arrange(
        ["a", "b", "c", "d", "e", "f", "g", "h"].map(node),
        [
            { table: "b", parent: "a" },
            { table: "c", parent: "a" },
            { table: "d", parent: "a" },
            { table: "e", parent: "b" },
            { table: "f", parent: "g" },
            { table: "f", parent: "f" },
        ],
        20,
    );
    expect(namesOf(bands)).toEqual([
        [
            [-2, ["e"]],
            [-1, ["b", "h"]],
            [0, ["a"]],
            [1, ["c", "d"]],
        ],
        [
            [-1, ["g"]],
            [0, ["f"]],
        ],
    ]);
});
