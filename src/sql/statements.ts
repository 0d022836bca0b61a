import { createHash } from "node:crypto";
import { isKeyword, isSignificant, type Token, tokenize } from "./lexer.ts";

/** One SQL statement of a script, without its closing semicolon. */
export interface Statement {
    /** The text from the first significant token to the last; comments inside are kept. */
    readonly sql: string;
    readonly line: number;
    /** Significant tokens only. */
    readonly tokens: readonly Token[];
}

/**
 * Splits a script where SQLite would: at each semicolon, except inside the body of a CREATE TRIGGER, which ends at
 * `; END ;` (the rule of sqlite3_complete(), https://www.sqlite.org/c3ref/complete.html). Empty statements are left out.
 */
export function splitStatements(script: string, tokenized: readonly Token[] = tokenize(script)): Statement[] {
    const statements: Statement[] = [];
    let tokens: Token[] = [];
    const finish = (): void => {
        const [first, last] = [tokens[0], tokens.at(-1)];
        if (first && last) {
            const sql = script.slice(first.offset, last.offset + last.text.length);
            statements.push({ sql, line: first.line, tokens });
        }
        tokens = [];
    };
    for (const token of tokenized) {
        if (!isSignificant(token)) continue;
        if (token.text === ";" && token.kind === "operator" && !isInsideTrigger(tokens)) finish();
        else tokens.push(token);
    }
    finish();
    return statements;
}

/** Returns all tokens of a statement, comments and white space included, with lines and offsets of the script. */
export function readAllTokens({ sql, line, tokens }: Statement): Token[] {
    const offset = tokens[0]?.offset ?? 0;
    return tokenize(sql).map((token) => ({ ...token, line: token.line + line - 1, offset: token.offset + offset }));
}

/** Finds the unclosed literal, name or comment that a script ends in. */
export function findOpenToken(script: string, tokens: readonly Token[] = tokenize(script)): Token | undefined {
    return tokens.find((token) => token.open);
}

/** Removes a byte order mark and turns line endings into LF. */
export function normalizeText(text: string): string {
    return text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
}

/** Returns SHA-256, in hex, over the significant tokens: white space, comments, line endings and a BOM do not matter. */
export function checksumTokens(script: string, tokens: readonly Token[] = tokenize(normalizeText(script))): string {
    const texts = tokens.filter(isSignificant).map((token) => `${token.text}\0`);
    return createHash("sha256").update(texts.join("")).digest("hex");
}

const createTrigger = /^(EXPLAIN (QUERY PLAN )?)?CREATE (TEMP |TEMPORARY )?TRIGGER /i;

function isInsideTrigger(tokens: readonly Token[]): boolean {
    const head = tokens.slice(0, 7).map(({ text }) => text);
    if (!createTrigger.test(`${head.join(" ")} `)) return false;
    return !(isKeyword(tokens.at(-1), "END") && tokens.at(-2)?.text === ";");
}
