import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { documentSite } from "../../../site/documents.ts";
import type { PictureRelation, PictureTable } from "../../../src/documents/picture/boxes.ts";
import { arrange } from "../../../src/documents/picture/columns.ts";
import { layOut, type Picture } from "../../../src/documents/picture/layout.ts";
import { listRelations, type Relation } from "../../../src/documents/relations.ts";
import { readFiles } from "../../../src/planning/files.ts";
import { deployScratch } from "../../../src/planning/shadow.ts";
import { readTables, type Table } from "../../../src/schema/table.ts";
import { root } from "../../support/deployed.ts";
import { findFaults } from "./proof.ts";

const { categories } = documentSite;
const frame = { width: 1_552, height: 910 };

async function readOwnTables(more = ""): Promise<Table[]> {
    const { sets } = await readFiles(root);
    const core = sets.slice(0, 1);
    const connection = await deployScratch(
        core,
        core.flatMap((set) => set.migrations),
    );
    if (more !== "") await connection.write([{ sql: more }]);
    const tables = await readTables(connection);
    connection.close();
    return tables.filter(({ isBookkeeping, isShadow }) => !isBookkeeping && !isShadow);
}

describe("the picture of the schema", () => {
    let tables: Table[];
    let relations: Relation[];
    let all: Picture;

    beforeAll(async () => {
        tables = await readOwnTables();
        relations = listRelations({ tables }, documentSite);
        all = layOut(tables, relations, { categories, isKeysOnly: false, frame });
    });

    test("shows 12 tables with all columns, and each relation as a line or by name", () => {
        expect(all.boxes.map(({ table }) => table)).toEqual(tables.map(({ name }) => name));
        expect(all.boxes).toHaveLength(12);
        for (const { name, columns } of tables) {
            const box = all.boxes.find(({ table }) => table === name);
            expect(box?.rows.map(({ column }) => column)).toEqual(columns.map((column) => column.name));
        }
        expect(all.lines).toHaveLength(10);
        expect(all.lines.filter(({ relation }) => relation.why === undefined)).toHaveLength(4);
        expect(all.named.map(({ table, columns }) => [table, ...columns])).toEqual([
            ["certifications", "prerequisites"],
            ["learning_paths", "prerequisites"],
        ]);
        expect(all.boxes.flatMap(({ rows }) => rows.filter(({ label }) => label.startsWith("→")))).toMatchObject([
            { column: "prerequisites", label: "→ itself" },
            { column: "prerequisites", label: "→ itself" },
        ]);
    });

    test.each([false, true])("has no line over a table or another line, keys only: %s", (isKeysOnly) => {
        const picture = layOut(tables, relations, { categories, isKeysOnly, frame });
        expect(findFaults(picture)).toEqual([]);
        expect(picture.named).toHaveLength(2);
    });

    test("would not pass with a box or a line in another place", () => {
        const [first, ...others] = all.boxes;
        const hub = all.boxes.find(({ table }) => table === "questions");
        const moved = { ...all, boxes: [{ ...first, x: hub?.x, y: hub?.y }, ...others] as Picture["boxes"] };
        expect(findFaults(moved)).toContain(`${first?.table} is over questions`);
        const [line, next, ...lines] = all.lines;
        const doubled = { ...all, lines: [line, { ...next, points: line?.points }, ...lines] as Picture["lines"] };
        expect(findFaults(doubled).join()).toMatch(/ meets .* misses /);
        const slid = all.lines.map((own) => ({
            ...own,
            points: own.points.map(({ x, y }) => ({ x: x + 60, y })) as unknown as typeof own.points,
        }));
        expect(findFaults({ ...all, lines: slid }).join()).toContain(" runs over ");
    });

    test("fits a window of 1,600 by 1,100 at its own size, with what stands around it", () => {
        expect(all.width).toBeLessThan(1_552);
        expect(all.height).toBeLessThan(910);
    });

    test("fits a page of 1,012 with keys only", () => {
        const { width, height } = layOut(tables, relations, {
            categories,
            isKeysOnly: true,
            frame: { width: 1_012, height: 800 },
        });
        expect(width).toBeLessThan(1_012);
        expect(height).toBeLessThan(800);
    });

    test("of a category names the tables that are not in it, and cuts no name", () => {
        const names = categories[3]?.tables ?? [];
        const some = tables.filter(({ name }) => names.includes(name));
        const picture = layOut(some, relations, { categories, isKeysOnly: false, frame });
        expect(picture.boxes.map(({ table }) => table).sort()).toEqual([...names].sort());
        expect(picture.lines).toEqual([]);
        const box = picture.boxes.find(({ table }) => table === "question_relationships");
        expect(box?.rows[1]).toMatchObject({ column: "source_question_id", label: "→ questions" });
        expect(box?.width).toBeGreaterThan(240);
    });
});

