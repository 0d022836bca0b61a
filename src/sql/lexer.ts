export interface Token {
    readonly kind: TokenKind;
    readonly text: string;
    /** Position in the source, in UTF-16 units. */
    readonly offset: number;
    readonly line: number;
    /** An unclosed literal, quoted name or comment. */
    readonly open?: true;
}

type TokenKind = "space" | "comment" | "string" | "name" | "word" | "number" | "parameter" | "operator";

// Sticky patterns, tried in this order; rules from https://www.sqlite.org/lang_keywords.html and
// https://www.sqlite.org/syntax/literal-value.html. A quote is escaped by doubling it.
const patterns: readonly (readonly [TokenKind, RegExp])[] = [
    ["space", /[ \t\n\f\r]+/y],
    ["comment", /--[^\n]*/y],
    ["comment", /\/\*(?:[^*]+|\*(?!\/))*(?:\*\/)?/y],
    ["string", /[xX]?'(?:[^']+|'')*'?/y],
    ["name", /"(?:[^"]+|"")*"?/y],
    ["name", /`(?:[^`]+|``)*`?/y],
    ["name", /\[[^\]]*\]?/y],
    ["parameter", /(?:\?\d*|[:@#$][\w$\u0080-\uffff]+(?:::[\w$\u0080-\uffff]+)*)/y],
    ["number", /(?:0[xX][\da-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/y],
    ["word", /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
    ["operator", /->>|->|\|\||<<|>>|<=|>=|<>|!=|==|[\s\S]/y],
];

/** Splits SQL into tokens that together are the whole text. Never throws: an unclosed token is marked open. */
export function tokenize(sql: string): Token[] {
    const tokens: Token[] = [];
    let offset = 0;
    let line = 1;
    while (offset < sql.length) {
        const token = readToken(sql, offset, line);
        tokens.push(token);
        offset += token.text.length;
        line += countNewlines(token.text);
    }
    return tokens;
}

/** Whether a token is neither white space nor a comment. */
export function isSignificant(token: Token): boolean {
    return token.kind !== "space" && token.kind !== "comment";
}

/** Whether a token is this keyword, in any letter case. */
export function isKeyword(token: Token | undefined, keyword: string): boolean {
    return token?.kind === "word" && token.text.toUpperCase() === keyword;
}

/** Returns the name that a token means, without quotes, as SQLite looks it up. */
export function readName(token: Token): string {
    if (token.kind !== "name" && token.kind !== "string") return token.text;
    const quote = token.text[0] as string;
    const inner = token.text.slice(1, -1);
    return quote === "[" ? inner : inner.replaceAll(quote + quote, quote);
}

function readToken(sql: string, offset: number, line: number): Token {
    for (const [kind, pattern] of patterns) {
        pattern.lastIndex = offset;
        const text = pattern.exec(sql)?.[0];
        if (text !== undefined) {
            const token = { kind, text, offset, line };
            return isOpen(kind, text) ? { ...token, open: true } : token;
        }
    }
    throw new Error("unreachable: the last pattern matches any character");
}

function isOpen(kind: TokenKind, text: string): boolean {
    if (kind === "comment") return text.startsWith("/*") && (text.length < 4 || !text.endsWith("*/"));
    if (kind !== "string" && kind !== "name") return false;
    const body = text.replace(/^[xX](?=')/, "");
    const close = body[0] === "[" ? "]" : (body[0] as string);
    if (body.length < 2 || !body.endsWith(close)) return true;
    if (close === "]") return false;
    // 'it''s' is closed, 'it'' is not: an odd number of quotes at the end of the body closes it.
    return (body.length - 1 - body.slice(1).replace(new RegExp(`${close}+$`), "").length) % 2 === 0;
}

function countNewlines(text: string): number {
    let count = 0;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
    return count;
}
