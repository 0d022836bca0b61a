import { isKeyword } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { findIndexColumns } from "../sql/statement-facts.ts";
import type { KnownSchema, KnownTable } from "./known-schema.ts";

/** Columns of which no two rows have the same values. */
type UniqueColumns = readonly string[];

/** What UNIQUE and PRIMARY KEY of a table say, and its unique indexes but for those over a part of the rows. */
export function findUniques({ uniques, name }: KnownTable, { parts }: KnownSchema): UniqueColumns[] {
    const indexes = [...parts.values()].filter(
        ({ table, type, statement }) =>
            isSameName(table, name) && type === "index" && isKeyword(statement.tokens[1], "UNIQUE"),
    );
    return [
        ...uniques.map(({ columns }) => columns),
        ...indexes.flatMap(({ statement }) => {
            const columns = findIndexColumns(statement);
            return columns ? [columns] : [];
        }),
    ];
}

/** Whether rows that differ in one of these differ in those columns, too. */
export function isImplied(columns: UniqueColumns, known: readonly UniqueColumns[]): boolean {
    return known.some((others) => others.every((column) => columns.some((own) => isSameName(own, column))));
}
