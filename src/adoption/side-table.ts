import type { Connection } from "../database/connection.ts";
import { type CheckDefinition, describeCheck, readTableDefinition } from "../sql/create-table.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import type { Origins } from "./origins.ts";
import { readRows } from "./read-rows.ts";
import { type Reading, renderRecord, rowNumber, rowReasons } from "./reading.ts";
import { readDocument } from "./records.ts";

/** The table that keeps what an adoption could not put into the tables of the files. */
export const adoptionTable = "schema_adoption";

/** What became of a row or an object; the comments of the table explain each. */
export type AdoptionOutcome = "refused" | "kept" | "dropped";

export const createAdoptionTable = `CREATE TABLE IF NOT EXISTS ${adoptionTable} (
    /*
     * Bookkeeping: one row or object of the database before its adoption that has no place, or no full place, in the
     * tables of the files. Drop the table when it is no longer needed.
     */
    -- The order in which they were met.
    id INTEGER NOT NULL PRIMARY KEY,
    -- The table that it was in.
    source_table TEXT NOT NULL,
    -- The number of the row there; NULL for an object.
    source_row INTEGER,
    -- refused: not among the rows any more; kept: it is, but not with all its columns; dropped: an index or a trigger.
    outcome TEXT NOT NULL CONSTRAINT schema_adoption_outcome_is_known CHECK (outcome IN ('refused', 'kept', 'dropped')),
    -- JSON array: which constraints refuse it, or which columns have no place.
    reasons TEXT NOT NULL,
    -- The row or the object, whole, as JSON.
    record TEXT NOT NULL,
    -- When that was, in UTC.
    adopted_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT`;

/** Puts live rows, whole, into the side table. `rows` is SQL that gives their numbers and reasons. */
export function keepRows({ live, target }: Reading, outcome: AdoptionOutcome, rows: string): string {
    return (
        `INSERT INTO ${adoptionTable} (source_table, source_row, outcome, reasons, record) ` +
        `SELECT ${quoteText(target.name)}, given.${rowNumber}, ${quoteText(outcome)}, given.${rowReasons}, ${renderRecord(live)} ` +
        `FROM (${rows}) AS given CROSS JOIN ${quoteName(live.name)} AS live ON live.${live.rowid} = given.${rowNumber} ` +
        `ORDER BY given.${rowNumber}`
    );
}

/** Puts the indexes and triggers of a live table, which a rebuild drops, into the side table. */
export function keepObjects({ live, target }: Reading): string {
    return (
        `INSERT INTO ${adoptionTable} (source_table, outcome, reasons, record) ` +
        `SELECT ${quoteText(target.name)}, 'dropped', '[]', json_object('type', type, 'name', name, 'sql', sql) FROM sqlite_schema ` +
        `WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name = ${quoteText(live.name)} COLLATE NOCASE ORDER BY rowid`
    );
}

/** A refused row as a line of the reject file, which loads once it is corrected. */
export interface RefusedRow {
    readonly rejection: {
        /** The table that it was in. */
        readonly file: string;
        /** Its number there. */
        readonly position: string;
        /** The first constraint that refuses it. */
        readonly code: string;
        readonly message: string;
        readonly record: Readonly<Record<string, unknown>>;
    };
    /** How many bytes its record has as JSON. */
    readonly bytes: number;
}

/** How many characters of records one answer brings, beyond the first of them. */
const pageLength = 500_000;
const pageRows = 1_000;

/** Reads every refused row, in the order in which they were met. A database without the table has none. */
export async function* readRefused(connection: Connection, { forms }: Origins): AsyncGenerator<RefusedRow> {
    const [found, schema] = await connection.readAll([
        { sql: `SELECT 1 FROM ${adoptionTable} LIMIT 0` },
        { sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'table'" },
    ]);
    if (!found?.ok || !schema?.ok) return;
    const checks = new Map(schema.rows.map((row) => [row.name, readTableDefinition(String(row.sql)).checks]));
    for (let last = 0; ; ) {
        const page =
            `SELECT id, source_table, CAST(source_row AS TEXT) AS source_row, reasons, CAST(record AS BLOB) AS record FROM ${adoptionTable} ` +
            `WHERE id > ? AND outcome = 'refused' ORDER BY id LIMIT ${pageRows}`;
        const rows = await readRows(connection, {
            sql:
                "SELECT * FROM (SELECT *, sum(length(record)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - length(record) AS before " +
                `FROM (${page})) WHERE before < ${pageLength} ORDER BY id`,
            args: [last],
        });
        for (const row of rows) {
            const table = String(row.source_table);
            const reasons = JSON.parse(String(row.reasons)) as string[];
            const bytes = row.record as Uint8Array;
            yield {
                rejection: {
                    file: table,
                    position: String(row.source_row),
                    code: reasons[0]?.replace(/^check:/, "") ?? "",
                    message: reasons.map((reason) => explainReason(reason, checks.get(table) ?? [])).join("; "),
                    record: readDocument(bytes, forms.get(table)),
                },
                bytes: bytes.byteLength,
            };
        }
        const end = rows.at(-1);
        if (!end) return;
        last = Number(end.id);
    }
}

function explainReason(reason: string, checks: readonly CheckDefinition[]): string {
    const [kind, ...rest] = reason.split(":");
    const what = rest.join(":");
    switch (kind) {
        case "null":
            return `${what} is NULL`;
        case "type":
            return `${what} is of another type`;
        case "unique":
            return `another row has the same ${what}`;
        case "key":
            return `${what} points to a row that is not there`;
        default:
            return `CHECK ${describeCheck(what, checks)}`;
    }
}
