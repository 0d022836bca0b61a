import type { Connection, Query } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { coreSet, type FoundFiles, type MigrationFile, type MigrationSet, readFiles, withUndo } from "./files.ts";
import {
    findApplied,
    findHistoryProblems,
    findInstalledSets,
    findPending,
    madeElsewhere,
    refuseNewer,
} from "./judge.ts";
import { type FindDeferred, type Plan, planRun } from "./plan.ts";
import { findFileProblems, noStatement, type Problem, refuseFiles } from "./problems.ts";
import { beginReading, type DatabaseState, emptyState, versionOf } from "./state.ts";

export interface DeployOptions {
    /** Highest version of the core set to apply; undefined for all. */
    readonly to?: number | undefined;
    /** One transaction for each file. */
    readonly perFile?: boolean;
    /** Optional sets to install; installed ones are always included. */
    readonly sets?: readonly string[];
    readonly extra?: readonly Query[];
    /** As for readAll(), for a deploy that needs no unfinished migration: of those up to `to` and of `sets`, one is refused. */
    readonly leaveOut?: LeaveOut | undefined;
    /** The state, if its read has begun. */
    readonly reading?: Promise<DatabaseState>;
    /** Called while a server's reply is under way, to load modules meanwhile. */
    readonly whileReading?: () => unknown;
}

interface ReadOptions extends Pick<DeployOptions, "sets" | "extra" | "leaveOut" | "reading" | "whileReading"> {
    readonly anyVersion?: boolean;
    /** Leave out pending migrations after an unfinished one too: applied or recorded, they would put it out of order. */
    readonly holdBack?: boolean;
    /** Chooses unfinished migrations that are refused although others are left out. */
    readonly isNeeded?: (file: MigrationFile) => boolean;
    /** What the command did not do, for the error of invalid files; undefined for one that only reads. */
    readonly outcome?: string | undefined;
}

/** The outcome of a deploy that was refused. */
const nothingApplied = "Nothing was applied.";

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
    const isNeeded = ({ set, version }: MigrationFile): boolean =>
        set === coreSet && options.to !== undefined ? version <= options.to : (options.sets?.includes(set) ?? false);
    const { sets, state } = await readAll(root, connection, {
        ...options,
        holdBack: true,
        isNeeded,
        outcome: nothingApplied,
    });
    const choose = (current: DatabaseState): MigrationFile[] => choosePending(sets, current, options.to);
    const pending = choose(state);
    const problems = [...findHistoryProblems(sets, state), ...(await judgePending(pending, state))];
    if (problems.length > 0) throw refuseDeploy(problems);
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

// Loaded only if needed: most deploys have nothing to do.
async function judgePending(pending: readonly MigrationFile[], state: DatabaseState): Promise<Problem[]> {
    if (pending.length === 0) return [];
    const { findPendingProblems } = await import("./judging/pending.ts");
    return findPendingProblems(pending, state);
}

/** Called with each file of a pending migration that has no statement yet, such as one that db:new wrote. */
export type LeaveOut = (unfinished: Problem) => void;

export interface ReadFilesAndState {
    readonly found: FoundFiles;
    /** The sets of the database, without the unfinished migrations. */
    readonly sets: readonly MigrationSet[];
    readonly state: DatabaseState;
    /** The migrations of these sets that were left out. */
    readonly unfinished: readonly MigrationFile[];
}

/**
 * Reads files and state at the same time, and refuses files that are invalid whatever the database holds.
 *
 * @param options.anyVersion accept a database that is newer than the files
 * @param options.leaveOut leave pending migrations without a statement out instead of refusing them
 * @throws AppError `invalid-files`, `database-newer`, `usage` for a set that does not exist, or the fault of the read
 */
