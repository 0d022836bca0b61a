/** Maps an SQL name (snake_case) to that of documents, exports and the API (camelCase). */
export function toCamelCase(name: string): string {
    return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `subChannel` → `sub_channel`. */
export function toSnakeCase(name: string): string {
    return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `question_relationships` → `QuestionRelationship`: the type of a row. */
export function toTypeName(table: string): string {
    return capitalizeName(toCamelCase(table.replace(/ies$/, "y").replace(/([^s])s$/, "$1")));
}

/** `question_relationships` → `QuestionRelationshipsRow`: the type of a row as the database returns it. */
export function toRowName(table: string): string {
    return `${capitalizeName(toCamelCase(table))}Row`;
}

function capitalizeName(name: string): string {
    return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `Add Ünïcode name!` → `add-unicode-name`: words as part of a file name. */
export function toSlug(words: string): string {
    return words
        .normalize("NFKD")
        .replace(/\p{M}/gu, "")
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-|-$/g, "");
}

/** Whether two names are the same to SQLite. */
export function isSameName(left: string, right: string): boolean {
    return left.toLowerCase() === right.toLowerCase();
}
