import { isKeyword, isSignificant, readName, type Token, tokenize } from "./lexer.ts";

/** A column as its CREATE TABLE describes it. */
export interface ColumnFacts {
    readonly name: string;
    /** The declared type, upper case; empty where there is none. */
    readonly type: string;
    readonly notNull: boolean;
    readonly hasDefault: boolean;
    readonly isPrimaryKey: boolean;
    /** The comment above it, on one line; empty where there is none. */
    readonly comment: string;
    /** The literals that a CHECK (column IN ('…', …)) allows, texts in quotes; empty where there is no such check. */
    readonly values: readonly string[];
}

export interface TableFacts {
    readonly name: string;
    /** What one row is: the first comment of the statement. */
    readonly comment: string;
    readonly columns: readonly ColumnFacts[];
}

const constraintWords = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/** Reads the columns and comments of a CREATE TABLE statement. */
export function readTable(name: string, sql: string): TableFacts {
    const [head = [], ...rest] = splitDefinitions(tokenize(sql)).definitions;
    const definitions = [head, ...rest].map((tokens) => ({
        comments: tokens.filter((token) => token.kind === "comment").map(readComment),
        tokens: tokens.filter(isSignificant),
    }));
    const values = new Map(definitions.flatMap(({ tokens }) => findValues(tokens)));
    const comment = definitions[0]?.comments[0] ?? "";
    const columns = definitions
        .filter(({ tokens }) => isColumnDefinition(tokens))
        .map((definition, at): ColumnFacts => {
            const { tokens } = definition;
            const columnName = readName(tokens[0] as Token);
            const comments = at === 0 ? definition.comments.slice(1) : definition.comments;
            const has = (...words: string[]): boolean =>
                tokens.some((_, index) => words.every((word, offset) => isKeyword(tokens[index + offset], word)));
            return {
                name: columnName,
                type: tokens[1]?.kind === "word" ? tokens[1].text.toUpperCase() : "",
                notNull: has("NOT", "NULL"),
                hasDefault: has("DEFAULT") || has("INTEGER", "PRIMARY") || has("AUTOINCREMENT"),
                isPrimaryKey: has("PRIMARY", "KEY"),
                comment: comments.join(" "),
                values: values.get(columnName) ?? [],
            };
        });
    return { name, comment, columns };
}

/** What a comment says, on one line, without its signs. */
export function readComment({ text }: Token): string {
    const body = text.startsWith("--") ? text.slice(2) : text.slice(2).replace(/\*\/$/, "");
    return body
        .replace(/^\s*\*?[ \t]?/gm, "")
        .replace(/\s+/g, " ")
        .trim();
}

/**
 * Splits a CREATE TABLE statement: the parts between the commas of the outermost parentheses, comments included, and the
 * words behind them.
 */
export function splitDefinitions(tokens: readonly Token[]): { definitions: Token[][]; options: Token[] } {
    const parts: Token[][] = [[]];
    const options: Token[] = [];
    let depth = 0;
    for (const token of tokens) {
        if (token.text === ")" && token.kind === "operator") depth--;
        if (depth === 0) {
            if (token.text === "(" && token.kind === "operator") depth++;
            else if (token.text === ")") options.length = 0;
            else options.push(token);
            continue;
        }
        if (token.text === "(" && token.kind === "operator") depth++;
        if (depth === 1 && token.text === "," && token.kind === "operator") parts.push([]);
        else parts.at(-1)?.push(token);
    }
    return { definitions: parts, options };
}

/** Whether a definition describes a column, and no constraint of the table. */
export function isColumnDefinition(tokens: readonly Token[]): boolean {
    const first = tokens.find(isSignificant);
    return first !== undefined && !constraintWords.some((word) => isKeyword(first, word));
}

// `CHECK (column IN ('a', 'b'))`, as a constraint of the column or of the table.
function findValues(tokens: readonly Token[]): [string, string[]][] {
    return tokens.flatMap((token, at): [string, string[]][] => {
        const isCheck = isKeyword(token, "CHECK") && tokens[at + 1]?.text === "(" && isKeyword(tokens[at + 3], "IN");
        const column = tokens[at + 2];
        if (!isCheck || !column || tokens[at + 4]?.text !== "(") return [];
        const list = tokens.slice(
            at + 5,
            tokens.findIndex((item, index) => index > at + 4 && item.text === ")"),
        );
        const literals = list.flatMap((item) => {
            if (item.kind === "string") return [JSON.stringify(readName(item))];
            return item.kind === "number" ? [item.text] : [];
        });
        return literals.length === 0 ? [] : [[readName(column), literals]];
    });
}
