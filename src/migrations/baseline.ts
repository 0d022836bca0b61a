import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { coreSet, type MigrationFile, type MigrationSet } from "../planning/files.ts";
import { findHistoryProblems, findPending } from "../planning/judge.ts";
import { type Plan, planRun } from "../planning/plan.ts";
import { type LeaveOut, type PreparedDeploy, type ReadFilesAndState, readAll } from "../planning/prepare.ts";
import { refuseFiles } from "../planning/problems.ts";
import type { DatabaseState } from "../planning/state.ts";
import { readStructure } from "../planning/structure.ts";
import { readFact } from "../sql/statement-facts.ts";

const nothingRecorded = "Nothing was recorded.";

/**
 * Plans recording migrations up to version `to` without running them. Views and triggers are brought to the form of the
 * files, which changes no row. In a database with version rows, the pending migrations are recorded. An unfinished
 * migration is not, nor are those after it.
 *
 * @param options.read the files and the state, if they were read before
 * @param options.leaveOut as for readAll()
 * @throws AppError `usage` when nothing is pending, or for a version that does not exist; `invalid-files` when only rows
 * could show whether a pending migration has run, or when one up to `to` is unfinished
 */
export async function prepareBaseline(
    root: string,
    connection: Connection | undefined,
    to: number | undefined,
    { read, leaveOut }: { read?: Pick<ReadFilesAndState, "sets" | "state" | "unfinished">; leaveOut?: LeaveOut } = {},
): Promise<PreparedDeploy & { reached: readonly MigrationFile[] }> {
    const isNeeded = ({ set, version }: MigrationFile): boolean => set === coreSet && version <= (to ?? 0);
    const choice = { leaveOut, holdBack: true, isNeeded, outcome: nothingRecorded };
    const { sets: all, state, unfinished } = read ?? (await readAll(root, connection, choice));
    const core = all[0];
    const isFirst = (state.versions.get(core?.name ?? "") ?? []).length === 0;
    const sets = isFirst && !read ? all.slice(0, 1) : all;
    const latest = core?.migrations.at(-1)?.version ?? 0;
    if (to !== undefined && !core?.migrations.some((file) => file.version === to)) {
        throw new AppError("usage", `there is no migration ${to}`, { hint: `the latest one is ${latest}` });
    }
    const pending = sets.flatMap((set) => findPending(set, state));
    const recorded = pending.filter((file) => file.set !== core?.name || file.version <= (to ?? latest));
    const reached = sets
        .flatMap((set) => set.migrations)
        .filter((file) => !pending.includes(file) || recorded.includes(file));
    if (!isFirst) refuseNothing(recorded, unfinished);
    const unknown = isFirst ? recorded.filter((file) => file.set !== core?.name) : recorded;
    refuseUnknowable(sets, state, unknown);
    const replan = async (current: DatabaseState, perFile: boolean): Promise<Plan> => {
        const { findDeferred } = await import("../planning/shadow.ts");
        // The schema was compared before: after another deploy, nothing is recorded.
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

function refuseNothing(recorded: readonly MigrationFile[], unfinished: readonly MigrationFile[]): void {
    if (recorded.length > 0) return;
    const pending = unfinished.length > 0 ? "no finished migration is next" : "no migration is pending";
    throw new AppError("usage", `the database already has version rows, and ${pending}`, {
        hint: "see them with `pnpm db:status`",
    });
}

// The schema shows whether tables and indexes were changed, but nothing shows whether rows were.
function refuseUnknowable(
    sets: readonly MigrationSet[],
    state: DatabaseState,
    recorded: readonly MigrationFile[],
): void {
    const problems = [
        ...findHistoryProblems(sets, state),
        ...recorded.flatMap((file) =>
            findWrites(file).map(({ table, line }) => ({
                path: file.path,
                line,
                message: `writes rows of '${table}', and nothing shows whether that has happened in this database`,
                remedy: "run it (`pnpm db:migrate`), or record only what comes before it (`--to`)",
            })),
        ),
    ];
    if (problems.length > 0) throw refuseFiles(problems, nothingRecorded);
}

// A rebuild fills the table that replaces the old one: that changes no row.
function findWrites({ statements }: MigrationFile): { table: string; line: number }[] {
    const { rebuilt } = readStructure(statements);
    const facts = statements.map((statement) => ({ ...readFact(statement), line: statement.line }));
    const isCopy = (table: string): boolean =>
        facts.some((fact) => fact.does === "rename-table" && fact.table === table && rebuilt.includes(fact.to));
    return facts.flatMap((fact) =>
        fact.does === "write" && !isCopy(fact.table) ? [{ table: fact.table, line: fact.line }] : [],
    );
}