test("a migration that adds a table shows as a box with its lines, without a change of code", async () => {
    const tables = await readOwnTables(
        `CREATE TABLE answers (
            id INTEGER PRIMARY KEY,
            question_id TEXT NOT NULL REFERENCES QUESTIONS (ID),
            voice_session_id TEXT,
            attachment_ids TEXT
        ) STRICT`,
    );
    const relations = listRelations({ tables }, documentSite);
    const picture = layOut(tables, relations, { categories, isKeysOnly: false, frame });
    expect(findFaults(picture)).toEqual([]);
    const box = picture.boxes.find(({ table }) => table === "answers");
    expect(box).toMatchObject({ category: "Other", categoryAt: undefined });
    expect(box?.rows.map(({ column, label }) => [column, label])).toEqual([
        ["id", "pk · integer"],
        ["question_id", "fk · text"],
        ["voice_session_id", expect.stringMatching(/^(ref · text|→ voice_sessions)$/)],
        ["attachment_ids", "text"],
    ]);
    const line = picture.lines.find(({ relation }) => relation.table === "answers" && relation.why === undefined);
    expect(line?.relation).toMatchObject({ columns: ["question_id"], parent: "questions", parentColumns: ["id"] });
});

const column = fc.record({
    name: fc.constant(""),
    type: fc.constantFrom("TEXT", "INTEGER", ""),
    notNull: fc.boolean(),
});
const schema = fc
    .array(fc.array(column, { minLength: 1, maxLength: 30 }), { minLength: 0, maxLength: 16 })
    .chain((all) => {
        const tables = all.map(
            (columns, at): PictureTable => ({
                name: `table_${at}`,
                columns: columns.map((own, place) => ({ ...own, name: `column_${place}`, key: place === 0 ? 1 : 0 })),
            }),
        );
        const relation = fc
            .tuple(fc.nat(), fc.nat(), fc.nat(), fc.boolean())
            .map(([from, at, to, isKey]): PictureRelation => {
                const own = tables[from % tables.length] ?? { name: "", columns: [] };
                const place = at % Math.max(1, own.columns.length);
                return {
                    table: own.name,
                    columns: [`column_${place}`],
                    // One in twenty leads to a table that is not there.
                    parent: to % 20 === 0 ? "gone" : `table_${to % tables.length}`,
                    parentColumns: ["column_0"],
                    why: isKey ? undefined : "loose",
                };
            });
        return fc.tuple(
            fc.constant(tables),
            tables.length === 0 ? fc.constant([]) : fc.array(relation, { maxLength: 24 }),
        );
    });

test("no schema has a line over a table or another line, and every relation is drawn or named", () => {
    fc.assert(
        fc.property(schema, fc.boolean(), ([tables, relations], isKeysOnly) => {
            const picture = layOut(tables, relations, { categories: [], isKeysOnly, frame });
            expect(findFaults(picture)).toEqual([]);
            expect(picture.boxes).toHaveLength(tables.length);
            expect(picture.lines.length + picture.named.length).toBe(relations.length);
            for (const { table, columns } of picture.named) {
                const rows = picture.boxes.find((box) => box.table === table)?.rows;
                expect(rows?.find((row) => row.column === columns[0])?.label).toMatch(/^→ /);
            }
        }),
        { numRuns: 300, seed: 12 },
    );
});

test("draws a star of 30 tables with every line", () => {
    const names = Array.from({ length: 31 }, (_, at) => `t${at}`);
    const tables = names.map((name) => ({
        name,
        columns: ["id", "t0_id"].map((own, at) => ({ name: own, type: "TEXT", notNull: true, key: at === 0 ? 1 : 0 })),
    }));
    const relations = names.slice(1).map((table) => ({
        ...{ table, columns: ["t0_id"], parent: "t0", parentColumns: ["id"], why: undefined },
    }));
    const picture = layOut(tables, relations, { categories: [], isKeysOnly: false, frame });
    expect(findFaults(picture)).toEqual([]);
    expect(picture.named).toEqual([]);
});

test("a hub stands in the middle, what refers to it around it, and a pair from left to right", () => {
    const node = (name: string): { name: string; height: number; weight: number } => ({ name, height: 100, weight: 5 });
    const links = [
        ["b", "a"],
        ["c", "a"],
        ["d", "a"],
        ["e", "b"],
        ["g", "h"],
        ["g", "g"],
    ].map(([table = "", parent = ""]) => ({ table, parent }));
    const { clusters, loose } = arrange(["a", "b", "c", "d", "e", "f", "g", "h"].map(node), links, 20);
    expect(clusters.map(({ columns, hub }) => [hub, columns.map((nodes) => nodes.map(({ name }) => name))])).toEqual([
        [2, [["e"], ["b", "c"], ["a"], ["d"]]],
        [0, [["g"], ["h"]]],
    ]);
    expect(loose.map(({ name }) => name)).toEqual(["f"]);
    const around = arrange(["a", "b", "c", "d", "e"].map(node), links, 20, "b").clusters[0]?.columns;
    expect(around?.map((nodes) => nodes.map(({ name }) => name))).toEqual([["e"], ["b"], ["a"], ["c", "d"]]);
});
