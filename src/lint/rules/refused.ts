import type { Rule } from "../rule.ts";

/** What every deploy refuses before it sends anything; the runner has the checks. */
const texts: Readonly<Record<string, readonly [summary: string, why: string, remedy: string]>> = {
    "file-name": [
        "a file that is not named like a migration, that nothing reads, or that postgrator reads differently",
        "An unrecognised file would be silently ignored.",
        "rename it as the finding says",
    ],
    "open-text": [
        "a literal, quoted name or comment that is never closed",
        "An embedded database skips the rest of the script with it, and reports success.",
        "close it",
    ],
    "nul-character": ["a NUL character", "SQLite ignores the text after it.", "remove it"],
    "tool-marker": [
        "a comment by which dbmate, goose or another tool tells the directions of a migration apart",
        "Both directions would run, one after the other: the table is created and dropped, and the file counts as applied.",
        "move what stands below the down marker to the undo file, and remove the markers",
    ],
    "no-statement": [
        "a file without a statement",
        "It does nothing, and counts as applied.",
        "write one (`SELECT 1;` does nothing on purpose), or delete the file",
    ],
    "own-transaction": [
        "BEGIN, COMMIT, ROLLBACK, SAVEPOINT or the like",
        "It would end the runner's transaction, so that later statements could not be rolled back.",
        "remove it",
    ],
    pragma: [
        "a PRAGMA",
        "Inside a transaction most do nothing, and servers refuse most.",
        "remove it; the finding says what to do instead",
    ],
    "refused-statement": [
        "ATTACH, DETACH, VACUUM, ANALYZE or CREATE FUNCTION",
        "Turso refuses them, although SQLite accepts them.",
        "remove it",
    ],
    "temporary-object": [
        "a temporary table, view or trigger",
        "Turso refuses it, or drops it with the connection.",
        "use an ordinary table and drop it at the end of the file; a view or trigger belongs in views/ or triggers/",
    ],
    "alter-column": [
        "ALTER COLUMN",
        "It neither converts nor checks existing rows: an index on the column may then miss rows.",
        "rebuild the table: `pnpm db:new --rebuild <table> <words>`",
    ],
    "ordered-aggregate": [
        "ORDER BY inside a function call, such as group_concat(a ORDER BY b)",
        "A server's parser refuses it; an embedded database accepts it.",
        "order the rows in a subquery of the FROM clause",
    ],
    "having-without-group-by": [
        "HAVING without GROUP BY",
        "A server's parser refuses it; an embedded database accepts it.",
        "filter with WHERE around a subquery, or group by something",
    ],
    "bookkeeping-table": [
        "a statement on one of the migrator's own tables",
        "The migrator would no longer know what is applied.",
        "remove the statement",
    ],
    parameter: ["a parameter, such as ?1 or :name", "It has no value.", "write the value itself"],
    "statement-size": [
        "a statement over 5,000,000 bytes",
        "A server refuses it; an embedded database accepts it.",
        "split it",
    ],
    "view-in-migration": [
        "a migration that creates a view or trigger",
        "A later change of its table would drop it for good.",
        "move it to views/ or triggers/; remove it where a later file drops it or creates it again",
    ],
    "object-file": [
        "a file in views/ or triggers/ that does not contain exactly the object of its name",
        "The object is found, compared and dropped by the file name.",
        "write one CREATE statement into it, with the name of the file",
    ],
    "renamed-away": [
        "a table renamed away and created again in one file that drops the old one, or while others reference it",
        "Foreign keys of children follow the rename to the old table, and no rebuild is recognised whose rows, indexes and triggers must be kept.",
        "create the new table first, fill it, drop the old one, then rename; to keep the old table, create the new one in a later file",
    ],
    "dropped-parent": [
        "DROP TABLE of a table that others still reference",
        "The rows of its children would be deleted too, or could no longer be written.",
        "rebuild the table in one file, or drop its children first",
    ],
    "unwatched-write": [
        "rows written after a change that drops their triggers",
        "The triggers would not fire for those rows, and history would be missing.",
        "move these statements to a migration of their own",
    ],
};

export const refusedRules: readonly Rule[] = Object.entries(texts).map(([id, [summary, why, remedy]]) => ({
    id,
    group: ["renamed-away", "dropped-parent", "unwatched-write", "alter-column"].includes(id) ? "safe" : "runs",
    level: "error",
    refused: true,
    summary,
    why,
    remedy,
    // The runner finds them.
    find: () => [],
}));