export async function readAll(
    root: string,
    connection: Connection | undefined,
    options: ReadOptions = {},
): Promise<ReadFilesAndState> {
    const reading = options.reading ?? (connection ? beginReading(root, connection, options.extra) : emptyState);
    const found = await readFiles(root);
    const { leaveOut, isNeeded = () => false } = options;
    const problems = findFileProblems(found);
    const unfinished = leaveOut ? findUnfinished(found.sets, problems).filter(({ file }) => !isNeeded(file)) : [];
    if (unfinished.length < problems.length) throw refuseFiles(problems, options.outcome);
    const unknown = options.sets?.find((name) => !found.sets.some((set) => set.name === name));
    if (unknown !== undefined) {
        const { suggest } = await import("../text/similar.ts");
        const names = found.sets.map((set) => set.name);
        throw new AppError("usage", `there is no migration set '${unknown}'${suggest(unknown, names)}`, {
            hint: `the sets here are: ${names.join(", ")}`,
        });
    }
    if (connection?.target.kind === "server") options.whileReading?.();
    const state = await reading;
    const isApplied = ({ file }: Unfinished): boolean => findApplied(found.sets, state).includes(file);
    if (unfinished.some(isApplied)) throw refuseFiles(problems, options.outcome);
    for (const { problem } of unfinished) leaveOut?.(problem);
    const finished = findInstalledSets(withoutFiles(found.sets, unfinished), state, options.sets);
    const held = options.holdBack ? findHeldBack(finished, state, unfinished) : [];
    for (const { problem } of held) leaveOut?.(problem);
    const sets = withoutFiles(finished, held);
    if (!options.anyVersion) refuseNewer(sets, state);
    const leftOut = new Set(unfinished.map(({ file }) => file));
    const isOfSets = (file: MigrationFile): boolean => sets.some(({ name }) => name === file.set);
    return { found, sets, state, unfinished: [...leftOut].filter(isOfSets) };
}

// A migration that is left out, and why.
interface Unfinished {
    readonly file: MigrationFile;
    readonly problem: Problem;
}

function findUnfinished(sets: readonly MigrationSet[], problems: readonly Problem[]): Unfinished[] {
    const migrations = sets.flatMap((set) => set.migrations);
    return problems.flatMap((problem) => {
        const file = migrations.find((migration) => withUndo(migration).some(({ path }) => path === problem.path));
        return file && problem.rule === noStatement ? [{ file, problem }] : [];
    });
}

function findHeldBack(
    sets: readonly MigrationSet[],
    state: DatabaseState,
    unfinished: readonly Unfinished[],
): Unfinished[] {
    return sets.flatMap((set) =>
        findPending(set, state).flatMap((file): Unfinished[] => {
            const before = unfinished.find(({ file: other }) => other.set === set.name && other.version < file.version);
            if (!before) return [];
            const message = `comes after ${before.file.path}, which is unfinished: it is left out here too`;
            return [{ file, problem: { path: file.path, message, remedy: "write the statements that are missing" } }];
        }),
    );
}

function withoutFiles(sets: readonly MigrationSet[], unfinished: readonly Unfinished[]): readonly MigrationSet[] {
    if (unfinished.length === 0) return sets;
    const isFinished = (migration: MigrationFile): boolean => !unfinished.some(({ file }) => file === migration);
    return sets.map((set) => ({ ...set, migrations: set.migrations.filter(isFinished) }));
}

function refuseDeploy(problems: readonly Problem[]): AppError {
    if (problems.some(({ remedy }) => remedy !== madeElsewhere)) return refuseFiles(problems, nothingApplied);
    return new AppError("invalid-files", "something else made this database: it has no record of these migrations", {
        details: problems.map(({ path, line, message }) => `${path}:${line}: ${message}`),
        hint: madeElsewhere,
        outcome: nothingApplied,
    });
}

function choosePending(sets: readonly MigrationSet[], state: DatabaseState, to: number | undefined): MigrationFile[] {
    const core = sets[0];
    if (to !== undefined && core) {
        const latest = Math.max(0, ...core.migrations.map((file) => file.version));
        const current = versionOf(state, core.name);
        if (to !== 0 && !core.migrations.some((file) => file.version === to)) {
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
