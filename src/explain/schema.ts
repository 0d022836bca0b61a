import type { SchemaRow } from "../schema/row.ts";
import { isReserved } from "../sql/keywords.ts";
import { isKeyword, isSignificant, readName, type Token, tokenize } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";

/**
 * Finds the table that a statement calls by another name, in the statement or in the views of the schema; the name
 * itself where it is a table, undefined where it is neither.
 */
export function findTable(source: string, tokens: readonly Token[], schema: readonly SchemaRow[]): string | undefined {
    const find = (name: string): string | undefined =>
        schema.find((row) => row.type === "table" && isSameName(row.name, name))?.name;
    const views = schema.filter(({ type }) => type === "view").map(({ sql }) => tokenize(sql ?? ""));
    for (const list of [tokens, ...views]) {
        const words = list.filter(isSignificant);
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
