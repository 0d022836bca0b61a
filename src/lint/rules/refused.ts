import type { Rule } from "../rule.ts";

/** Summary, why and remedy of what every deploy refuses before it sends anything; the check itself is the runner's. */
const texts: Readonly<Record<string, readonly [summary: string, why: string, remedy: string]>> = {
    "file-name": [
        "a file that is not named like a migration, that nothing reads, or that postgrator reads otherwise",
        "What is not named as the others is passed over in silence.",
        "rename it as told",
    ],
    "open-text": [
        "a literal, quoted name or comment that is never closed",
        "An embedded database swallows the rest of the script with it, and reports success.",
        "close it",
    ],
    "nul-character": ["a NUL character", "The text ends there for SQLite.", "remove it"],
    "no-statement": [
        "a file without a statement",
        "It does nothing, and counts as applied.",
        "write one, or delete it",
    ],
    "own-transaction": [
        "BEGIN, COMMIT, ROLLBACK, SAVEPOINT or the like",
        "It would end the runner's transaction: what comes after could no longer be rolled back.",
        "remove it",
    ],
    pragma: ["a PRAGMA", "Inside a transaction most do nothing, and servers refuse most.", "remove it"],
    "refused-statement": [
        "ATTACH, DETACH, VACUUM, ANALYZE or CREATE FUNCTION",
        "Turso refuses them, although SQLite takes them.",
        "remove it",
    ],
    "temporary-object": [
        "a temporary table, view or trigger",
        "Turso refuses it, or forgets it with the connection.",
        "use an ordinary table and drop it at the end of the file",
    ],
    "alter-column": [
        "ALTER COLUMN",
        "It neither converts nor checks the rows that are there: an index on the column may then miss rows.",
        "rebuild the table: `pnpm db:new --rebuild <table> <words>`",
    ],
    "ordered-aggregate": [
        "ORDER BY inside a function call, such as group_concat(a ORDER BY b)",
        "A server's parser refuses it; an embedded database takes it.",
        "order the rows in a subquery of the FROM clause",
    ],
    "having-without-group-by": [
        "HAVING without GROUP BY",
        "A server's parser refuses it; an embedded database takes it.",
        "filter with WHERE around a subquery, or group by something",
    ],
    "bookkeeping-table": [
        "a statement on one of the migrator's own tables",
        "The migrator would no longer know what it has done.",
        "remove the statement",
    ],
    parameter: ["a parameter, such as ?1 or :name", "Nothing gives it a value.", "write the value itself"],
    "statement-size": [
        "a statement over 5,000,000 bytes",
        "A server takes no larger one; an embedded database does.",
        "split it",
    ],
    "view-in-migration": [
        "a migration that creates a view or trigger",
        "It would not come back after a change that takes it away.",
        "put it into views/ or triggers/",
    ],
    "object-file": [
        "a file in views/ or triggers/ that does not hold just what it is named for",
        "The file name is how the object is found, compared and dropped.",
        "let it hold one CREATE statement, of the name of the file",
    ],
    "renamed-away": [
        "a table renamed away and created again",
        "The foreign keys of its children follow the rename, to the table that is about to be dropped.",
        "make the new table first, fill it, drop the old one, then rename",
    ],
    "dropped-parent": [
        "DROP TABLE of a table that others still point to",
        "Its children's rows would go too, or could no longer be written.",
        "rebuild the table in one file, or drop its children first",
    ],
    "unwatched-write": [
        "rows written behind a change that takes their triggers away",
        "The triggers would not see those rows: history would be missing.",
        "put the rows' part into a migration of its own",
    ],
};

/** The rules that a deploy holds too. */
export const refusedRules: readonly Rule[] = Object.entries(texts).map(([id, [summary, why, remedy]]) => ({
    id,
    group: ["renamed-away", "dropped-parent", "unwatched-write", "alter-column"].includes(id) ? "safe" : "runs",
    level: "error",
    refused: true,
    summary,
    why,
    remedy,
    *find({ problems }) {
        for (const problem of problems) {
            if (problem.rule !== id) continue;
            yield { line: problem.line ?? 1, message: problem.message, remedy: problem.remedy };
        }
    },
}));
