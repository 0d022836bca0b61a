const open = "PRAGMA writable_schema = ON;";
const close = "PRAGMA writable_schema = RESET;";

/** Makes objects, then changes their text to what libSQL reads and does not create. */
export function leave(sql: string, ...changes: readonly (readonly [from: string, to: string])[]): string {
    const text = changes.reduce((inner, [from, to]) => `replace(${inner}, ${quote(from)}, ${quote(to)})`, "sql");
    return [sql, open, `UPDATE sqlite_schema SET sql = ${text};`, close].join("\n");
}

function quote(text: string): string {
    return `'${text.replaceAll("'", "''")}'`;
}

/** What other programs leave in a file: a string in double quotes and a collation that libSQL does not have. */
export const foreign = leave(
    [
        "CREATE TABLE kinds (id INTEGER PRIMARY KEY, kind TEXT CHECK (kind IN ('a', 'b')), made TEXT AS (kind || 'z'));",
        "INSERT INTO kinds (kind) SELECT char(97 + value % 2) FROM generate_series(1, 3000);",
        "CREATE INDEX idx_kinds_some ON kinds (kind) WHERE kind <> 'x';",
        "CREATE TABLE names (name TEXT COLLATE nocase, raw BLOB);",
        "INSERT INTO names VALUES ('ä', randomblob(3000000)), (CAST(x'ff61' AS TEXT), NULL);",
    ].join("\n"),
    ["'a'", '"a"'],
    ["'x'", '"x"'],
    ["nocase", "german"],
);

/** Each kind of text that libSQL reads and does not create, alone. */
export const kinds: Readonly<Record<string, string>> = {
    "a string in double quotes in a CHECK": leave(
        "CREATE TABLE a (x TEXT CHECK (x IN ('on', 'off'))); INSERT INTO a VALUES ('on');",
        ["'on'", '"on"'],
        ["'off'", '"off"'],
    ),
    "a string in double quotes in a generated column": leave(
        "CREATE TABLE a (x TEXT, y TEXT AS (x || 'tail')); INSERT INTO a VALUES ('on');",
        ["'tail'", '"tail"'],
    ),
    "a string in double quotes in a partial index": leave(
        "CREATE TABLE a (x TEXT); INSERT INTO a VALUES ('on'); CREATE INDEX b ON a (x) WHERE x <> 'off';",
        ["'off'", '"off"'],
    ),
    "a string in double quotes in an index of expressions": leave(
        "CREATE TABLE a (x TEXT); INSERT INTO a VALUES ('on'); CREATE INDEX b ON a (x || 'tail');",
        ["'tail'", '"tail"'],
    ),
    "a collation of a column": leave("CREATE TABLE a (x TEXT COLLATE nocase); INSERT INTO a VALUES ('on');", [
        "nocase",
        "german",
    ]),
    "a collation of an index": leave(
        "CREATE TABLE a (x TEXT); INSERT INTO a VALUES ('on'); CREATE INDEX b ON a (x COLLATE nocase);",
        ["nocase", "german"],
    ),
    "a function in a CHECK": leave("CREATE TABLE a (x TEXT CHECK (lower(x) <> 'q')); INSERT INTO a VALUES ('on');", [
        "lower",
        "app_lower",
    ]),
    "a function in an index": leave(
        "CREATE TABLE a (x TEXT); INSERT INTO a VALUES ('on'); CREATE INDEX b ON a (lower(x));",
        ["lower", "app_lower"],
    ),
};
