import type { Connection, Query, ReadResult } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { coreSet, type MigrationFile, type MigrationSet } from "../planning/files.ts";
import { findApplied, findHistoryProblems } from "../planning/judge.ts";
import { type Plan, planRun, type Step } from "../planning/plan.ts";
import { type LeaveOut, type PreparedDeploy, readAll, rememberDeferred } from "../planning/prepare.ts";
import { refuseFiles } from "../planning/problems.ts";
import { renderParts, type ScriptPart } from "../planning/script.ts";
import { type DatabaseState, findSchemaRow, versionOf } from "../planning/state.ts";
import { listWritable } from "../planning/structure.ts";
import { isBookkeeping, listComparable } from "../schema/facts.ts";
import { readTableDefinition } from "../sql/create-table.ts";
import { isSignificant, readName, tokenize } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import { readFact } from "../sql/statement-facts.ts";
import { type FollowedColumn, findNewName, followRenames } from "./renames.ts";

interface Loss {
    /** `questions`, or `questions.eli5` for a column. */
    readonly what: string;
    readonly count: number;
}

const nothingUndone = "Nothing was undone.";

interface RollbackChoice {
    /** Whether the run fails when there are rows to lose by the time it begins. */
    readonly keepsRows?: boolean;
    readonly set?: string | undefined;
    /** As for readAll(). */
    readonly leaveOut?: LeaveOut;
}

/**
 * Plans a rollback to version `to` of the core, or of an optional set.
 *
 * @throws AppError `usage` for a version or set that does not exist, `invalid-files` where an undo file is missing
 */
export async function prepareRollback(
    root: string,
    connection: Connection | undefined,
    to: number,
    { keepsRows = false, set = coreSet, leaveOut }: RollbackChoice = {},
): Promise<PreparedDeploy> {
    const { sets, state } = await readAll(root, connection, {
        leaveOut,
        outcome: nothingUndone,
        ...(set === coreSet ? {} : { sets: [set] }),
    });
    const problems = findHistoryProblems(sets, state);
    if (problems.length > 0) throw refuseFiles(problems, nothingUndone);
    refuseTarget(sets, state, { set, to });
    const findDeferred = rememberDeferred(sets);
    const replan = async (current: DatabaseState, perFile: boolean): Promise<Plan> => {
        const plan = await planRun({
            sets,
            state: current,
            direction: "undo",
            migrations: chooseUndone(sets, current, { set, to }),
            perFile,
            findDeferred,
        });
        if (!keepsRows) return plan;
        return { ...plan, steps: plan.steps.map((step) => ({ ...step, losses: renderLosses(step, current) })) };
    };
    const plan = await replan(state, false);
    refuseDependents(sets, set, plan);
    return { sets, state, replan, plan };
}

// A view or trigger of another set that no longer prepares is of no use to that set: its tables would go stale in silence.
function refuseDependents(sets: readonly MigrationSet[], set: string, { objects }: Plan): void {
    const lost = new Set(objects.flatMap(({ name, change }) => (change === "deferred" ? [name] : [])));
    const dependent = sets
        .slice(1)
        .find((other) => other.name !== set && other.objects.some(({ name }) => lost.has(name)));
    if (!dependent) return;
    throw new AppError("usage", `the set '${dependent.name}' needs what this would undo`, {
        hint: `undo it first: \`pnpm db:rollback --set ${dependent.name} --to 0\``,
        outcome: nothingUndone,
    });
}

// Queries what findLosses() counts, judged by the statements: rows of dropped tables, and values of dropped columns.
function renderLosses(step: Step, state: DatabaseState): string[] {
    const tables = listComparable(state.schema).filter((row) => row.type === "table" && !isBookkeeping(row));
    const isThere = (table: string): boolean => tables.some(({ name }) => isSameName(name, table));
    const statements = step.actions.flatMap((action) => (action.does === "migrate" ? action.statements : []));
    return statements.flatMap((statement): string[] => {
        const fact = readFact(statement);
        const isRebuilt = (table: string): boolean => step.rebuilt.some((other) => isSameName(other, table));
        if (fact.does === "drop" && fact.type === "table" && isThere(fact.name) && !isRebuilt(fact.name))
            return [`SELECT 1 FROM ${quoteName(fact.name)}`];
        if (fact.does !== "alter" || fact.action !== "drop" || !isThere(fact.table)) return [];
        const column = tokenize(statement.sql).filter(isSignificant).at(-1);
        const table = readTableDefinition(findSchemaRow(state, fact.table)?.sql ?? "");
        if (!column || !listWritable(table).some((other) => isSameName(other, readName(column)))) return [];
        return [`SELECT 1 FROM ${quoteName(fact.table)} WHERE ${quoteName(readName(column))} IS NOT NULL`];
    });
}

