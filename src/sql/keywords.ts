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

// A sign before a word marks it as the keyword that the words around it make of it.
const positional = [
    "(?:PRIMARY|FOREIGN) ~KEY",
    "ON (?:DELETE|UPDATE) ~(?:CASCADE|RESTRICT|NO ACTION)",
    "ON (?:DELETE|UPDATE) NO ~ACTION",
    "DEFERRABLE ~INITIALLY",
    "DEFERRABLE INITIALLY ~(?:DEFERRED|IMMEDIATE)",
    "~GENERATED ALWAYS AS",
    "GENERATED ~ALWAYS AS",
    "WITHOUT ~ROWID",
    "ALTER TABLE (?:[^ ]+ \\. )?[^ ]+ ~RENAME",
    "ALTER TABLE (?:[^ ]+ \\. )?[^ ]+ (?:ADD|DROP|RENAME|ALTER) ~COLUMN",
    "(?:INSERT|UPDATE) OR ~(?:IGNORE|ABORT|FAIL|ROLLBACK)",
    "ON CONFLICT ~(?:IGNORE|ABORT|FAIL|ROLLBACK)",
    "~RAISE \\( (?:IGNORE|ABORT|FAIL|ROLLBACK) [,)]",
    "RAISE \\( ~(?:IGNORE|ABORT|FAIL|ROLLBACK) [,)]",
    "(?!(?:FROM|JOIN|,|AS) )[^ ]+ ~(?:INNER|RIGHT|FULL) (?:OUTER )?JOIN",
    "NULLS ~(?:FIRST|LAST)",
    "FOR ~EACH ROW",
    "(?:INSTEAD|(?:BEFORE|AFTER) UPDATE) ~OF",
    "AS (?:NOT )?~MATERIALIZED \\(",
    "~INDEXED BY",
    "\\) ~(?:OVER|FILTER) \\(",
    "(?:ORDER|GROUP|PARTITION) ~BY \\(",
    "ON ~CONFLICT \\(",
    "(?!(?:SELECT|,|\\() )[^ ]+ ~(?:MATCH|REGEXP) '",
    "~(?:ROWS|RANGE|GROUPS) (?:BETWEEN )?(?:UNBOUNDED|CURRENT|[^ ]+ PRECEDING|[^ ]+ FOLLOWING)",
    "(?:ROWS|RANGE|GROUPS|BETWEEN|AND) ~UNBOUNDED (?:PRECEDING|FOLLOWING)",
    "(?:ROWS|RANGE|GROUPS|BETWEEN|AND) ~CURRENT ROW",
    "(?:(?:ROWS|RANGE|GROUPS|BETWEEN|AND) [^ ]+|UNBOUNDED) ~(?:PRECEDING|FOLLOWING)",
].map((pattern) => pattern.split("~"));

const positions = positional.map(([before = "", word = ""]) => new RegExp(`(?:^| )${before}~${word}(?: |$)`));

/**
 * Whether words that may be names are a keyword where they stand, such as KEY behind PRIMARY.
 *
 * @param before the tokens before the word, and `after` the word itself and those behind it, in upper case; a literal is `'`,
 * a quoted name `"`
 */
export function isKeywordAt(before: readonly string[], after: readonly string[]): boolean {
    const text = `${before.join(" ")} ~${after.join(" ")}`;
    return positions.some((position) => position.test(text));
}
