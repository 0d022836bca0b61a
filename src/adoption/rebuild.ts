import type { Script } from "../database/connection.ts";
import { checkForeignKeysOff } from "../planning/guards.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import { rowNumber } from "./fills.ts";
import type { AdoptedTable } from "./prepare.ts";
import {
    createQuarantine,
    quarantineKept,
    quarantineLeftOut,
    quarantineObjects,
    quarantineTable,
    selectQuarantined,
} from "./quarantine.ts";
import { type Reading, selectConverted, selectUnmapped } from "./reading.ts";
import type { TargetTable } from "./target-tables.ts";
import { type Parent, type PreferredRows, parentInPlace, selectLeftOut, validateRows } from "./validation.ts";

/** Exists only inside the transaction, like the migrator's guard. The name of the CHECK shows what failed. */
const guard = "schema_guard";
const staging = "schema_adopting";

/** Part of the message of a rebuild that found its table changed, and was rolled back. */
export const changedSign = "the_table_changed_since_it_was_read";

const createGuard = `CREATE TABLE ${guard} (
    unchanged INTEGER CONSTRAINT ${changedSign} CHECK (unchanged),
    keys_off INTEGER CONSTRAINT foreign_keys_are_not_off CHECK (keys_off),
    counted INTEGER CONSTRAINT rows_are_not_those_kept_and_those_left_out CHECK (counted),
    equal INTEGER CONSTRAINT a_kept_row_is_not_what_it_was CHECK (equal),
    live_rows INTEGER,
    first_entry INTEGER,
    sequence INTEGER
)`;

const noted = (column: string): string => `(SELECT max(${column}) FROM ${guard})`;

/**
 * Renders one transaction that rebuilds a table in the files' form: stages the converted rows, quarantines the original of
 * each row that a constraint refuses or that is merged, creates and fills the table, compares every kept row value by value, and counts the
 * rows. Any difference rolls everything back. Must run with foreign keys off.
 *
 * @param options.searched names of full-text indexes over the table, which are rebuilt with it
 * @param options.isMissing whether a referenced table does not exist yet, so that every reference to it dangles
 */
export function renderAdoptedTable(
    reading: Reading,
    preferred: PreferredRows,
    options: { hasSequences: boolean; searched: readonly string[]; isMissing: (parent: string) => boolean },
): Script {
    const { live, target } = reading;
    const findParent = (parent: string): Parent | undefined =>
        options.isMissing(parent) ? undefined : parentInPlace(parent);
    const validation = validateRows(target, `SELECT * FROM ${staging}`, preferred, findParent);
    const columns = reading.columns.map(({ column }) => quoteName(column.name));
    const unmapped = selectUnmapped(reading);
    const sequence = options.hasSequences
        ? `(SELECT max(seq) FROM sqlite_sequence WHERE name = ${quoteText(live.name)} COLLATE NOCASE)`
        : "NULL";
    return toScript([
        createGuard,
        checkForeignKeysOff,
        `INSERT INTO ${guard} (unchanged) SELECT ${isUnchanged(live)}`,
        createQuarantine,
        `INSERT INTO ${guard} (live_rows, first_entry, sequence) SELECT (SELECT count(*) FROM ${quoteName(live.name)}), ` +
            `(SELECT coalesce(max(id), 0) FROM ${quarantineTable}), ` +
            `max(coalesce(${sequence}, 0), coalesce((SELECT max(${live.rowid}) FROM ${quoteName(live.name)}), 0))`,
        `CREATE TABLE ${staging} (${rowNumber} INTEGER PRIMARY KEY, ${columns.join(", ")})`,
        `INSERT INTO ${staging} ${selectConverted(reading)}`,
        quarantineLeftOut(reading, selectLeftOut(validation)),
        ...(unmapped === undefined
            ? []
            : [
                  quarantineKept(
                      reading,
                      `SELECT * FROM (${unmapped}) WHERE ${rowNumber} NOT IN (${leftOutHere(target)})`,
                  ),
              ]),
        quarantineObjects(reading),
        `DROP TABLE ${quoteName(live.name)}`,
        target.sql,
        `INSERT INTO ${quoteName(target.name)} (${[...rowidOf(target), ...columns].join(", ")}) ` +
            `SELECT ${[...(rowidOf(target).length > 0 ? [rowNumber] : []), ...columns].join(", ")} FROM ${staging} ` +
            `WHERE ${rowNumber} NOT IN (${leftOutHere(target)}) ORDER BY ${rowNumber}`,
        ...target.indexes.flatMap(({ sql }) => sql ?? []),
        ...(target.isAutoincrement ? keepSequence(target, noted("sequence")) : []),
        ...renderProof(target, columns),
        ...options.searched.map(quoteName).map((index) => `INSERT INTO ${index} (${index}) VALUES ('rebuild')`),
        `DROP TABLE ${staging}`,
        `DROP TABLE ${guard}`,
    ]);
}

