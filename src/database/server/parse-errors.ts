import { tokenize } from "../../sql/lexer.ts";

// What sqld's own parser says: `syntax error around L1:13: …`, `near COMMA, "None": syntax error at (1, 38)`.
const nearToken = /^(?:syntax error around L(\d+):(\d+): .*|near \w+, "\w+": syntax error at \((\d+), (\d+)\))$/s;
// `duplicate column name: a at (1, 21)` of the parser, `… (at offset 13)` of SQLite behind it.
const position = / (?:at \(\d+, \d+\)|\(at offset \d+\))$/;

/** A server's message about one statement in the words of SQLite, so that every target says the same. */
export function toSqliteMessage(message: string, sql: string): string {
    const [, line, column, ...other] = nearToken.exec(message) ?? [];
    const text = findTokenBefore(sql, Number(line ?? other[0]), Number(column ?? other[1]));
    return text === undefined ? message.replace(position, "") : `near "${text}": syntax error`;
}

// The parser gives the place behind the token that it did not expect; lines and columns count from 1.
function findTokenBefore(sql: string, line: number, column: number): string | undefined {
    const lines = sql.split("\n");
    const end = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, column - 1);
    return tokenize(sql).find((token) => token.offset + token.text.length === end)?.text;
}
