import { isSameName } from "../sql/names.ts";
import type { DocumentedTable, SchemaFacts } from "./facts.ts";
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

/** Lists all relations between tables: foreign keys, and references that no foreign key holds. */
export function listRelations({ tables }: SchemaFacts, { references }: DocumentSite): Relation[] {
    const find = (name: string): DocumentedTable | undefined => tables.find((table) => isSameName(table.name, name));
    const keys = tables.flatMap((table) =>
        table.foreignKeys.map(({ columns, parent, parentColumns }) =>
            toRelation(table, columns, parent, parentColumns),
        ),
    );
    const loose = references.flatMap(({ table, column, parent, why, isList = false }) => {
        const owner = find(table);
        const key = find(parent)?.columns.flatMap(({ name, key: position }) => (position > 0 ? [name] : [])) ?? [];
        return owner ? [{ ...toRelation(owner, [column], parent, key), isRequired: false, why, isList }] : [];
    });
    return [...keys, ...loose];
}

function toRelation(
    table: DocumentedTable,
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
