import type { Connection, Query } from "../database/connection.ts";
import { throwExplained } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import { type FoundFiles, listSets, type MigrationFile, type MigrationSet, readFiles } from "./files.ts";
import { findHistoryProblems, findInstalledSets, findPending, findPendingProblems, refuseNewer } from "./judge.ts";
import { type FindDeferred, type Plan, planRun } from "./plan.ts";
import { findFileProblems, refuseFiles } from "./problems.ts";
import { type DatabaseState, emptyState, readState, versionOf } from "./state.ts";

export interface DeployOptions {
    /** Highest version of the core set to apply; undefined for all. */
    readonly to?: number | undefined;
    /** One transaction for each file. */
    readonly perFile?: boolean;
    /** Optional sets to install; installed ones are always included. */
    readonly sets?: readonly string[];
    readonly extra?: readonly Query[];
    /** Called while a server's reply is under way, to load modules meanwhile. */
    readonly whileReading?: () => unknown;
}

export interface PreparedDeploy {
    readonly sets: readonly MigrationSet[];
    readonly state: DatabaseState;
    readonly plan: Plan;
    readonly replan: (state: DatabaseState, perFile: boolean) => Promise<Plan>;
}

/**
 * Reads the files and, in one request, the state; compares them; plans.
 *
 * @param connection undefined for a missing file that must not be created (a dry run)
 * @throws AppError `invalid-files`, `database-newer`, or `usage` for a version or set that does not exist
 */
export async function prepareDeploy(
    root: string,
    connection: Connection | undefined,
    options: DeployOptions = {},
): Promise<PreparedDeploy> {
    const { sets, state } = await readAll(root, connection, options);
    const choose = (current: DatabaseState): MigrationFile[] => choosePending(sets, current, options.to);
    const pending = choose(state);
    const problems = [...findHistoryProblems(sets, state), ...findPendingProblems(pending, state)];
    if (problems.length > 0) throw refuseFiles(problems);
    const findDeferred = rememberDeferred(sets);
    const replan = async (current: DatabaseState, perFile: boolean): Promise<Plan> => {
        refuseNewer(sets, current);
        return planRun({ sets, state: current, direction: "do", migrations: choose(current), perFile, findDeferred });
    };
    return { sets, state, replan, plan: await replan(state, options.perFile ?? false) };
}

/** Caches the deferred objects by version, because a run plans again after each transaction. */
export function rememberDeferred(sets: readonly MigrationSet[]): FindDeferred {
    const found = new Map<string, Promise<ReadonlySet<string>>>();
    return async (applied) => {
        const { findDeferred } = await import("./shadow.ts");
        const key = JSON.stringify(applied.map(({ path }) => path));
        const deferred = found.get(key) ?? findDeferred(sets, applied);
        found.set(key, deferred);
        return deferred;
    };
}

/**
 * Reads files and state at the same time, and refuses files that are invalid whatever the database holds.
 *
 * @param options.anyVersion accept a database that is newer than the files
 * @throws AppError `invalid-files`, `database-newer`, `usage` for a set that does not exist, or the fault of the read
 */
export async function readAll(
    root: string,
    connection: Connection | undefined,
    options: Pick<DeployOptions, "sets" | "extra" | "whileReading"> & { anyVersion?: boolean } = {},
): Promise<{ found: FoundFiles; sets: readonly MigrationSet[]; state: DatabaseState }> {
    const reading = connection
        ? listSets(root)
              .then((names) => readState(connection, names, options.extra))
              .catch(throwExplained(connection.target, "Nothing was changed."))
        : Promise.resolve(emptyState);
    // The files are validated first; if they have problems, a failed read does not matter.
    reading.catch(() => undefined);
    const found = await readFiles(root);
    const problems = findFileProblems(found);
    if (problems.length > 0) throw refuseFiles(problems);
    const unknown = options.sets?.find((name) => !found.sets.some((set) => set.name === name));
    if (unknown !== undefined) {
        throw new AppError("usage", `there is no migration set '${unknown}'`, {
            hint: `the sets here are: ${found.sets.map((set) => set.name).join(", ")}`,
        });
    }
    if (connection?.target.kind === "server") options.whileReading?.();
    const state = await reading;
    const sets = findInstalledSets(found.sets, state, options.sets);
    if (!options.anyVersion) refuseNewer(sets, state);
    return { found, sets, state };
}

/**
 * Refuses a database without the schema, or with a newer one.
 *
 * @param options.anyVersion accept a newer one, for a command that only reads
 * @throws AppError `usage` or `database-newer`, or the fault of the read
 */
export async function refuseUndeployed(
    root: string,
    connection: Connection,
    table: string,
    options: { anyVersion?: boolean } = {},
): Promise<void> {
    const { state } = await readAll(root, connection, {
        ...options,
        extra: [{ sql: `SELECT 1 FROM ${table} LIMIT 0` }],
    });
    if (state.extra[0]?.ok) return;
    throw new AppError("usage", `the database has no table '${table}' yet`, {
        hint: "deploy the schema first with `pnpm db:migrate`",
        outcome: "Nothing was changed.",
    });
}

function choosePending(sets: readonly MigrationSet[], state: DatabaseState, to: number | undefined): MigrationFile[] {
    const core = sets[0];
    if (to !== undefined && core) {
        const latest = Math.max(0, ...core.migrations.map((file) => file.version));
        const current = versionOf(state, core.name);
        if (!core.migrations.some((file) => file.version === to)) {
            throw new AppError("usage", `there is no migration ${to}`, { hint: `the latest one is ${latest}` });
        }
        if (to < current) {
            throw new AppError("usage", `the database is at version ${current}, which is beyond ${to}`, {
                hint: `to go back, use \`pnpm db:rollback --to ${to}\``,
            });
        }
    }
    return sets.flatMap((set) =>
        findPending(set, state).filter((file) => set !== core || to === undefined || file.version <= to),
    );
}
