/** Quotes a name: `questions` becomes `"questions"`. */
export function quoteName(name: string): string {
    return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a text literal: `it's` becomes `'it''s'`. */
export function quoteText(text: string): string {
    return `'${text.replaceAll("'", "''")}'`;
}
