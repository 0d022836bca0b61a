import type { Script } from "../database/connection.ts";
import { checkForeignKeysOff, forgetSequence } from "../planning/guards.ts";
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
import { type Parent, type PreferredRows, selectLeftOut, validateTogether } from "./validation.ts";

/** Exists only inside the transaction, like the migrator's guard. The name of the CHECK shows what failed. */
const guard = "schema_guard";
const staging = "schema_adopting";

/** Part of the message of a rebuild that found its table changed, and was rolled back. */
export const changedSign = "the_table_changed_since_it_was_read";

const createGuard = `CREATE TABLE ${guard} (
    unchanged INTEGER CONSTRAINT ${changedSign} CHECK (unchanged),
    keys_off INTEGER CONSTRAINT foreign_keys_are_not_off CHECK (keys_off),
    adopted_table TEXT,
    counted INTEGER CONSTRAINT rows_are_not_those_kept_and_those_left_out CHECK (counted),
    equal INTEGER CONSTRAINT a_kept_row_is_not_what_it_was CHECK (equal),
    live_rows INTEGER,
    first_entry INTEGER,
    sequence INTEGER
)`;

function noted({ name }: TargetTable, column: string): string {
    return `(SELECT ${column} FROM ${guard} WHERE adopted_table = ${quoteText(name)})`;
}

function stagingOf({ name }: TargetTable): string {
    return quoteName(`${staging}_${name}`);
}

/**
 * Renders one transaction that rebuilds a table, or the tables of a circle, in the files' form: stages the converted rows,
 * quarantines the original of each row that a constraint refuses or that is merged, creates and fills the table, compares
 * every kept row value by value, and counts the rows. Any difference rolls everything back. Must run with foreign keys off.
 *
 * @param options.findSearched the names of full-text indexes over a table, which are rebuilt with it
 * @param options.findParent a referenced table outside the circle; undefined if it does not exist yet: every reference to it
 * dangles
 */
export function renderAdoptedTables(
    readings: readonly Reading[],
    preferred: PreferredRows,
    options: {
        hasSequences: boolean;
        findSearched: (target: TargetTable) => readonly string[];
        findParent: (parent: string) => Parent | undefined;
    },
): Script {
    const members = readings.map(({ target }) => ({ target, rows: `SELECT * FROM ${stagingOf(target)}` }));
    const validations = validateTogether(members, preferred, options.findParent);
    return toScript([
        createGuard,
        checkForeignKeysOff,
        ...readings.map(({ live }) => `INSERT INTO ${guard} (unchanged) SELECT ${isUnchanged(live)}`),
        createQuarantine,
        ...readings.flatMap((reading) => renderStaging(reading, options.hasSequences)),
        // All before the first table is dropped: each may reference the others.
        ...readings.flatMap((reading) => {
            const validation = validations.get(reading.target.name);
            return validation ? [quarantineLeftOut(reading, selectLeftOut(validation), stagingOf(reading.target))] : [];
        }),
        ...readings.flatMap((reading) => renderTable(reading, options.findSearched(reading.target))),
        ...(options.hasSequences ? readings : []).flatMap(({ target }) =>
            target.isAutoincrement ? [] : [forgetSequence(target.name)],
        ),
        ...readings.map(({ target }) => `DROP TABLE ${stagingOf(target)}`),
        `DROP TABLE ${guard}`,
    ]);
}

function columnsOf({ columns }: Reading): string[] {
    return columns.map(({ column }) => quoteName(column.name));
}

function renderStaging(reading: Reading, hasSequences: boolean): string[] {
    const { live, target } = reading;
    const sequence = hasSequences
        ? `(SELECT max(seq) FROM sqlite_sequence WHERE name = ${quoteText(live.name)} COLLATE NOCASE)`
        : "NULL";
    return [
        `INSERT INTO ${guard} (adopted_table, live_rows, first_entry, sequence) SELECT ${quoteText(target.name)}, ` +
            `(SELECT count(*) FROM ${quoteName(live.name)}), (SELECT coalesce(max(id), 0) FROM ${quarantineTable}), ` +
            `max(coalesce(${sequence}, 0), coalesce((SELECT max(${live.rowid}) FROM ${quoteName(live.name)}), 0))`,
        `CREATE TABLE ${stagingOf(target)} (${[`${rowNumber} INTEGER PRIMARY KEY`, ...columnsOf(reading)].join(", ")})`,
        `INSERT INTO ${stagingOf(target)} ${selectConverted(reading)}`,
    ];
}

function renderTable(reading: Reading, searched: readonly string[]): string[] {
    const { live, target } = reading;
    const columns = columnsOf(reading);
    const unmapped = selectUnmapped(reading);
    return [
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
            `SELECT ${[...(rowidOf(target).length > 0 ? [rowNumber] : []), ...columns].join(", ")} FROM ${stagingOf(target)} ` +
            `WHERE ${rowNumber} NOT IN (${leftOutHere(target)}) ORDER BY ${rowNumber}`,
        ...target.indexes.flatMap(({ sql }) => sql ?? []),
        ...(target.isAutoincrement ? keepSequence(target, noted(target, "sequence")) : []),
        ...renderProof(target, columns),
        ...searched.map(quoteName).map((index) => `INSERT INTO ${index} (${index}) VALUES ('rebuild')`),
    ];
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

function leftOutHere(target: TargetTable): string {
    return selectQuarantined(target, noted(target, "first_entry"));
}

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
        `SELECT 1 FROM ${stagingOf(target)} AS staged LEFT JOIN ${own} AS made ON made.${rowid} = staged.${staged} ` +
        `WHERE staged.${rowNumber} NOT IN (${leftOutHere(target)}) ` +
        `AND (made.${rowid} IS NULL OR ${values("made")} IS NOT ${values("staged")})`;
    return [
        `INSERT INTO ${guard} (counted) SELECT ${noted(target, "live_rows")} = (SELECT count(*) FROM ${own}) + (SELECT count(*) FROM (${leftOutHere(target)})) ` +
            `AND ${noted(target, "live_rows")} = (SELECT count(*) FROM ${stagingOf(target)})`,
        `INSERT INTO ${guard} (equal) SELECT NOT EXISTS (${different})`,
    ];
}
