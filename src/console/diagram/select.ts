import { otherCategory, type PictureTable } from "../../documents/picture/boxes.ts";
import type { Relation } from "../../documents/relations.ts";
import type { TableCategory } from "../../documents/site.ts";
import { isSameName } from "../../sql/names.ts";

/** Which part of a schema a diagram shows. */
export interface Selection<T extends PictureTable> {
    readonly tables: readonly T[];
    /** Of its tables, to each other and to others. */
    readonly relations: readonly Relation[];
    /** The table that is in the middle. */
    readonly focus?: string;
}

/** What a reader asks for; empty for everything. */
export interface Wish {
    readonly category: string;
    readonly table: string;
}

/**
 * Selects a table with its neighbours, the tables of a category, or all. Pure.
 *
 * @returns undefined for a table or category that is not there
 */
export function selectPart<T extends PictureTable>(
    tables: readonly T[],
    relations: readonly Relation[],
    categories: readonly TableCategory[],
    { category, table }: Wish,
): Selection<T> | undefined {
    if (table !== "") {
        const focus = tables.find(({ name }) => isSameName(name, table))?.name;
        if (focus === undefined) return undefined;
        const own = relations.filter((relation) => relation.table === focus || relation.parent === focus);
        const names = new Set([focus, ...own.flatMap((relation) => [relation.table, relation.parent])]);
        return { ...narrow(tables, relations, (name) => names.has(name)), focus };
    }
    if (category === "") return { tables, relations };
    const isChosen = (name: string): boolean => findCategory(name, categories) === category;
    return tables.some(({ name }) => isChosen(name)) ? narrow(tables, relations, isChosen) : undefined;
}

/** Finds the category of a table; that of the others where the site lists none. */
export function findCategory(table: string, categories: readonly TableCategory[]): string {
    return categories.find(({ tables }) => tables.some((name) => isSameName(name, table)))?.name ?? otherCategory;
}

function narrow<T extends PictureTable>(
    tables: readonly T[],
    relations: readonly Relation[],
    isChosen: (name: string) => boolean,
): Selection<T> {
    return {
        tables: tables.filter(({ name }) => isChosen(name)),
        relations: relations.filter(({ table, parent }) => isChosen(table) || isChosen(parent)),
    };
}