/** Counts what a rollback would lose, in a trial: rows per table, values per column. */
export async function findLosses(connection: Connection, prepared: PreparedDeploy): Promise<Loss[]> {
    const { sets, state, plan } = prepared;
    const parts = plan.steps.flatMap((step) =>
        renderParts({ step, direction: "undo", sets, state, refreshed: [], leaseOwner: undefined }).filter(
            (part) => part.role === "work",
        ),
    );
    const tables = listComparable(state.schema).filter((row) => row.type === "table" && !isBookkeeping(row));
    const names = tables.map((row) => row.name);
    const count = (table: string): Query => ({ sql: `SELECT count(*) AS n FROM ${quoteName(table)}` });
    const statements = plan.steps.flatMap((step) =>
        step.actions.flatMap((action) => (action.does === "migrate" ? action.statements : [])),
    );
    const columns: Query = {
        sql: `SELECT t.name AS "table", c.name AS "column" FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'`,
    };
    const [columnsBefore, ...before] = await connection.readAll([columns, ...names.map(count)]);
    const followed = followRenames(listColumns(columnsBefore), statements);
    const newNames = new Map(followed.map(({ table, newTable }) => [table, newTable]));
    const present = [...new Set([...names, ...[...newNames.values()].filter((name) => name !== undefined)])];
    const [columnsAfter, ...counts] = await readAfter(connection, prepared, parts, [columns, ...present.map(count)]);
    const after = new Map(present.flatMap((table, at) => (counts[at]?.ok ? [[table, countOf(counts[at])]] : [])));
    const findTable = (table: string): string | undefined => findNewName(newNames, table, (name) => after.has(name));
    const lostRows = names.flatMap((table, at): Loss[] => {
        const count = countOf(before[at]) - (after.get(findTable(table) ?? "") ?? 0);
        return count > 0 ? [{ what: table, count }] : [];
    });
    const left = new Set(listColumns(columnsAfter).map(toKey));
    const lost = names.flatMap((table) => {
        const name = findTable(table);
        if (name === undefined || !after.has(name)) return [];
        const own = followed.filter((item) => item.table === table);
        const newColumns = new Map(own.map(({ column, newColumn }) => [column, newColumn]));
        const isLeft = (column: string): boolean => left.has(toKey([name, column]));
        return own.filter(({ column }) => !isLeft(findNewName(newColumns, column, isLeft) ?? ""));
    });
    return [...lostRows, ...(await findLostValues(connection, lost))];
}

// A query of a dropped table fails alone.
async function readAfter(
    connection: Connection,
    { sets, state, plan }: PreparedDeploy,
    parts: readonly ScriptPart[],
    queries: readonly Query[],
): Promise<readonly ReadResult[]> {
    const foreignKeysOff = plan.steps.some((step) => step.rebuilt.length > 0);
    const { failedIndex, message, results } = await connection.tryOut(parts, queries, { foreignKeysOff });
    const failed = failedIndex === undefined ? undefined : parts[failedIndex];
    if (!failed) return results;
    const version = versionOf(state);
    const { explainStatement } = await import("./diagnose.ts");
    throw explainStatement(sets, failed, message ?? "").withOutcome(
        `Nothing was undone. The database is still at version ${version}.`,
    );
}

// Counts values of dropped columns.
async function findLostValues(connection: Connection, lost: readonly FollowedColumn[]): Promise<Loss[]> {
    if (lost.length === 0) return [];
    const results = await connection.readAll(
        lost.map(({ table, column }) => ({ sql: `SELECT count(${quoteName(column)}) AS n FROM ${quoteName(table)}` })),
    );
    return lost.flatMap(({ table, column }, at) => {
        const count = countOf(results[at]);
        return count > 0 ? [{ what: `${table}.${column}`, count }] : [];
    });
}

function listColumns(result: ReadResult | undefined): [table: string, column: string][] {
    return result?.ok ? result.rows.map((row) => [String(row.table), String(row.column)]) : [];
}

function toKey(names: readonly [table: string, column: string]): string {
    return JSON.stringify(names).toLowerCase();
}

function countOf(result: ReadResult | undefined): number {
    return result?.ok ? Number(result.rows[0]?.n ?? 0) : 0;
}

interface RollbackTarget {
    readonly set: string;
    readonly to: number;
}

function chooseUndone(
    sets: readonly MigrationSet[],
    state: DatabaseState,
    { set, to }: RollbackTarget,
): MigrationFile[] {
    const applied = findApplied(
        sets.filter(({ name }) => name === set),
        state,
    );
    return applied.filter((file) => file.version > to).reverse();
}

function refuseTarget(sets: readonly MigrationSet[], state: DatabaseState, target: RollbackTarget): void {
    const { set, to } = target;
    const files = sets.find(({ name }) => name === set);
    const current = versionOf(state, set);
    const exists = files?.migrations.some((file) => file.version === to) ?? false;
    if (to > current && exists) {
        throw new AppError("usage", `the database is at version ${current}${ofSet(set)}, which is before ${to}`, {
            hint: `to go forward, use \`pnpm db:migrate ${set === coreSet ? `--to ${to}` : `--set ${set}`}\``,
        });
    }
    if (to !== 0 && !exists) {
        throw new AppError("usage", `there is no migration ${to}${ofSet(set)}`, {
            hint: `the database is at version ${current}: name an earlier one; 0 undoes all of them`,
        });
    }
    const missing = chooseUndone(sets, state, target).filter((file) => !file.undo);
    if (missing.length > 0) {
        const stop = Math.max(...missing.map(({ version }) => version));
        const less = stop < current ? `, or roll back only to version ${stop} (\`--to ${stop}\`)` : "";
        throw refuseFiles(
            missing.map(({ path }) => ({
                path,
                message: "has no undo file",
                remedy: `write ${path.replace(".do.", ".undo.")}${less}`,
            })),
            nothingUndone,
        );
    }
}

function ofSet(set: string): string {
    return set === coreSet ? "" : ` of the set '${set}'`;
}
