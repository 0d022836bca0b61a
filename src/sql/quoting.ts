import { isReserved } from "./keywords.ts";

/** Quotes a name: `questions` becomes `"questions"`. */
export function quoteName(name: string): string {
    return `"${name.replaceAll('"', '""')}"`;
}

/** Writes a name with quotes only where it needs them. */
export function writeName(name: string): string {
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !isReserved(name) ? name : quoteName(name);
}

/** Quotes a text literal: `it's` becomes `'it''s'`. */
export function quoteText(text: string): string {
    return `'${text.replaceAll("'", "''")}'`;
}

/** Quoted names with commas between them. */
export function quoteNames(names: readonly string[]): string {
    return names.map(quoteName).join(", ");
}

/** Columns as one value: `"a"`, or `("a", "b")`. */
export function renderRowValue(columns: readonly string[]): string {
    return columns.length === 1 ? quoteNames(columns) : `(${quoteNames(columns)})`;
}
