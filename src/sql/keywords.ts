/** Words that must be quoted to be a name everywhere (https://www.sqlite.org/lang_keywords.html, tried one by one). */
const reserved = new Set(
    (
        "add all alter and as autoincrement between case cast check collate commit constraint create current_date " +
        "current_time current_timestamp default deferrable delete distinct drop else escape except exists foreign from " +
        "group having if in index insert intersect into is isnull join limit not nothing notnull null on or order primary " +
        "raise references returning select set table then to transaction union unique update using values when where"
    ).split(" "),
);

/**
 * Words that may be names, but are not used as names in this project. `action`, `key`, `language` and the like are
 * missing: they are common column names.
 */
const contextual = new Set(
    (
        "after asc before begin by conflict cross desc do each end filter for glob instead left like natural nulls offset " +
        "outer over partition recursive replace row strict temp temporary trigger view virtual window with without integer text real blob any"
    ).split(" "),
);

/** Whether a name must be quoted because SQLite reserves the word. */
export function isReserved(word: string): boolean {
    return reserved.has(word.toLowerCase());
}

/** Whether a word is a keyword or a type, which this project writes in capitals. */
export function isKeywordLike(word: string): boolean {
    return reserved.has(word.toLowerCase()) || contextual.has(word.toLowerCase());
}
