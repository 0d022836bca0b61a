import { type Assumption, must, mustEqual, returns } from "./assumption.ts";

const megabyte = 1_000_000;

/** Assumptions about values and functions. */
export const valueAssumptions: readonly Assumption[] = [
    {
        name: "strftime returns the time with milliseconds, and can add seconds",
        why: "timestamps have that form, and the lease expires by it",
        attempt: async (lab) => {
            const clock = "%Y-%m-%dT%H:%M:%fZ";
            const [row] = await lab.query(
                `SELECT strftime('${clock}', 'now') AS now, strftime('${clock}', 'now', '+120 seconds') AS later`,
            );
            must(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(row?.now)), `it gives '${row?.now}'`);
            must(Date.parse(String(row?.later)) - Date.parse(String(row?.now)) >= 120_000, `later is '${row?.later}'`);
        },
    },
    {
        name: "json_each reads an argument of a megabyte",
        why: "many rows are loaded in one statement that way",
        attempt: async (lab) => {
            const rows = Array.from({ length: 1_000 }, (_, id) => ({ id, text: "x".repeat(megabyte / 1_000) }));
            const [read] = await lab.query(
                "SELECT count(*) AS n, sum(value ->> 'id') AS ids, sum(length(value ->> 'text')) AS size FROM json_each(?)",
                [JSON.stringify(rows)],
            );
            mustEqual(read, { n: 1_000, ids: 499_500, size: megabyte }, "what was read");
        },
    },
    {
        name: "a statement may be a megabyte long",
        why: "a migration may carry data",
        attempt: (lab) => lab.run(`SELECT length('${"x".repeat(megabyte)}');`),
    },
    {
        name: "whole numbers arrive as integers",
        why: "a STRICT column refuses 1.5, and a text column would hold '1.0'",
        attempt: async (lab) => {
            const [row] = await lab.query(
                "SELECT typeof(?) AS small, typeof(?) AS big, typeof(?) AS half",
                [1, 3e9, 0.5],
            );
            mustEqual(row, { small: "integer", big: "integer", half: "real" }, "types");
        },
    },
    {
        name: "text arrives as it was sent: quotes, line ends, and letters of every script",
        why: "statements are compared by their text, and the content has all of it",
        attempt: async (lab) => {
            const text = `'single' "double" \`tick\`\r\n\tend; -- é 漢字 🙂 ${"ü".repeat(3_000)}`;
            mustEqual(await lab.value("SELECT ? AS text", [text]), text, "as an argument");
            mustEqual(await lab.value(`SELECT '${text.replaceAll("'", "''")}' AS text`), text, "as a literal");
        },
    },
    {
        name: "INSERT … RETURNING and ON CONFLICT DO UPDATE with a condition work",
        why: "seeds are loaded by upserts that skip equal rows and count what they changed",
        attempt: async (lab) => {
            const upsert =
                "INSERT INTO schema_probe_upsert VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET text = excluded.text " +
                "WHERE excluded.text IS NOT text RETURNING text";
            const [, first, equal, changed] = await lab.connection.write([
                { sql: "CREATE TABLE schema_probe_upsert (id INTEGER PRIMARY KEY, text TEXT) STRICT" },
                ...["a", "a", "b"].map((text) => ({ sql: upsert, args: [text] })),
            ]);
            mustEqual([first, equal, changed], [[{ text: "a" }], [], [{ text: "b" }]], "rows");
        },
    },
    {
        name: "INSERT OR IGNORE keeps an existing row",
        why: "applications write a row that may exist that way",
        attempt: returns(
            [
                "CREATE TABLE schema_probe_ignore (id INTEGER PRIMARY KEY, text TEXT)",
                "INSERT INTO schema_probe_ignore VALUES (1, 'a')",
                "INSERT OR IGNORE INTO schema_probe_ignore VALUES (1, 'b')",
            ],
            "SELECT text FROM schema_probe_ignore",
            [{ text: "a" }],
        ),
    },
    {
        name: "rows can be compared with a list of VALUES, and grouped into JSON",
        why: "TURSO_SCHEMA.sql checks by the first whether it is complete; a run records notes by the second",
        attempt: returns(
            [],
            "SELECT (1, 'a') IN (VALUES (1, 'a'), (2, 'b')) AS found, " +
                "(SELECT json_group_object(column1, column2) FROM (VALUES ('k', 2))) AS object, " +
                "(SELECT json_group_array(column1) FROM (VALUES (3))) AS list",
            [{ found: 1, object: '{"k":2}', list: "[3]" }],
        ),
    },
];
