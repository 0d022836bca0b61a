import type { Connection, Value } from "../database/connection.ts";
import { readRows } from "../schema/row.ts";
import { describeCheck } from "../sql/checks.ts";
import { type CheckDefinition, readTableDefinition } from "../sql/create-table.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import { filledValues, rowNumber, selectFilled } from "./fills.ts";
import type { Origins } from "./origins.ts";
import { type Reading, renderRecord, rowReasons, selectRaw } from "./reading.ts";
import { readDocument } from "./records.ts";
import type { TargetTable } from "./target-tables.ts";
import { isMerged } from "./validation.ts";

/** The table with the rows and objects that an adoption could not move into the tables of the files. */
export const quarantineTable = "schema_adoption";

/** Explained in the comments of the table. */
type AdoptionOutcome = "refused" | "merged" | "kept" | "dropped";

export const createQuarantine = `CREATE TABLE IF NOT EXISTS ${quarantineTable} (
    /*
     * Bookkeeping, the quarantine: one row or object from before the adoption that does not fit, or not completely, into
     * the tables of the files. Drop the table when it is no longer needed.
     */
    -- In the order of the adoption.
    id INTEGER NOT NULL PRIMARY KEY,
    -- The table that it belonged to.
    source_table TEXT NOT NULL,
    -- The rowid there; NULL for an object.
    source_row INTEGER,
    -- refused: a row that was removed; merged: one that was removed because a row that was kept says the same; kept: a row
    -- that was kept without some columns; dropped: an index or a trigger.
    outcome TEXT NOT NULL CONSTRAINT schema_adoption_outcome_is_known CHECK (outcome IN ('refused', 'merged', 'kept', 'dropped')),
    -- JSON array: the constraints that refuse it, the columns that another row has the same values in, or those that the files lack.
    reasons TEXT NOT NULL,
    -- The complete row or object as JSON.
    record TEXT NOT NULL,
    -- JSON object: the times that a refused row would have got for those that it lacks, and what they imply; NULL for none.
    filled TEXT,
    -- Time of the adoption, in UTC.
    adopted_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT`;

/**
 * SQL that copies the rows that are refused or merged into the quarantine.
 *
 * @param rows SQL that selects their rowids and reasons
 * @param converted the name of a table with the filled and converted rows
 */
export function quarantineLeftOut(reading: Reading, rows: string, converted: string): string {
    return quarantine(
        reading,
        `iif(${isMerged(`given.${rowReasons}`)}, ${outcome("merged")}, ${outcome("refused")})`,
        rows,
        selectFilled(selectRaw(reading), converted, reading.filled),
    );
}

/** SQL that copies rows of which columns are left out. */
export function quarantineKept(reading: Reading, rows: string): string {
    return quarantine(reading, outcome("kept"), rows);
}

/** SQL that selects the rowids of the rows that were left out of a table since an entry of the quarantine. */
export function selectQuarantined({ name }: TargetTable, since: string): string {
    const outcomes = [outcome("refused"), outcome("merged")].join(", ");
    return `SELECT source_row FROM ${quarantineTable} WHERE id > ${since} AND source_table = ${quoteText(name)} AND outcome IN (${outcomes})`;
}

const outcome = (word: AdoptionOutcome): string => quoteText(word);

function quarantine({ live, target }: Reading, outcomeSql: string, rows: string, filled?: string): string {
    const values = filled === undefined ? "NULL" : `filled.${filledValues}`;
    const join =
        filled === undefined ? "" : `LEFT JOIN (${filled}) AS filled ON filled.${rowNumber} = given.${rowNumber} `;
    return (
        `INSERT INTO ${quarantineTable} (source_table, source_row, outcome, reasons, record, filled) ` +
        `SELECT ${quoteText(target.name)}, given.${rowNumber}, ${outcomeSql}, given.${rowReasons}, ${renderRecord(live)}, ${values} ` +
        `FROM (${rows}) AS given CROSS JOIN ${quoteName(live.name)} AS live ON live.${live.rowid} = given.${rowNumber} ` +
        `${join}ORDER BY given.${rowNumber}`
    );
}

/** SQL that copies the indexes and triggers of a live table, which a rebuild drops, into the quarantine. */
export function quarantineObjects({ live, target }: Reading): string {
    return (
        `INSERT INTO ${quarantineTable} (source_table, outcome, reasons, record) ` +
        `SELECT ${quoteText(target.name)}, ${outcome("dropped")}, '[]', json_object('type', type, 'name', name, 'sql', sql) FROM sqlite_schema ` +
        `WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name = ${quoteText(live.name)} COLLATE NOCASE ORDER BY rowid`
    );
}

/** A refused row as a line of the reject file, which can be corrected and loaded. */
interface QuarantinedRow {
    readonly rejection: {
        /** The table that it belonged to. */
        readonly file: string;
        /** Its rowid there. */
        readonly position: string;
        /** The first constraint that refuses it. */
        readonly code: string;
        readonly message: string;
        readonly record: Readonly<Record<string, unknown>>;
    };
    /** Size of its record as JSON. */
    readonly bytes: number;
}

/** How many characters of records one response has, in addition to the first record. */
const pageLength = 500_000;
const pageRows = 1_000;

/** Reads the refused rows in the order of the adoption; none if the database has no quarantine. */
export async function* readQuarantined(connection: Connection, { forms }: Origins): AsyncGenerator<QuarantinedRow> {
    const [found, schema] = await connection.readAll([
        { sql: `SELECT 1 FROM ${quarantineTable} LIMIT 0` },
        { sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'table'" },
    ]);
    if (!found?.ok || !schema?.ok) return;
    const checks = new Map(schema.rows.map((row) => [row.name, readTableDefinition(String(row.sql)).checks]));
    for (let last = 0; ; ) {
        const page =
            `SELECT id, source_table, CAST(source_row AS TEXT) AS source_row, reasons, CAST(record AS BLOB) AS record, coalesce(filled, '{}') AS filled FROM ${quarantineTable} ` +
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
                    // Loaded without them, an old row would seem to be new.
                    record: { ...readDocument(bytes, forms.get(table)), ...readFilled(row.filled) },
                },
                bytes: bytes.byteLength,
            };
        }
        const end = rows.at(-1);
        if (!end) return;
        last = Number(end.id);
    }
}

function readFilled(filled: Value | undefined): Record<string, unknown> {
    return readDocument(Buffer.from(String(filled)), undefined);
}

function explainReason(reason: string, checks: readonly CheckDefinition[]): string {
    const [kind, ...rest] = reason.split(":");
    const what = rest.join(":");
    if (kind === "null") return `${what} is NULL`;
    if (kind === "type") return `${what} has another type`;
    if (kind === "unique") return `another row has the same ${what}`;
    if (kind === "key") return `${what} refers to a missing or refused row`;
    return `CHECK ${describeCheck(what, checks)}`;
}
