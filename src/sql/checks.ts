import { type CheckDefinition, readTableDefinition, type TableDefinition } from "./create-table.ts";
import { isKeyword, readName, type Token } from "./lexer.ts";
import { isSameName } from "./names.ts";
import { insideOf } from "./nesting.ts";

/**
 * Lists the literals that a CHECK allows, texts in double quotes; empty without such a CHECK. It is written as
 * `column IN ('…', …)` or as `column = '…' OR column = '…'`.
 */
export function listAllowedValues({ checks }: Pick<TableDefinition, "checks">, column: string): string[] {
    return checks.flatMap(({ tokens }) =>
        (listInside(tokens, column) ?? listCompared(tokens, column)).flatMap(toLiteral),
    );
}

function listInside(tokens: readonly Token[], column: string): readonly Token[] | undefined {
    const [name, word, open] = tokens;
    if (!isNamed(name, column) || !isKeyword(word, "IN") || open?.text !== "(") return undefined;
    return insideOf(tokens, open);
}

function listCompared(tokens: readonly Token[], column: string): Token[] {
    const values: Token[] = [];
    for (let at = 0; at < tokens.length; at += 4) {
        const [name, sign, value, or] = tokens.slice(at, at + 4);
        const isLast = at + 3 === tokens.length;
        if (!isNamed(name, column) || sign?.text !== "=" || !value || !(isLast || isKeyword(or, "OR"))) return [];
        values.push(value);
    }
    return values;
}

function isNamed(token: Token | undefined, column: string): boolean {
    return token !== undefined && isSameName(readName(token), column);
}

function toLiteral(token: Token): string[] {
    if (token.kind === "string") return [JSON.stringify(readName(token))];
    return token.kind === "number" ? [token.text] : [];
}

/** Returns the name of a CHECK with the values that it lists: `a_is_known (a: "x", "y")`. */
export function describeCheck(name: string, checks: readonly CheckDefinition[]): string {
    const check = checks.find((other) => other.name === name);
    const column = check?.tokens[0] && readName(check.tokens[0]);
    const values = check && column ? listAllowedValues({ checks: [check] }, column) : [];
    return values.length === 0 ? name : `${name} (${column}: ${values.join(", ")})`;
}

/**
 * Adds the allowed values to SQLite's message about a failed CHECK, which only names it.
 *
 * @param statements may hold the CREATE TABLE with the CHECK; other statements are ignored
 */
export function explainRefusal(message: string, statements: readonly (string | null)[]): string {
    const [, before, name] = /^(.*CHECK constraint failed: )(\w+)$/s.exec(message) ?? [];
    if (before === undefined || name === undefined) return message;
    const owner = statements.find((sql) => sql?.includes(name) && /^\s*CREATE\s+TABLE\b/i.test(sql));
    return owner ? before + describeCheck(name, readTableDefinition(owner).checks) : message;
}
