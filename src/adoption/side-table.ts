import type { Connection } from "../database/connection.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import { readRows } from "./live-tables.ts";
import { type Reading, renderRecord, rowNumber, rowReasons } from "./reading.ts";
import { parseRecord } from "./records.ts";

/** Keeps what an adoption could not put into the tables of the files. */
export const adoptionTable = "schema_adoption";

/** What became of something that an adoption met; the comment of the table says it. */
export type AdoptionOutcome = "refused" | "kept" | "dropped";

export const createAdoptionTable = `CREATE TABLE IF NOT EXISTS ${adoptionTable} (
    /*
     * Bookkeeping: one row or object of the database before its adoption that has no place, or no full place, in the
     * tables of the files. Drop the table when nobody needs it any more.
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

/** A refused row, as the side table has it. */
export interface RefusedRow {
    readonly table: string;
    /** Its number there. */
    readonly row: string;
    readonly reasons: readonly string[];
    readonly record: Readonly<Record<string, unknown>>;
    /** How many bytes the record has as JSON. */
    readonly bytes: number;
}

/** How many characters of records one answer brings, beyond the first of them. */
const pageLength = 500_000;
const pageRows = 1_000;

/** Reads every refused row back, in the order in which they were met. A database without the table has none. */
export async function* readRefused(connection: Connection): AsyncGenerator<RefusedRow> {
    const [found] = await connection.readAll([{ sql: `SELECT 1 FROM ${adoptionTable} LIMIT 0` }]);
    if (!found?.ok) return;
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
            yield {
                table: String(row.source_table),
                row: String(row.source_row),
                reasons: JSON.parse(String(row.reasons)),
                ...parseRecord(row.record as ArrayBuffer),
            };
        }
        const end = rows.at(-1);
        if (!end) return;
        last = Number(end.id);
    }
}