// The triggers too: a run that has finished meanwhile created those of the files, and a rebuild would drop them.
function isUnchanged({ name, sql, triggers }: Reading["live"]): string {
    const table = quoteText(name);
    return (
        `EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ${table} AND sql = ${quoteText(sql)}) AND ` +
        `(SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ${table} COLLATE NOCASE) = ${triggers.length}`
    );
}

/** Renders one transaction that creates missing tables with the rows that migrations insert. */
export function renderMissing(tables: readonly AdoptedTable[]): Script {
    return toScript(
        tables.flatMap(({ target }) => [
            target.sql,
            ...insertContent(target),
            ...target.indexes.flatMap(({ sql }) => sql ?? []),
        ]),
    );
}

/** Sets the sequence of an AUTOINCREMENT table, so that no id is assigned twice. */
function keepSequence({ name: table }: TargetTable, sequence: string): string[] {
    const same = `name = ${quoteText(table)}`;
    return [
        `INSERT INTO sqlite_sequence (name, seq) SELECT ${quoteText(table)}, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE ${same})`,
        `UPDATE sqlite_sequence SET seq = max(seq, ${sequence}) WHERE ${same}`,
        `DELETE FROM sqlite_sequence WHERE ${same} AND seq = 0`,
    ];
}

function insertContent({ name: table, columns, content }: TargetTable): string[] {
    const stored = columns.filter((column) => !column.isGenerated).map((column) => quoteName(column.name));
    return content.map((row) => `INSERT INTO ${quoteName(table)} (${stored.join(", ")}) VALUES (${row})`);
}

function toScript(statements: readonly string[]): Script {
    return statements.map((sql) => ({ sql }));
}

const leftOutHere = (target: TargetTable): string => selectQuarantined(target, noted("first_entry"));

// Rowids are kept: if no column is an alias of the rowid, it is inserted by its own name.
function rowidOf(target: TargetTable): string[] {
    return target.rowid === undefined || target.rowidColumn !== undefined ? [] : [target.rowid];
}

function renderProof(target: TargetTable, columns: readonly string[]): string[] {
    const own = quoteName(target.name);
    const key = target.rowidColumn;
    const rowid = key === undefined ? (target.rowid ?? "") : quoteName(key);
    const staged = key === undefined ? rowNumber : quoteName(key);
    const values = (table: string): string => `(${columns.map((column) => `${table}.${column}`).join(", ")})`;
    const different =
        `SELECT 1 FROM ${staging} AS staged LEFT JOIN ${own} AS made ON made.${rowid} = staged.${staged} ` +
        `WHERE staged.${rowNumber} NOT IN (${leftOutHere(target)}) ` +
        `AND (made.${rowid} IS NULL OR ${values("made")} IS NOT ${values("staged")})`;
    return [
        `INSERT INTO ${guard} (counted) SELECT ${noted("live_rows")} = (SELECT count(*) FROM ${own}) + (SELECT count(*) FROM (${leftOutHere(target)})) ` +
            `AND ${noted("live_rows")} = (SELECT count(*) FROM ${staging})`,
        `INSERT INTO ${guard} (equal) SELECT NOT EXISTS (${different})`,
    ];
}
