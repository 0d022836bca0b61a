import { lockTable } from "../schema/facts.ts";
import { quoteName, quoteText, writeName } from "../sql/quoting.ts";
import type { MigrationSet } from "./files.ts";
import type { PlaceBefore } from "./judging/moves.ts";
import { type DatabaseState, versionOf } from "./state.ts";

/**
 * A table that exists only inside the transaction. The name of each check is the sentence that a failure prints: libSQL
 * reports `CHECK constraint failed: <name>`.
 */
export const guardTable = "schema_guard";

export const createGuardTable = `CREATE TABLE ${guardTable} (
    unchanged INTEGER CONSTRAINT the_database_changed_since_it_was_read CHECK (unchanged),
    leased INTEGER CONSTRAINT another_deployer_took_the_lease CHECK (leased),
    keys_off INTEGER CONSTRAINT foreign_keys_are_not_off CHECK (keys_off),
    keys_hold INTEGER CONSTRAINT foreign_keys_are_violated_that_held_before CHECK (keys_hold),
    lossless INTEGER CONSTRAINT rows_came_that_would_be_lost CHECK (lossless),
    kept INTEGER CONSTRAINT a_rebuild_would_lose_rows_indexes_or_triggers CHECK (kept),
    subject TEXT,
    noted TEXT
)`;

export const dropGuardTable = `DROP TABLE ${guardTable}`;

/** Fails when the database was deployed to since the state was read. */
export function checkUnchanged(state: DatabaseState, sets: readonly MigrationSet[]): string {
    const conditions = sets
        .filter((set) => state.versions.has(set.name))
        .map((set) => {
            const rows = state.versions.get(set.name)?.length ?? 0;
            return (
                `(SELECT count(*) = ${rows} AND coalesce(max(version), 0) = ${versionOf(state, set.name)} ` +
                `FROM ${set.versionTable} WHERE version > 0)`
            );
        });
    if (state.generation !== undefined) {
        conditions.push(`(SELECT generation = ${state.generation} FROM ${lockTable})`);
    }
    if (conditions.length === 0) {
        const tables = state.schema.filter((row) => row.type === "table").length;
        conditions.push(`(SELECT count(*) = ${tables + 1} FROM sqlite_schema WHERE type = 'table')`);
    }
    return `INSERT INTO ${guardTable} (unchanged) SELECT ${conditions.join(" AND ")}`;
}

/** Fails when a query returns a row: something would be lost that did not exist when the losses were counted. */
export function checkLossless(query: string): string {
    return `INSERT INTO ${guardTable} (lossless) SELECT NOT EXISTS (${query})`;
}

/** Fails when the lease is no longer ours, so that a stalled run cannot commit. */
export function checkLease(owner: string): string {
    return `INSERT INTO ${guardTable} (leased) SELECT coalesce(owner = ${quoteText(owner)}, 0) FROM ${lockTable}`;
}

export const checkForeignKeysOff = `INSERT INTO ${guardTable} (keys_off) SELECT foreign_keys = 0 FROM pragma_foreign_keys`;

/**
 * Counts the rows that violate each foreign key of these tables and of those that reference them. A check of the whole
 * database would fail where another foreign key references a column without a unique index.
 */
function violations(tables: readonly string[]): string {
    return `SELECT reference, count(*) AS violating FROM (${violatingRows(tables)}) GROUP BY reference`;
}

function violatingRows(tables: readonly string[]): string {
    const own = `(${tables.map((table) => quoteText(table.toLowerCase())).join(", ")})`;
    const pointing = `SELECT 1 FROM pragma_foreign_key_list(name) AS pointer WHERE lower(pointer."table") IN ${own}`;
    return (
        `WITH checked AS MATERIALIZED (SELECT name FROM sqlite_schema ` +
        `WHERE type = 'table' AND (lower(name) IN ${own} OR EXISTS (${pointing}))) ` +
        `SELECT broken."table" AS child, broken.rowid AS child_row, broken.parent AS parent, ` +
        `broken."table" || ' -> ' || broken.parent AS reference FROM checked, pragma_foreign_key_check(checked.name) AS broken`
    );
}

/** Notes how many rows violate each foreign key now, because an old violation must not block a deploy. */
export function noteViolations(tables: readonly string[]): string {
    return (
        `INSERT INTO ${guardTable} (subject, noted) ` +
        `SELECT 'violations', json_group_object(reference, violating) FROM (${violations(tables)})`
    );
}

