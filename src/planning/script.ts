import type { ScriptOptions } from "../database/connection.ts";
import { findTablesAfter } from "../schema/known-schema.ts";
import { readTableDefinition, type TableDefinition } from "../sql/create-table.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import { findTriggerEvent, readFact } from "../sql/statement-facts.ts";
import {
    bumpGeneration,
    createVersionTable,
    deleteVersion,
    forgetObject,
    insertLock,
    insertVersion,
    recordObject,
    refreshVersion,
    sharedTables,
} from "./bookkeeping.ts";
import type { MigrationFile, MigrationSet } from "./files.ts";
import * as guards from "./guards.ts";
import { fromFile, type PlannedObject } from "./objects.ts";
import type { Action, Direction, Step } from "./plan.ts";
import { type DatabaseState, findSchemaRow } from "./state.ts";
import { findOwnTables, listWritable } from "./structure.ts";

/** One statement of a script, and its place in the files. */
export interface ScriptPart {
    readonly sql: string;
    /** guard: checks; record: writes bookkeeping; work: changes the schema or rows. */
    readonly role: "guard" | "record" | "work";
    readonly path?: string | undefined;
    readonly line?: number;
    readonly heading?: string;
    /** The view or trigger that this statement prepares as a proof. */
    readonly proves?: PlannedObject;
    /** The index, which no file creates, that this statement creates again after a rebuild of its table. */
    readonly restores?: string;
}

export interface ScriptInput {
    readonly step: Step;
    readonly direction: Direction;
    readonly sets: readonly MigrationSet[];
    readonly state: DatabaseState;
    readonly refreshed: readonly MigrationFile[];
    /** The owner that must still hold the lease; undefined without a lease. */
    readonly leaseOwner: string | undefined;
}

/**
 * Renders the statements of one transaction, in order: guards that the database has not changed since it was read;
 * bookkeeping, with version rows first, whose primary key stops a concurrent run at once; migrations and objects; proofs;
 * closing guards.
 */
export function renderParts(input: ScriptInput): ScriptPart[] {
    const { step, state } = input;
    const isRebuild = step.rebuilt.length > 0;
    const rebuilt = step.rebuilt.filter((table) => findSchemaRow(state, table));
    const hadTables = state.schema.some((row) => row.type === "table");
    const tables = findOwnTables(input.sets);
    const checksKeys = step.migrations.length > 0 && tables.length > 0;
    const guard = (sql: string): ScriptPart => ({ sql, role: "guard" });
    const heading =
        "If one of these checks fails, everything is rolled back. By hand: use `sqlite3 -bail`, which stops there.";
    const managed = [...new Set([...step.present, ...state.objects].map(({ name }) => name))];
    const hasSequences = findSchemaRow(state, "sqlite_sequence") !== undefined;
    return [
        { ...guard(guards.createGuardTable), heading },
        guard(guards.checkUnchanged(state, input.sets)),
        ...(step.losses ?? []).map((query) => guard(guards.checkLossless(query))),
        ...(input.leaseOwner === undefined ? [] : [guard(guards.checkLease(input.leaseOwner))]),
        ...(isRebuild ? [guard(guards.checkForeignKeysOff)] : []),
        ...(checksKeys && hadTables ? [guard(guards.noteViolations(tables))] : []),
        ...rebuilt.map((table) => guard(guards.noteTable(table, managed, hasSequences))),
        ...renderRecords(input),
        ...step.actions.flatMap(renderAction),
        ...keepSequences(step, rebuilt, state).map(guard),
        ...renderProofs(step, state),
        ...rebuilt.map((table) => guard(guards.checkTable(table, step.dropped))),
        ...(checksKeys ? [guard(guards.checkViolations(tables))] : []),
        guard(guards.dropGuardTable),
    ];
}

/** Returns how the script of a step runs: a table is rebuilt with foreign keys off. */
export function scriptOptions({ step }: Pick<ScriptInput, "step">): ScriptOptions {
    return { foreignKeysOff: step.rebuilt.length > 0 };
}

/** Renders the script of a step as text, as --show-sql prints it. */
export function renderScript(input: ScriptInput): string {
    const { foreignKeysOff } = scriptOptions(input);
    const lines = renderParts(input).map(({ sql, heading }) => (heading ? `\n-- ${heading}\n${sql};` : `${sql};`));
    return [
        ...(foreignKeysOff ? ["PRAGMA foreign_keys = OFF;"] : []),
        "BEGIN IMMEDIATE;",
        ...lines,
        "",
        "COMMIT;",
        ...(foreignKeysOff ? ["PRAGMA foreign_keys = ON;"] : []),
        "",
    ].join("\n");
}

function renderRecords({ step, direction, sets, state, refreshed }: ScriptInput): ScriptPart[] {
    const record = (sql: string): ScriptPart => ({ sql, role: "record" });
    const tableOf = (file: MigrationFile): string =>
        sets.find((set) => set.name === file.set)?.versionTable ?? `schemaversion_${file.set}`;
    const [first, ...rest] = [
        ...sets.flatMap((set) => prepareVersionTable(set, state)),
        ...[...sharedTables].flatMap(([name, sql]) => (findSchemaRow(state, name) ? [] : [sql])),
        state.generation === undefined ? insertLock : bumpGeneration,
        ...step.migrations.map((file) => (direction === "do" ? insertVersion : deleteVersion)(tableOf(file), file)),
        ...refreshed.map((file) => refreshVersion(tableOf(file), file)),
        ...step.records.map(recordObject),
        ...step.forgotten.map(forgetObject),
    ];
    return first === undefined ? [] : [{ ...record(first), heading: "Bookkeeping." }, ...rest.map(record)];
}

