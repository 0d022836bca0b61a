import type { SchemaRow } from "../schema/row.ts";
import { isSameName } from "../sql/names.ts";
import { readFact, storedSql } from "../sql/statement-facts.ts";
import type { Statement } from "../sql/statements.ts";
import { createVersionTable, sharedTables } from "./bookkeeping.ts";
import type { MigrationSet } from "./files.ts";
import type { Plan, Step } from "./plan.ts";
import { type DatabaseState, findSchemaRow } from "./state.ts";

/** Predicts the state after a step from its statements: as much as the next step and the counts of objects need. */
export function predictState(
    before: DatabaseState,
    plan: Plan,
    step: Step,
    sets: readonly MigrationSet[],
): DatabaseState {
    let schema = addBookkeeping(before, sets);
    for (const action of step.actions) {
        if (action.does === "drop-object" || action.does === "drop-index") schema = drop(schema, action.name);
        else if (action.does === "create-index") schema = applyStatement(schema, action.statement);
        else if (action.does === "create-object") schema = applyStatement(schema, action.object.statement);
        else schema = action.statements.reduce(applyStatement, schema);
    }
    const versions = new Map(before.versions);
    for (const set of sets) {
        const changed = step.migrations.filter((file) => file.set === set.name);
        const numbers = changed.map(({ version }) => version);
        const kept = (before.versions.get(set.name) ?? []).filter(({ version }) => !numbers.includes(version));
        const added = plan.direction === "undo" ? [] : changed.map((file) => ({ ...file, runAt: null }));
        versions.set(set.name, [...kept, ...added]);
    }
    const replaced = [...step.forgotten, ...step.records.map(({ name }) => name)];
    const objects = [...before.objects.filter(({ name }) => !replaced.includes(name)), ...step.records];
    return { ...before, schema, versions, objects, generation: (before.generation ?? 0) + 1 };
}

/** SQLite creates it with the first AUTOINCREMENT table. */
const sequences: SchemaRow = {
    type: "table",
    name: "sqlite_sequence",
    table: "sqlite_sequence",
    sql: "CREATE TABLE sqlite_sequence(name,seq)",
};

function addBookkeeping(before: DatabaseState, sets: readonly MigrationSet[]): SchemaRow[] {
    const tables = new Map([
        ...sets.map((set) => [set.versionTable, createVersionTable(set.versionTable, set.name)] as const),
        ...sharedTables,
    ]);
    const missing = [...tables].filter(([name]) => !findSchemaRow(before, name));
    return [
        // The table of stock postgrator has its last column by now.
        ...before.schema.map((row) => ({ ...row, sql: tables.get(row.name) ?? row.sql })),
        ...missing.map(([name, sql]): SchemaRow => ({ type: "table", name, table: name, sql })),
    ];
}

function applyStatement(schema: SchemaRow[], statement: Statement): SchemaRow[] {
    const fact = readFact(statement);
    if (fact.does === "create") {
        const { type, name, table } = fact;
        const sql = storedSql(statement);
        const isFirst = /\bAUTOINCREMENT\b/i.test(sql) && !schema.some((row) => row.name === sequences.name);
        return [...schema, { type, name, table, sql }, ...(isFirst ? [sequences] : [])];
    }
    if (fact.does === "drop") return drop(schema, fact.name);
    if (fact.does === "rename-table") {
        return schema.map((row) => ({
            ...row,
            name: isNamed(row, fact.table) ? fact.to : row.name,
            table: isSameName(row.table, fact.table) ? fact.to : row.table,
        }));
    }
    return schema;
}

function drop(schema: readonly SchemaRow[], name: string): SchemaRow[] {
    return schema.filter((row) => !isNamed(row, name) && !isSameName(row.table, name));
}

function isNamed(row: SchemaRow, name: string): boolean {
    return isSameName(row.name, name);
}
