import { isColumnDefinition, readComment, splitDefinitions } from "../sql/create-table.ts";
import { isKeyword, isSignificant, readName, type Token, tokenize } from "../sql/lexer.ts";
import type { Statement } from "../sql/statements.ts";
import { hasClause } from "./clauses.ts";

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
    if (isKeyword(statement.tokens[1], "VIRTUAL") || hasClause(statement, "AS")) return [];
    return splitDefinitions(readAllTokens(statement)).definitions.map((part) => {
        const tokens = part.filter(isSignificant);
        const [first] = tokens;
        return {
            column: first && isColumnDefinition(tokens) ? readName(first) : undefined,
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

/** Whether a comment speaks to the lint. */
export function isLintComment(comment: Token): boolean {
    return comment.kind === "comment" && /^lint:/i.test(readComment(comment));
}
