import { isReserved } from "./keywords.ts";

/** Quotes a name: `questions` becomes `"questions"`. */
export function quoteName(name: string): string {
    return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a name only where it needs quotes. */
export function writeName(name: string): string {
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !isReserved(name) ? name : quoteName(name);
}

/** Quotes a text literal: `it's` becomes `'it''s'`. */
export function quoteText(text: string): string {
    return `'${text.replaceAll("'", "''")}'`;
}

/** Quotes names and joins them with commas. */
export function quoteNames(names: readonly string[]): string {
    return names.map(quoteName).join(", ");
}

/** Renders columns as one value: `"a"`, or `("a", "b")`. */
export function renderRowValue(columns: readonly string[]): string {
    return columns.length === 1 ? quoteNames(columns) : `(${quoteNames(columns)})`;
}
