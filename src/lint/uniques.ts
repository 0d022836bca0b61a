import { isKeyword, readName, type Token } from "../sql/lexer.ts";
import type { Statement } from "../sql/statements.ts";
import { splitList } from "./clauses.ts";
import { readDefinitions } from "./definitions.ts";
import type { KnownSchema } from "./known-schema.ts";

/** Columns, in lower case, of which no two rows have the same values. */
export type UniqueColumns = readonly string[];

/** What UNIQUE and PRIMARY KEY of a CREATE TABLE say. */
export function findUniques(statement: Statement): UniqueColumns[] {
    return readDefinitions(statement).flatMap(({ column, tokens }) => {
        const at = tokens.findIndex((token) => isKeyword(token, "UNIQUE") || isKeyword(token, "PRIMARY"));
        if (at === -1) return [];
        if (column !== undefined) return [[column.toLowerCase()]];
        return readColumns(tokens.slice(at));
    });
}

/** What unique indexes of a table say, but for those over an expression or over a part of the rows. */
export function findUniqueParts({ parts }: KnownSchema, table: string): UniqueColumns[] {
    return [...parts.values()].flatMap(({ table: of, type, statement: { tokens } }) => {
        const isWhole = type === "index" && tokens.at(-1)?.text === ")" && isKeyword(tokens[1], "UNIQUE");
        return isWhole && of === table.toLowerCase() ? readColumns(tokens) : [];
    });
}

/** Whether rows that differ in one of these differ in those columns, too. */
export function isImplied(columns: UniqueColumns, known: readonly UniqueColumns[]): boolean {
    return known.some((others) => others.every((column) => columns.includes(column)));
}

// The list in the first parentheses; nothing where it holds an expression.
function readColumns(tokens: readonly Token[]): UniqueColumns[] {
    const open = tokens.findIndex(({ text }) => text === "(");
    const close = tokens.findIndex(({ text }) => text === ")");
    const items = open === -1 ? [] : splitList(tokens.slice(open + 1, close));
    const isPlain = items.every(([, second]) => !second || /^(ASC|DESC|COLLATE)$/i.test(second.text));
    return isPlain && items.length > 0
        ? [items.flatMap(([first]) => (first ? [readName(first).toLowerCase()] : []))]
        : [];
}