// The table of stock postgrator lacks the last column.
function prepareVersionTable(set: MigrationSet, state: DatabaseState): string[] {
    const row = findSchemaRow(state, set.versionTable);
    if (!row) return [createVersionTable(set.versionTable, set.name)];
    return /\bchecksum\b/.test(row.sql ?? "") ? [] : [`ALTER TABLE ${set.versionTable} ADD COLUMN checksum TEXT`];
}

function renderAction(action: Action): ScriptPart[] {
    if (action.does === "drop-index") return [{ sql: `DROP INDEX ${quoteName(action.name)}`, role: "work" }];
    if (action.does === "create-index") {
        const { sql, line } = action.statement;
        return [{ sql, role: "work", line, restores: action.name, heading: "Not in the files." }];
    }
    if (action.does === "drop-object") {
        return [{ sql: `DROP ${action.type.toUpperCase()} ${quoteName(action.name)}`, role: "work" }];
    }
    const { path, statements } =
        action.does === "migrate" ? action : { path: action.object.path, statements: [action.object.statement] };
    return statements.map(({ sql, line }, at) => ({
        sql,
        role: "work",
        path,
        line,
        ...(at === 0 && path ? { heading: path } : {}),
    }));
}

// Every view is read and every trigger prepared once, so that a broken one fails here and not in the application.
function renderProofs(step: Step, state: DatabaseState): ScriptPart[] {
    const statements = step.actions.flatMap((action) => (action.does === "migrate" ? action.statements : []));
    const findShape = findTablesAfter(statements, state.schema);
    return [...step.present, ...findMadeTriggers(step)].map((object, at) => ({
        sql: proofOf(object, findShape),
        role: "work",
        path: object.path,
        line: object.statement.line,
        proves: object,
        ...(at === 0 ? { heading: "Every view and trigger must prepare." } : {}),
    }));
}

// Triggers that a rebuild creates again.
function findMadeTriggers({ actions }: Step): PlannedObject[] {
    return actions.flatMap((action) => {
        if (action.does !== "migrate") return [];
        return action.statements.flatMap((statement) => {
            const fact = readFact(statement);
            if (fact.does !== "create" || fact.type !== "trigger") return [];
            const { file, path } = action;
            return [fromFile({ ...file, path, type: "trigger", name: fact.name, statements: [statement] })];
        });
    });
}

/** Renders a statement that fails when a view or trigger does not prepare, and changes nothing. */
export function proofOf(
    object: Pick<PlannedObject, "type" | "name" | "statement">,
    findShape: (table: string) => TableDefinition | undefined,
): string {
    if (object.type === "view") return `SELECT * FROM ${quoteName(object.name)} LIMIT 0`;
    const event = findTriggerEvent(object.statement);
    if (!event) return `SELECT 1`;
    // The plan only: EXPLAIN returns the whole program, 20 times the rest of the deploy, and running the statement writes
    // sqlite_sequence even when it changes no row.
    if (event.event === "DELETE") return `EXPLAIN QUERY PLAN DELETE FROM ${quoteName(event.table)}`;
    if (event.event === "INSERT") return `EXPLAIN QUERY PLAN INSERT INTO ${quoteName(event.table)} DEFAULT VALUES`;
    const columns = findSettable(event.columns, findShape(event.table));
    if (columns.length === 0) return `SELECT 1`;
    const assignments = columns.map((column) => `${quoteName(column)} = ${quoteName(column)}`).join(", ");
    return `EXPLAIN QUERY PLAN UPDATE ${quoteName(event.table)} SET ${assignments}`;
}

// A generated column cannot be set (a trigger only on such columns never fires), and not every table has a rowid.
function findSettable(columns: readonly string[], table: TableDefinition | undefined): readonly string[] {
    if (!table) return columns;
    const writable = listWritable(table);
    if (table.isWithoutRowid && columns.join().toLowerCase() === "rowid") return writable.slice(0, 1);
    const isGenerated = (name: string): boolean =>
        table.columns.some((column) => isSameName(column.name, name)) && !writable.some((own) => isSameName(own, name));
    return columns.filter((name) => !isGenerated(name));
}

// A rebuilt table with AUTOINCREMENT must not reuse the ids of rows that were deleted before; one without it, or a table that
// is gone, leaves no row behind.
function keepSequences(step: Step, rebuilt: readonly string[], state: DatabaseState): string[] {
    if (!findSchemaRow(state, "sqlite_sequence")) return [];
    const statements = step.actions.flatMap((action) => (action.does === "migrate" ? action.statements : []));
    const findShape = findTablesAfter(statements, state.schema);
    const isGone = (table: string): boolean =>
        findSchemaRow(state, table)?.type === "table" && findShape(table) === undefined;
    const kept = rebuilt.filter((table) => findShape(table)?.isAutoincrement);
    const lost = rebuilt.filter((table) => !kept.includes(table));
    // SQLite itself removes the row of a table that has AUTOINCREMENT.
    const gone = step.dropped.filter((table) => isGone(table) && !isAutoincrement(state, table));
    return [...kept.flatMap(guards.keepSequence), ...[...lost, ...gone].map(guards.forgetSequence)];
}

function isAutoincrement(state: DatabaseState, table: string): boolean {
    return readTableDefinition(findSchemaRow(state, table)?.sql ?? "").isAutoincrement;
}
