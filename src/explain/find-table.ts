import type { SchemaRow } from "../schema/row.ts";
import type { Table } from "../schema/table.ts";
import { isReserved } from "../sql/keywords.ts";
import { isKeyword, readName, type Token, tokenize } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";

/** The schema that a statement is explained with. */
export interface ExplainSchema {
    readonly rows: readonly SchemaRow[];
    readonly tables: readonly Table[];
}

/**
 * Finds the table that a plan names, by its name or by an alias in the statement or in a view.
 *
 * @param tokens of the statement
 */
export function findTable(
    source: string,
    tokens: readonly Token[],
    { rows, tables }: ExplainSchema,
): Table | undefined {
    const find = (name: string): Table | undefined => tables.find((table) => isSameName(table.name, name));
    const views = rows.filter(({ type }) => type === "view").map(({ sql }) => tokenize(sql ?? ""));
    for (const list of [tokens, ...views]) {
        const words = list.filter(({ kind }) => kind !== "space" && kind !== "comment");
        for (const [at, token] of words.entries()) {
            const alias = isKeyword(words[at + 1], "AS") ? words[at + 2] : words[at + 1];
            if (!isName(token) || !alias || !isName(alias) || !isSameName(readName(alias), source)) continue;
            const table = find(readName(token));
            if (table) return table;
        }
    }
    return find(source);
}

function isName({ kind, text }: Token): boolean {
    return kind === "name" || (kind === "word" && !isReserved(text));
}
