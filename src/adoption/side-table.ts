import type { Connection } from "../database/connection.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import { readLiterals } from "./literals.ts";
import { readRows } from "./live-tables.ts";
import { type Reading, renderRecord, rowNumber, rowReasons } from "./reading.ts";
import { parseRecord } from "./records.ts";

/** Keeps what an adoption could not put into the tables of the files. */
export const adoptionTable = "schema_adoption";

/** What became of something that an adoption met; the comment of the table says it. */
export type AdoptionOutcome = "refused" | "kept" | "dropped" | "copied";

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
    -- refused: not among the rows any more; kept: it is, but not with all its columns; dropped: an index or a trigger;
    -- copied: the table is whole here, and without a table, where the copy comes from.
    outcome TEXT NOT NULL CONSTRAINT schema_adoption_outcome_is_refused_kept_dropped_or_copied CHECK (
        outcome IN ('refused', 'kept', 'dropped', 'copied')
    ),
    -- JSON array: which constraints refuse it, which columns have no place, or that the copy is whole.
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
export function keepObjects(reading: Reading): string {
    return `INSERT INTO ${adoptionTable} (${entryColumns}) ${selectObjects(reading)}`;
}

/** Puts the indexes and triggers of a table of one database, which its copy does not get, into the copy's side table. */
export async function insertObjects(source: Connection, target: Connection, reading: Reading): Promise<void> {
    const columns = entryColumns.split(", ");
    const pages = readLiterals(source, { rows: `(${selectObjects(reading)})`, place: ["record"], columns });
    for await (const { rows } of pages) {
        await target.write([{ sql: `INSERT INTO ${adoptionTable} (${entryColumns}) VALUES ${rows.join(", ")}` }]);
    }
}

const entryColumns = "source_table, outcome, reasons, record";

function selectObjects({ live, target }: Reading): string {
    return (
        `SELECT ${quoteText(target.name)} AS source_table, 'dropped' AS outcome, '[]' AS reasons, ` +
        `json_object('type', type, 'name', name, 'sql', sql) AS record FROM sqlite_schema ` +
        `WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name = ${quoteText(live.name)} COLLATE NOCASE ORDER BY rowid`
    );
}

/** Notes that a table is whole; without a table, where the copy comes from. */
export function noteCopied(table: string, record: string): string {
    const values = [table, "copied", "[]", record].map(quoteText).join(", ");
    return `INSERT INTO ${adoptionTable} (${entryColumns}) VALUES (${values})`;
}

/** Notes that a whole database was copied. */
export const noteWhole = `UPDATE ${adoptionTable} SET reasons = '["whole"]' WHERE source_table = '' AND outcome = 'copied'`;

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
                ...parseRecord(row.record as Uint8Array),
            };
        }
        const end = rows.at(-1);
        if (!end) return;
        last = Number(end.id);
    }
}

/** SQL of live rows, whole, by a JSON list of their numbers, as the side table keeps them: `place` in the list, `number`, `record`. */
export function selectKept({ live }: Reading): string {
    return (
        `SELECT given.key AS place, CAST(live.${live.rowid} AS TEXT) AS number, ${renderRecord(live)} AS record FROM json_each(?) AS given ` +
        `CROSS JOIN ${quoteName(live.name)} AS live ON live.${live.rowid} = CAST(given.value AS INTEGER)`
    );
}
