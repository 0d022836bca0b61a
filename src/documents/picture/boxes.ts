import type { Column } from "../../schema/table.ts";
import { isSameName } from "../../sql/names.ts";
import type { Relation } from "../relations.ts";
import type { TableCategory } from "../site.ts";

/** A table as a picture needs it. */
export interface PictureTable {
    readonly name: string;
    readonly columns: readonly Pick<Column, "name" | "type" | "notNull" | "key">[];
}

/** A relation as a picture needs it; its tables and columns are named as the tables name them. */
export type PictureRelation = Pick<Relation, "table" | "columns" | "parent" | "parentColumns" | "why">;

/** A row of a box: a column. */
export interface BoxRow {
    readonly column: string;
    /** At its right end: `pk · text`, or `→ table` for a reference without a line. */
    readonly label: string;
    readonly isKey: boolean;
    readonly isNullable: boolean;
}

/** A table without its place: the sizes are pixels. */
export interface Box {
    readonly table: string;
    readonly width: number;
    readonly height: number;
    readonly rows: readonly BoxRow[];
    /** How many columns the table has, shown or not. */
    readonly columns: number;
    /** What is written under its name; empty where there are no categories. */
    readonly category: string;
    /** The place of its category, from 0; undefined for a table of none. */
    readonly categoryAt: number | undefined;
}

export interface BoxOptions {
    readonly categories: readonly TableCategory[];
    /** Leaves out the columns that no key and no reference has, and the types. */
    readonly isKeysOnly: boolean;
}

/** The category of a table that is in none. */
export const otherCategory = "Other";

export const measures = { row: 17, head: 25, categoryLine: 12, foot: 4, pad: 10, radius: 3 };

/** The widths of a letter of the names, of the labels, of a table's name and of its category, in the sizes that they are drawn in. */
const letters = { column: 7.25, label: 6.65, table: 7.3, category: 5.9 };
const widths = { least: 184, most: 340, between: 14 };

/** Makes the boxes of tables, all of the same width. Pure. */
export function makeBoxes(
    tables: readonly PictureTable[],
    relations: readonly PictureRelation[],
    options: BoxOptions,
): Box[] {
    return widen(tables.map((table) => makeBox(table, relations, options)));
}

/** Makes boxes as wide as the widest text in one of them, as far as that is reasonable. */
export function widen(boxes: readonly Box[]): Box[] {
    const width = Math.min(widths.most, Math.max(widths.least, ...boxes.map(findWidth)));
    return boxes.map((box) => ({ ...box, width }));
}

/** Where the middle of a column's row is, from the upper edge of the box; that of its head for a column that it does not show. */
export function findRowOffset({ rows, category }: Box, column: string | undefined): number {
    const at = rows.findIndex((row) => row.column === column);
    const head = headHeight(category);
    return at === -1 ? head / 2 : head + (at + 0.5) * measures.row;
}

/** The height of the part of a box that holds the names of the table and its category. */
export function headHeight(category: string): number {
    return measures.head + (category === "" ? 0 : measures.categoryLine);
}

/** Writes at the columns of relations without a line where they lead. A table that refers to itself has no lines for it. */
export function nameTargets(box: Box, relations: readonly PictureRelation[]): Box {
    const rows = box.rows.map((row) => {
        const own = relations.filter(({ table, columns }) => table === box.table && columns.includes(row.column));
        if (own.length === 0) return row;
        const targets = new Set(own.map(({ parent }) => (parent === box.table ? "itself" : parent)));
        return { ...row, label: `→ ${[...targets].join(", ")}` };
    });
    return { ...box, rows };
}

/** The texts of a row, each cut so that they do not meet. */
export function fitRow({ column, label }: BoxRow, width: number): { column: string; label: string } {
    const room = width - 2 * measures.pad - widths.between;
    const name = cut(column, Math.max(room - label.length * letters.label, 0.55 * room) / letters.column);
    return { column: name, label: cut(label, (room - name.length * letters.column) / letters.label) };
}

/** The texts of a head, cut to its width. */
export function fitHead({ table, category, width }: Box): { table: string; category: string } {
    const room = width - 2 * measures.pad;
    return { table: cut(table, room / letters.table), category: cut(category, room / letters.category) };
}

function cut(text: string, most: number): string {
    const letters = [...text];
    return letters.length <= most ? text : `${letters.slice(0, Math.max(1, Math.floor(most) - 1)).join("")}…`;
}

function makeBox(
    { name: table, columns }: PictureTable,
    relations: readonly PictureRelation[],
    { categories, isKeysOnly }: BoxOptions,
): Box {
    const rows = columns.flatMap(({ name, type, notNull, key }): BoxRow[] => {
        const own = relations.filter((relation) => relation.table === table && relation.columns.includes(name));
        const isTarget = relations.some((other) => other.parent === table && other.parentColumns.includes(name));
        if (isKeysOnly && key === 0 && own.length === 0 && !isTarget) return [];
        const kinds = own.map(({ why }) => (why === undefined ? "fk" : "ref")).sort();
        const marks = [...new Set([...(key > 0 ? ["pk"] : []), ...kinds])];
        const label = [...marks, ...(isKeysOnly || type === "" ? [] : [type.toLowerCase()])].join(" · ");
        return [{ column: name, label, isKey: key > 0, isNullable: !notNull && key === 0 }];
    });
    const at = categories.findIndex((other) => other.tables.some((own) => isSameName(own, table)));
    const category = categories[at]?.name ?? (categories.length > 0 ? otherCategory : "");
    const height = headHeight(category) + rows.length * measures.row + measures.foot;
    return { table, width: 0, height, rows, columns: columns.length, category, categoryAt: at === -1 ? undefined : at };
}

function findWidth({ table, rows, category }: Box): number {
    const texts = rows.map(({ column, label }) => column.length * letters.column + label.length * letters.label);
    const heads = [table.length * letters.table, category.length * letters.category];
    return Math.ceil(2 * measures.pad + Math.max(...heads, ...texts.map((text) => text + widths.between)));
}
