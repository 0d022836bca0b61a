import type { KnownSchema, KnownTable } from "../schema/known-schema.ts";
import { isKeyword } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { findIndexColumns } from "../sql/statement-facts.ts";

/** Columns whose values together are unique. */
type UniqueColumns = readonly string[];

/** Finds the columns of UNIQUE, PRIMARY KEY and unique indexes of a table, except partial ones. */
export function findUniques({ uniques, name }: KnownTable, { parts }: KnownSchema): UniqueColumns[] {
    const indexes = [...parts.values()].filter(
        ({ table, type, statement }) =>
            isSameName(table, name) && type === "index" && isKeyword(statement.tokens[1], "UNIQUE"),
    );
    const indexed = indexes.map(({ statement }) => findIndexColumns(statement));
    return [...uniques.map(({ columns }) => columns), ...indexed.filter((columns) => columns !== undefined)];
}

/** Whether columns are unique because one of the known lists is. */
export function isImplied(columns: UniqueColumns, known: readonly UniqueColumns[]): boolean {
    return known.some((others) => others.every((column) => columns.some((own) => isSameName(own, column))));
}

/** Whether an index that is not partial, a UNIQUE or the primary key begins with a column. */
export function leadsIndex(column: string, { name, uniques }: KnownTable, { parts }: KnownSchema): boolean {
    const indexes = [...parts.values()].filter(({ table, type }) => type === "index" && isSameName(table, name));
    const columns = indexes.flatMap(({ statement }) => {
        const first = findIndexColumns(statement)?.[0];
        return first === undefined ? [] : [first];
    });
    const leading = [...columns, ...uniques.flatMap((unique) => unique.columns.slice(0, 1))];
    return leading.some((other) => isSameName(other, column));
}