/** Fails when a foreign key is violated by more rows than when the transaction began. */
export function checkViolations(tables: readonly string[]): string {
    return `INSERT INTO ${guardTable} (keys_hold) SELECT NOT EXISTS (${newlyViolated(tables)})`;
}

/** Queries the rows that make checkViolations() fail: one column, the newest rows first. */
export function listViolations(tables: readonly string[], limit: number): string {
    return (
        `SELECT child || ' row ' || coalesce(child_row, '?') || ' references a row of ' || parent || ' that does not exist' ` +
        `FROM (${violatingRows(tables)}) WHERE reference IN (${newlyViolated(tables)}) ORDER BY child_row DESC LIMIT ${limit}`
    );
}

function newlyViolated(tables: readonly string[]): string {
    const before = `SELECT value FROM ${guardTable}, json_each(noted) WHERE subject = 'violations' AND key = reference`;
    return `SELECT reference FROM (${violations(tables)}) WHERE violating > coalesce((${before}), 0)`;
}

/** Notes the rows, indexes and triggers of a table that a rebuild must keep, and its AUTOINCREMENT sequence. */
export function noteTable(table: string, managed: readonly string[], hasSequences: boolean): string {
    const sequence = hasSequences ? `, 'sequence', (SELECT max(seq) FROM ${sequenceOf(table)})` : "";
    return (
        `INSERT INTO ${guardTable} (subject, noted) SELECT ${quoteText(table)}, json_object(` +
        `'rows', (SELECT count(*) FROM ${quoteName(table)}), 'objects', (${ownedObjects(table, managed)})${sequence})`
    );
}

/** Raises the sequence of a rebuilt table to what noteTable() noted, and leaves it one row, under its name as it is now. */
export function keepSequence(table: string): string[] {
    const own = sequenceOf(table);
    const before = `(SELECT json_extract(noted, '$.sequence') FROM ${guardTable} WHERE subject = ${quoteText(table)})`;
    const name = `(SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ${quoteText(table)} COLLATE NOCASE)`;
    return [
        `DELETE FROM ${own} AND (seq < ${before} OR rowid <> (SELECT rowid FROM ${own} ORDER BY seq DESC, rowid LIMIT 1))`,
        `INSERT INTO sqlite_sequence (name, seq) SELECT ${name}, ${before} WHERE ${before} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${own})`,
        `UPDATE sqlite_sequence SET name = ${name} WHERE name <> ${name} AND name = ${quoteText(table)} COLLATE NOCASE`,
    ];
}

/** Removes the sequence of a table that has none any more. */
export function forgetSequence(table: string): string {
    return `DELETE FROM ${sequenceOf(table)}`;
}

function sequenceOf(table: string): string {
    return `sqlite_sequence WHERE name = ${quoteText(table)} COLLATE NOCASE`;
}

/** Fails when a rebuilt table has lost a row, an index or a trigger that its migration does not drop by name. */
export function checkTable(table: string, dropped: readonly string[]): string {
    return (
        `INSERT INTO ${guardTable} (kept) SELECT (SELECT count(*) FROM ${quoteName(table)}) >= json_extract(noted, '$.rows') ` +
        `AND NOT EXISTS (${lostObjects(dropped)}) FROM ${guardTable} WHERE subject = ${quoteText(table)}`
    );
}

/** Queries what makes checkTable() fail: one column `lost`. */
export function listLosses(table: string, dropped: readonly string[]): string {
    return (
        `SELECT missing || iif(missing = 1, ' row of ', ' rows of ') || subject AS lost FROM (` +
        `SELECT json_extract(noted, '$.rows') - (SELECT count(*) FROM ${quoteName(table)}) AS missing, subject ` +
        `FROM ${guardTable} WHERE subject = ${quoteText(table)}) WHERE missing > 0 ` +
        `UNION ALL SELECT object.value FROM ${guardTable}, json_each(noted, '$.objects') AS object ` +
        `WHERE subject = ${quoteText(table)} AND ${isLost("object.value", dropped)}`
    );
}

function ownedObjects(table: string, managed: readonly string[]): string {
    const except = managed.length === 0 ? "" : ` AND name NOT IN (${managed.map(quoteText).join(", ")})`;
    return (
        `SELECT json_group_array(type || ' ' || name) FROM sqlite_schema ` +
        `WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND lower(tbl_name) = ${quoteText(table.toLowerCase())}${except}`
    );
}

function lostObjects(dropped: readonly string[]): string {
    return `SELECT 1 FROM json_each(noted, '$.objects') AS object WHERE ${isLost("object.value", dropped)}`;
}

