import { type CheckDefinition, readTableDefinition, type TableDefinition } from "./create-table.ts";
import { isKeyword, readName } from "./lexer.ts";
import { isSameName } from "./names.ts";
import { insideOf } from "./nesting.ts";

/** Lists the literals that a CHECK (column IN ('…', …)) allows, texts in double quotes; empty without such a CHECK. */
export function listAllowedValues({ checks }: Pick<TableDefinition, "checks">, column: string): string[] {
    return checks.flatMap(({ tokens: [name, word, open], tokens }) => {
        if (!name || !isSameName(readName(name), column) || !isKeyword(word, "IN") || open?.text !== "(") return [];
        return insideOf(tokens, open).flatMap((item) => {
            if (item.kind === "string") return [JSON.stringify(readName(item))];
            return item.kind === "number" ? [item.text] : [];
        });
    });
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
