import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { type PreparedDeploy, readAll } from "./deploy.ts";
import type { MigrationFile } from "./files.ts";
import { type Plan, planRun } from "./plan.ts";
import type { DatabaseState } from "./state.ts";

/**
 * Plans recording migrations up to version `to` without running them. Views and triggers are brought to the files' form,
 * which touches no row.
 *
 * @throws AppError `usage` for a database that has version rows already, or a version that does not exist
 */
export async function prepareBaseline(
    root: string,
    connection: Connection | undefined,
    to: number | undefined,
): Promise<PreparedDeploy & { recorded: readonly MigrationFile[] }> {
    const { sets: all, state } = await readAll(root, connection);
    const sets = all.slice(0, 1);
    const core = sets[0];
    if ((state.versions.get(core?.name ?? "") ?? []).length > 0) {
        throw new AppError("usage", "the database has version rows already", {
            hint: "see them with `pnpm db:status`",
        });
    }
    const latest = core?.migrations.at(-1)?.version ?? 0;
    if (to !== undefined && !core?.migrations.some((file) => file.version === to)) {
        throw new AppError("usage", `there is no migration ${to}`, { hint: `the latest one is ${latest}` });
    }
    const recorded = (core?.migrations ?? []).filter((file) => file.version <= (to ?? latest));
    const replan = async (current: DatabaseState, perFile: boolean): Promise<Plan> => {
        const done = (current.versions.get(core?.name ?? "") ?? []).length > 0;
        const { findWaiting } = await import("./scratch.ts");
        return planRun({
            sets,
            state: current,
            direction: "do",
            migrations: done ? [] : recorded.map((file) => ({ ...file, statements: [] })),
            perFile,
            findWaiting: (applied) =>
                findWaiting(
                    sets,
                    applied.map((file) => recorded.find((other) => other.version === file.version) ?? file),
                ),
        });
    };
    return { sets, state, replan, plan: await replan(state, false), recorded };
}