function isLost(object: string, dropped: readonly string[]): string {
    const gone = `NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE lower(type || ' ' || name) = lower(${object}))`;
    const names = dropped
        .flatMap((item) => [`index ${item}`, `trigger ${item}`])
        .map((item) => quoteText(item.toLowerCase()));
    return names.length === 0 ? gone : `${gone} AND lower(${object}) NOT IN (${names.join(", ")})`;
}

const shownViolations = 20;

/** What to do about a foreign key to columns that are not a key. */
export const keyAdvice = "reference the primary key, or columns with a UNIQUE index of their own";

/** Why a guard stopped a step, for the user. */
export interface GuardFailure {
    readonly code: "would-lose" | "migration-failed";
    readonly message: string;
    /** Whether the files have to be corrected; otherwise the database is not what it was. */
    readonly isOfFiles: boolean;
    readonly details: readonly string[];
    readonly hint: string;
}

interface GuardedStep {
    /** The tables of all files. */
    readonly tables: readonly string[];
    readonly rebuilt: readonly string[];
    readonly dropped: readonly string[];
    /** Whether there was an index when the state was read. */
    hasIndex(name: string): boolean;
    /** Where rows are deleted before the rebuild of a table; undefined for a rollback. */
    findPlaceBefore(table: string): PlaceBefore | undefined;
}

/**
 * Explains the message of a guard that failed.
 *
 * @param list runs queries of one column as the guard saw the database
 */
export async function explainGuard(
    { tables, rebuilt, dropped, hasIndex, findPlaceBefore }: GuardedStep,
    message: string,
    list: (queries: readonly string[]) => Promise<readonly string[]>,
): Promise<GuardFailure> {
    const ofFiles = { code: "would-lose", isOfFiles: true } as const;
    if (message.includes("foreign_keys_are_violated")) {
        return {
            ...ofFiles,
            message: "leaves rows that violate a foreign key",
            details: await list([listViolations(tables, shownViolations)]),
            hint: "in the same migration, delete these rows or let them reference existing ones",
        };
    }
    if (message.includes("a_rebuild_would_lose")) {
        const lost = await list(rebuilt.map((table) => listLosses(table, dropped)));
        const isNew = (item: string): boolean => {
            const [, index] = /^index (.+)$/.exec(item) ?? [];
            return index !== undefined && !hasIndex(index);
        };
        return {
            ...ofFiles,
            message: "the rebuild would lose what the table has now",
            details: lost.map((item) => `would be lost: ${item}`),
            hint: lost.every(isNew)
                ? "an index was created meanwhile: run the command again, which keeps it"
                : adviseOnLosses(lost, findPlaceBefore),
        };
    }
    if (message.startsWith("foreign key mismatch")) {
        return { code: "migration-failed", message, isOfFiles: true, details: [], hint: keyAdvice };
    }
    const isAdded = message.includes("rows_came_that_would_be_lost");
    const hint = isAdded
        ? "run the command again: it lists them"
        : "run the command again: it reads the database first";
    return {
        code: isAdded ? "would-lose" : "migration-failed",
        message: isAdded ? "rows were added meanwhile that this run would lose" : message,
        isOfFiles: false,
        details: [],
        hint: message.includes("foreign_keys_are_not_off")
            ? "rebuild the table elsewhere: this server does not switch foreign keys off"
            : hint,
    };
}

function adviseOnLosses(lost: readonly string[], findPlaceBefore: GuardedStep["findPlaceBefore"]): string {
    const objects = lost.filter((item) => /^(index|trigger) /.test(item));
    const [type, ...name] = (objects[0] ?? "").split(" ");
    const drop = `DROP ${type?.toUpperCase()} ${writeName(name.join(" "))};`;
    const [, table] = /^\d+ rows? of (.+)$/s.exec(lost.find((item) => !objects.includes(item)) ?? "") ?? [];
    const hints = [
        ...(table === undefined ? [] : [adviseOnRows(table, findPlaceBefore(table))]),
        ...(objects.length > 0
            ? [
                  "create the indexes and triggers again after the rename; one that should go is dropped by name before " +
                      `DROP TABLE (${drop})`,
              ]
            : []),
    ];
    return hints.join("; ");
}

function adviseOnRows(table: string, before: PlaceBefore | undefined): string {
    const sql = `(DELETE FROM ${writeName(table)} WHERE …; after what references them)`;
    if (!before) return `copy every row; delete those that should go before the rollback ${sql}`;
    const first = before.makeRoom === undefined ? "" : `\`${before.makeRoom}\`, then `;
    return `copy every row; if rows should go, ${first}delete them in ${before.path} ${sql}, and copy all rows here`;
}
