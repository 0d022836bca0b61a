import { isKeyword, isSignificant, readName, type Token, tokenize } from "../database/lexer.ts";
import type { Statement } from "../database/statements.ts";

/** What stands between two commas of a CREATE TABLE. */
export interface Definition {
    /** The column that it defines; undefined for a constraint of the table. */
    readonly column: string | undefined;
    /** Significant tokens; lines are those of the file. */
    readonly tokens: readonly Token[];
    /** Comments above and inside it. The first definition has that of the table too. */
    readonly comments: readonly Token[];
}

/** Reads the columns and constraints of a CREATE TABLE; empty for CREATE TABLE … AS and virtual tables. */
export function readDefinitions(statement: Statement): Definition[] {
    if (isKeyword(statement.tokens[1], "VIRTUAL")) return [];
    const parts: Token[][] = [[]];
    let depth = 0;
    for (const token of readAllTokens(statement)) {
        const sign = token.kind === "operator" ? token.text : "";
        if (depth === 0 && isKeyword(token, "AS")) return [];
        if (sign === ")") depth--;
        if (depth === 1 && sign === ",") parts.push([]);
        else if (depth > 0) parts.at(-1)?.push(token);
        if (sign === "(") depth++;
    }
    return parts.map((part) => {
        const tokens = part.filter(isSignificant);
        const [first] = tokens;
        const isColumn = first && !(first.kind === "word" && tableConstraint.test(first.text));
        return {
            column: isColumn ? readName(first) : undefined,
            tokens,
            comments: part.filter(({ kind }) => kind === "comment"),
        };
    });
}

/** All tokens of a statement, comments and white space too, with the lines of its file. */
export function readAllTokens(statement: Statement): Token[] {
    const { line, tokens } = statement;
    const offset = tokens[0]?.offset ?? 0;
    return tokenize(statement.sql).map((token) => ({
        ...token,
        line: token.line + line - 1,
        offset: token.offset + offset,
    }));
}

/** What a comment says, on one line, without its signs. */
export function readComment({ text }: Token): string {
    const body = text.startsWith("--") ? text.slice(2) : text.slice(2).replace(/\*\/$/, "");
    return body
        .replace(/^\s*\*?[ \t]?/gm, "")
        .replace(/\s+/g, " ")
        .trim();
}

/** Whether a comment speaks to the lint. */
export function isLintComment(comment: Token): boolean {
    return comment.kind === "comment" && /^lint:/i.test(readComment(comment));
}

const tableConstraint = /^(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)$/i;
