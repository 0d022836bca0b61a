import type { Connection, Query, ReadResult } from "../database/connection.ts";
import { isBookkeeping } from "../database/schema-facts.ts";
import { AppError } from "../errors.ts";
import { name } from "./bookkeeping.ts";
import { type PreparedDeploy, readAll } from "./deploy.ts";
import type { MigrationFile, MigrationSet } from "./files.ts";
import { findHistoryProblems } from "./judge.ts";
import { type Plan, planRun } from "./plan.ts";
import { refuseFiles } from "./problems.ts";
import { renderParts } from "./script.ts";
import { type DatabaseState, versionOf } from "./state.ts";

/** Rows or values that a rollback takes away. */
export interface Loss {
    /** `questions`, or `questions.eli5` for a column. */
    readonly what: string;
    readonly count: number;
}

/**
 * Plans going back to version `to` of the core set.
 *
 * @throws AppError `usage` for a version that does not exist, `invalid-files` where an undo file is missing
 */
export async function prepareRollback(
    root: string,
    connection: Connection | undefined,
    to: number,
): Promise<PreparedDeploy> {
    const { sets, state } = await readAll(root, connection);
    const problems = findHistoryProblems(sets, state);
    if (problems.length > 0) throw refuseFiles(problems);
    refuseTarget(sets, state, to);
    const replan = async (current: DatabaseState, perFile: boolean): Promise<Plan> => {
        const { findWaiting } = await import("./scratch.ts");
        return planRun({
            sets,
            state: current,
            direction: "undo",
            migrations: chooseUndone(sets, current, to),
            perFile,
            findWaiting: (applied) => findWaiting(sets, applied),
        });
    };
    return { sets, state, replan, plan: await replan(state, false) };
}

/** Finds what a rollback would lose, by a rehearsal that is itself rolled back: rows per table, values per column. */
export async function findLosses(connection: Connection, prepared: PreparedDeploy): Promise<Loss[]> {
    const { sets, state, plan } = prepared;
    const statements = plan.steps.flatMap((step) =>
        renderParts({ step, direction: "undo", sets, state, refreshed: [], leaseOwner: undefined })
            .filter((part) => part.role === "work")
            .map((part) => part.sql),
    );
    const tables = state.schema.filter((row) => row.type === "table" && row.sql !== null && !isBookkeeping(row));
    const names = tables.map((row) => row.name).filter((table) => !table.startsWith("sqlite_"));
    const count = (table: string): Query => ({ sql: `SELECT count(*) AS n FROM ${name(table)}` });
    const columns: Query = {
        sql: `SELECT t.name AS "table", c.name AS "column" FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'`,
    };
    const foreignKeysOff = plan.steps.some((step) => step.rebuilt.length > 0);
    const readAfter = async (queries: readonly Query[]): Promise<readonly ReadResult[]> => {
        const { failedIndex, message, results } = await connection.rehearse(statements, queries, { foreignKeysOff });
        if (failedIndex === undefined) return results;
        throw new AppError("migration-failed", `the rollback fails: ${message}`, {
            details: [statements[failedIndex] ?? ""],
            hint: "mend the undo file",
            outcome: `Nothing was undone. The database is still at version ${versionOf(state, sets[0]?.name ?? "")}.`,
        });
    };
    const [columnsBefore, ...before] = await connection.readAll([columns, ...names.map(count)]);
    const [columnsAfter] = await readAfter([columns]);
    // A server runs no query of a rehearsal after one that fails, so a table that is gone is not asked for its rows.
    const left = new Set(listColumns(columnsAfter).map(([table]) => table));
    const kept = names.filter((table) => left.has(table));
    const after = await readAfter(kept.map(count));
    const rowsAfter = new Map(kept.map((table, at) => [table, countOf(after[at])]));
    const lostRows = names.flatMap((table, at): Loss[] => {
        const lost = countOf(before[at]) - (rowsAfter.get(table) ?? 0);
        return lost > 0 ? [{ what: table, count: lost }] : [];
    });
    return [...lostRows, ...(await findLostValues(connection, kept, columnsBefore, columnsAfter))];
}

// Columns that are gone from tables that stay, where they held anything.
async function findLostValues(
    connection: Connection,
    tables: readonly string[],
    before: ReadResult | undefined,
    after: ReadResult | undefined,
): Promise<Loss[]> {
    const still = new Set(listColumns(after).map((pair) => pair.join(".")));
    const lost = listColumns(before).filter(
        ([table, column]) => tables.includes(table) && !still.has(`${table}.${column}`),
    );
    if (lost.length === 0) return [];
    const results = await connection.readAll(
        lost.map(([table, column]) => ({ sql: `SELECT count(${name(column)}) AS n FROM ${name(table)}` })),
    );
    return lost.flatMap(([table, column], at) => {
        const count = countOf(results[at]);
        return count > 0 ? [{ what: `${table}.${column}`, count }] : [];
    });
}

function listColumns(result: ReadResult | undefined): [table: string, column: string][] {
    return result?.ok ? result.rows.map((row) => [String(row.table), String(row.column)]) : [];
}

function countOf(result: ReadResult | undefined): number {
    return result?.ok ? Number(result.rows[0]?.n ?? 0) : 0;
}

function chooseUndone(sets: readonly MigrationSet[], state: DatabaseState, to: number): MigrationFile[] {
    const core = sets[0];
    const applied = new Set((state.versions.get(core?.name ?? "") ?? []).map((row) => row.version));
    return (core?.migrations ?? []).filter((file) => file.version > to && applied.has(file.version)).reverse();
}

function refuseTarget(sets: readonly MigrationSet[], state: DatabaseState, to: number): void {
    const core = sets[0];
    const current = versionOf(state, core?.name ?? "");
    if (to > current) {
        throw new AppError("usage", `the database is at version ${current}, which is not beyond ${to}`, {
            hint: `to go forward, use \`pnpm db:migrate --to ${to}\``,
        });
    }
    if (to !== 0 && !core?.migrations.some((file) => file.version === to)) {
        throw new AppError("usage", `there is no migration ${to}`, { hint: "0 undoes all of them" });
    }
    const missing = chooseUndone(sets, state, to).filter((file) => !file.undo);
    if (missing.length > 0) {
        throw refuseFiles(
            missing.map(({ path }) => ({
                path,
                message: "has no undo file",
                remedy: `write ${path.replace(".do.", ".undo.")}, or roll back to a version above it`,
            })),
        );
    }
}
