import type { Table } from "../schema/table.ts";
import { listAllowedValues } from "../sql/checks.ts";
import { isSameName } from "../sql/names.ts";
import type { DocumentSite } from "./site.ts";

/** A column, or columns, whose values are keys of another table. */
export interface Relation {
    readonly table: string;
    readonly columns: readonly string[];
    readonly parent: string;
    readonly parentColumns: readonly string[];
    /** Whether each row has a row of the parent: NOT NULL, and a foreign key holds it. */
    readonly isRequired: boolean;
    /** At most one row of the table for each row of the parent. */
    readonly isUnique: boolean;
    /** Whether the column holds a JSON array of keys. */
    readonly isList: boolean;
    /** Why no foreign key holds it; undefined for a foreign key. */
    readonly why: string | undefined;
}

/** A table as far as its relations need it. */
export type RelatedTable = Pick<Table, "name" | "columns" | "foreignKeys" | "indexes" | "checks">;

/**
 * Lists all relations between tables: foreign keys, references that the site lists, and references that only the name of a column
 * shows. Those to a table that does not exist are left out, foreign keys excepted.
 */
export function listRelations(
    { tables }: { readonly tables: readonly RelatedTable[] },
    { references }: Pick<DocumentSite, "references">,
): Relation[] {
    const find = (name: string): RelatedTable | undefined => tables.find((table) => isSameName(table.name, name));
    const keys = tables.flatMap((table) =>
        table.foreignKeys.map(({ columns, parent, parentColumns }) =>
            toRelation(table, columns, find(parent)?.name ?? parent, parentColumns),
        ),
    );
    const listed = references.flatMap(({ table, column, parent, why, isList = false }) => {
        const [owner, target] = [find(table), find(parent)];
        const hasColumn = owner?.columns.some(({ name }) => isSameName(name, column));
        return owner && target && hasColumn ? [toReference(owner, column, target, why, isList)] : [];
    });
    const known = [...keys, ...listed];
    return [...known, ...tables.flatMap((table) => inferReferences(table, tables, known))];
}

/**
 * Finds references by the names of columns: `x_id` and `x_ids` where there is a table `xs`, and `x_id` beside `x_type IN ('y', …)`
 * where there is a table `ys`. Columns that are in a relation already, or in the primary key, are left out.
 */
function inferReferences(table: RelatedTable, tables: readonly RelatedTable[], known: readonly Relation[]): Relation[] {
    const find = (word: string): RelatedTable | undefined =>
        tables.find(({ name }) => name !== table.name && pluralsOf(word).some((plural) => isSameName(name, plural)));
    return table.columns.flatMap(({ name, key }): Relation[] => {
        const [, word = "", ending = ""] = /^(\w+?)_(ids?)$/i.exec(name) ?? [];
        const isKnown = known.some((relation) => relation.table === table.name && relation.columns.includes(name));
        if (word === "" || key > 0 || isKnown) return [];
        const isList = ending.toLowerCase() === "ids";
        const target = find(word);
        if (target) return [toReference(table, name, target, "by its name; there is no foreign key", isList)];
        const values = listAllowedValues(table, `${word}_type`).map((value) => value.replaceAll('"', ""));
        const [first, ...others] = values.flatMap((value) => find(value) ?? []);
        if (!first) return [];
        const also = others.length === 0 ? "" : `, or ${others.map((other) => other.name).join(", ")}`;
        return [toReference(table, name, first, `${word}_type names the table: ${first.name}${also}`, isList)];
    });
}

function pluralsOf(word: string): string[] {
    return [`${word}s`, `${word}es`, word.replace(/y$/i, "ies"), word];
}

function toReference(
    table: RelatedTable,
    column: string,
    target: RelatedTable,
    why: string,
    isList: boolean,
): Relation {
    const key = target.columns.flatMap(({ name, key: position }) => (position > 0 ? [name] : []));
    return { ...toRelation(table, [column], target.name, key), isRequired: false, why, isList };
}

function toRelation(
    table: RelatedTable,
    columns: readonly string[],
    parent: string,
    parentColumns: readonly string[],
): Relation {
    const own = (name: string) => table.columns.find((column) => isSameName(column.name, name));
    const isUnique = table.indexes.some(
        (index) =>
            index.isUnique &&
            !index.isPartial &&
            index.columns.every(({ name }) => name !== undefined && columns.includes(name)),
    );
    const isRequired = columns.every((column) => own(column)?.notNull === true);
    return { table: table.name, columns, parent, parentColumns, isRequired, isUnique, isList: false, why: undefined };
}
