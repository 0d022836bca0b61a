import { readFact, storedSql } from "../database/statement-facts.ts";
import type { Statement } from "../database/statements.ts";
import { createLockTable, createObjectsTable, createVersionTable, lockTable, objectsTable } from "./bookkeeping.ts";
import type { MigrationSet } from "./files.ts";
import type { Plan, Step } from "./plan.ts";
import { type DatabaseState, findSchemaRow, type SchemaRow } from "./state.ts";

/**
 * The state after a step, as far as its statements tell: enough to render the next step and to count objects without
 * asking the database again.
 */
export function predictState(
    before: DatabaseState,
    plan: Plan,
    step: Step,
    sets: readonly MigrationSet[],
): DatabaseState {
    let schema = addBookkeeping(before, sets);
    for (const action of step.actions) {
        if (action.does === "drop-object") schema = drop(schema, action.name);
        const statements =
            action.does === "migrate"
                ? action.statements
                : action.does === "create-object"
                  ? [action.object.statement]
                  : [];
        for (const statement of statements) schema = applyStatement(schema, statement);
    }
    const versions = new Map(before.versions);
    for (const set of sets) {
        const changed = step.migrations.filter((file) => file.set === set.name);
        const kept = (before.versions.get(set.name) ?? []).filter(
            (row) => !changed.some((file) => file.version === row.version),
        );
        const added =
            plan.direction === "undo"
                ? []
                : changed.map(({ version, name, md5, checksum }) => ({ version, name, md5, checksum, runAt: null }));
        versions.set(set.name, [...kept, ...added]);
    }
    return {
        ...before,
        schema,
        versions,
        objects: [
            ...before.objects.filter(
                (old) => !step.forgotten.includes(old.name) && !step.records.some((record) => record.name === old.name),
            ),
            ...step.records,
        ],
        generation: (before.generation ?? 0) + 1,
    };
}

function addBookkeeping(before: DatabaseState, sets: readonly MigrationSet[]): SchemaRow[] {
    const tables: (readonly [string, string])[] = [
        ...sets.map((set) => [set.versionTable, createVersionTable(set.versionTable, set.name)] as const),
        [objectsTable, createObjectsTable],
        [lockTable, createLockTable],
    ];
    const missing = tables.filter(([name]) => !findSchemaRow(before, name));
    return [...before.schema, ...missing.map(([name, sql]): SchemaRow => ({ type: "table", name, table: name, sql }))];
}

function applyStatement(schema: SchemaRow[], statement: Statement): SchemaRow[] {
    const fact = readFact(statement);
    if (fact.does === "create") {
        const { type, name } = fact;
        const table = type === "table" || type === "view" ? name : "";
        return [...schema, { type, name, table, sql: storedSql(statement) }];
    }
    if (fact.does === "drop") return drop(schema, fact.name);
    if (fact.does === "rename-table") {
        return schema.map((row) => (isNamed(row, fact.table) ? { ...row, name: fact.to, table: fact.to } : row));
    }
    return schema;
}

function drop(schema: readonly SchemaRow[], name: string): SchemaRow[] {
    return schema.filter((row) => !isNamed(row, name) && !(row.table.toLowerCase() === name.toLowerCase()));
}

function isNamed(row: SchemaRow, name: string): boolean {
    return row.name.toLowerCase() === name.toLowerCase();
}
