import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import type { MigrationFile, MigrationSet } from "../planning/files.ts";
import { findHistoryProblems, findPending } from "../planning/judge.ts";
import { type Plan, planRun } from "../planning/plan.ts";
import { type PreparedDeploy, readAll } from "../planning/prepare.ts";
import { refuseFiles } from "../planning/problems.ts";
import type { DatabaseState } from "../planning/state.ts";
import { readStructure } from "../planning/structure.ts";
import { readFact } from "../sql/statement-facts.ts";

/**
 * Plans recording migrations up to version `to` without running them. Views and triggers are brought to the files' form,
 * which touches no row. In a database with version rows, the pending ones are recorded: those that were written after
 * what it holds already.
 *
 * @param read the files and the state, where they were read before
 * @throws AppError `usage` where nothing is pending, or for a version that does not exist; `invalid-files` where only
 * rows could tell whether a pending migration has run
 */
export async function prepareBaseline(
    root: string,
    connection: Connection | undefined,
    to: number | undefined,
    read?: Pick<PreparedDeploy, "sets" | "state">,
): Promise<PreparedDeploy & { reached: readonly MigrationFile[] }> {
    const { sets: all, state } = read ?? (await readAll(root, connection));
    const core = all[0];
    const isFirst = (state.versions.get(core?.name ?? "") ?? []).length === 0;
    const sets = isFirst ? all.slice(0, 1) : all;
    const latest = core?.migrations.at(-1)?.version ?? 0;
    if (to !== undefined && !core?.migrations.some((file) => file.version === to)) {
        throw new AppError("usage", `there is no migration ${to}`, { hint: `the latest one is ${latest}` });
    }
    const pending = sets.flatMap((set) => findPending(set, state));
    const recorded = pending.filter((file) => file.set !== core?.name || file.version <= (to ?? latest));
    const reached = sets
        .flatMap((set) => set.migrations)
        .filter((file) => !pending.includes(file) || recorded.includes(file));
    if (!isFirst) refuseUnknowable(sets, state, recorded);
    const replan = async (current: DatabaseState, perFile: boolean): Promise<Plan> => {
        const { findDeferred } = await import("../planning/shadow.ts");
        // What was compared is what was read: after another deploy, nothing is recorded.
        const isSame = sets.every(
            ({ name }) => current.versions.get(name)?.length === state.versions.get(name)?.length,
        );
        return planRun({
            sets,
            state: current,
            direction: "do",
            migrations: isSame ? recorded.map((file) => ({ ...file, statements: [] })) : [],
            perFile,
            findDeferred: (applied) =>
                findDeferred(
                    sets,
                    reached.filter((file) => applied.some(({ path }) => path === file.path)),
                ),
        });
    };
    return { sets, state, replan, plan: await replan(state, false), reached };
}

// The schema tells whether tables and indexes were changed, but nothing tells whether rows were.
function refuseUnknowable(
    sets: readonly MigrationSet[],
    state: DatabaseState,
    recorded: readonly MigrationFile[],
): void {
    if (recorded.length === 0) {
        throw new AppError("usage", "the database has version rows already, and no migration is pending", {
            hint: "see them with `pnpm db:status`",
        });
    }
    const problems = [
        ...findHistoryProblems(sets, state),
        ...recorded.flatMap((file) =>
            findWrites(file).map(({ table, line }) => ({
                path: file.path,
                line,
                message: `writes rows of '${table}', and nothing tells whether that has happened here`,
                remedy: "run it (`pnpm db:migrate`), or record only what comes before it (`--to`)",
            })),
        ),
    ];
    if (problems.length > 0) throw refuseFiles(problems).withOutcome("Nothing was recorded.");
}

// A rebuild fills the table that takes the place of the old one: that changes no row.
function findWrites({ statements }: MigrationFile): { table: string; line: number }[] {
    const { rebuilt } = readStructure(statements);
    const facts = statements.map((statement) => ({ ...readFact(statement), line: statement.line }));
    const isCopy = (table: string): boolean =>
        facts.some((fact) => fact.does === "rename-table" && fact.table === table && rebuilt.includes(fact.to));
    return facts.flatMap((fact) =>
        fact.does === "write" && !isCopy(fact.table) ? [{ table: fact.table, line: fact.line }] : [],
    );
}
