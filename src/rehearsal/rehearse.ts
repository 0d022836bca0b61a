import { DatabaseFault, explainFault } from "../database/faults.ts";
import { openFile } from "../database/file/connection.ts";
import type { FileTarget, Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import { runDeploy } from "../migrations/carry-out.ts";
import { identifyPlan, refuseOtherPlan } from "../migrations/plan-id.ts";
import { type DeployOptions, type PreparedDeploy, prepareDeploy } from "../planning/prepare.ts";
import { type CopyReport, copyDatabase } from "./copy.ts";
import { findChanges, listOldProblems } from "./findings.ts";
import { type Health, type Inspection, inspect, readHealth } from "./inspect.ts";
import { findPlace, protect } from "./place.ts";
import type { RehearsalFinding } from "./rehearsed.ts";
import { openWatched, type WatchedFile } from "./watch.ts";

export interface RehearsalInput {
    /** The project's folder. */
    readonly root: string;
    /** The database that is copied. */
    readonly target: Target;
    /** The options of the real deploy. */
    readonly deploy: DeployOptions;
    /** The plan of that deploy. */
    readonly prepared: PreparedDeploy;
    /** Rows of each table; all when undefined. */
    readonly sample?: number | undefined;
    /** Where to keep the copy; it is removed when undefined. */
    readonly keep?: string | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly now: Date;
    /** Called when the copy is whole. */
    readonly onCopied?: (copy: CopyReport) => void;
}

/** How many rows a table had before a migration and after it; null where it does not exist. */
export interface TableCount {
    readonly table: string;
    readonly before: number | null;
    readonly after: number | null;
}

export interface MigrationReport {
    readonly path: string;
    readonly milliseconds: number;
    /** Rows that its statements wrote, including those of triggers and foreign keys. */
    readonly changed: number;
    /** Tables whose number of rows changed. */
    readonly tables: readonly TableCount[];
}

export interface RehearsalReport {
    readonly plan: string;
    readonly copy: CopyReport;
    readonly migrations: readonly MigrationReport[];
    /** The whole run, with views, triggers and checks. */
    readonly milliseconds: number;
    /** Version of the core set after the run. */
    readonly version: number;
    readonly findings: readonly RehearsalFinding[];
    readonly notes: readonly string[];
    readonly kept: string | null;
}

/** A server ends a longer transaction when others wait to write, in milliseconds. */
const transactionLimit = 5_000;

/**
 * Copies a database into a local file, runs a deploy on it, and reports the results.
 *
 * @throws AppError as a deploy does when a file fails, `plan-changed` after another deploy; the database itself is never
 *     changed
 */
export async function rehearse(input: RehearsalInput): Promise<RehearsalReport> {
    const { target } = input;
    const place = await findPlace(input.root, input.keep, input.now);
    const copy: FileTarget = { kind: "file", path: place.path, label: `the copy of ${target.label}`, local: true };
    let isWhole = false;
    try {
        const copied = await copyDatabase(target, place.path, input);
        await protect(place);
        isWhole = true;
        input.onCopied?.(copied);
        return await rehearseOn(input, copy, copied);
    } catch (error) {
        throw explain(error, target, copy, isWhole ? input.keep : undefined);
    } finally {
        await place.leave(isWhole);
    }
}

async function rehearseOn(input: RehearsalInput, copy: FileTarget, copied: CopyReport): Promise<RehearsalReport> {
    const { root, target, deploy, signal } = input;
    const planId = identifyPlan(target, input.prepared);
    const planning = openFile(copy, signal);
    const prepared = await prepareDeploy(root, planning, deploy).finally(() => planning.close());
    refuseOtherPlan(planId, target, prepared);
    const rebuilt = prepared.plan.steps.flatMap((step) => step.rebuilt);
    const before = await look(copy, rebuilt);
    const watched = openWatched(copy, prepared.plan, signal);
    const startedAt = performance.now();
    const nothing = (): void => undefined;
    const report = { applied: nothing, waiting: nothing, note: nothing, restorePoint: nothing };
    const run = { perFile: deploy.perFile ?? false, signal, now: input.now, report, isCopy: true };
    const outcome = await runDeploy(watched, prepared, run).finally(() => watched.close());
    const milliseconds = Math.round(performance.now() - startedAt);
    const after = await look(copy);
    const longest = Math.max(0, ...watched.transactions);
    return {
        plan: planId,
        copy: copied,
        migrations: watched.files.map((file, at) => describeFile(file, watched.files[at - 1]?.after ?? before)),
        milliseconds,
        version: outcome.version,
        findings: findChanges({ sets: prepared.sets, plan: prepared.plan, before, files: watched.files, after }),
        notes: [
            ...(target.kind === "server" && longest > transactionLimit ? [noteLong(longest)] : []),
            ...listOldProblems({ before, after }),
        ],
        kept: input.keep ?? null,
    };
}

async function look(copy: FileTarget, rebuilt: readonly string[] = []): Promise<Inspection & Health> {
    const connection = openFile(copy);
    try {
        const database = await connection.begin("write");
        const read = async () => ({ ...(await inspect(database, rebuilt)), ...(await readHealth(database)) });
        return await read().finally(() => database.close());
    } finally {
        connection.close();
    }
}

function describeFile({ file, milliseconds, changed, after }: WatchedFile, before: Inspection): MigrationReport {
    const names = new Set([...before.rows.keys(), ...(after?.rows.keys() ?? [])]);
    const tables = [...names]
        .map((table) => ({ table, before: before.rows.get(table) ?? null, after: after?.rows.get(table) ?? null }))
        .filter((count) => count.before !== count.after);
    return { path: file.path, milliseconds: Math.round(milliseconds), changed, tables };
}

function noteLong(milliseconds: number): string {
    const seconds = (milliseconds / 1000).toFixed(1);
    return `One transaction took ${seconds} seconds here: a server ends one that takes over 5 when others wait to write.`;
}

function explain(error: unknown, target: Target, copy: FileTarget, kept: string | undefined): unknown {
    const rest = kept === undefined ? "" : ` The copy is kept: ${kept}`;
    const outcome = `This was a rehearsal on a copy. The database itself was not changed.${rest}`;
    if (error instanceof AppError) return error.code === "usage" ? error : error.withOutcome(outcome);
    if (!(error instanceof DatabaseFault)) return error;
    // Only the copy is written.
    if (error.kind !== "disk-full") return explainFault(error, target).withOutcome(outcome);
    return new AppError("disk-full", `the disk of the copy is full (${copy.path})`, {
        hint: "free some space, point TMPDIR elsewhere, or rehearse on a `--sample`",
        outcome,
        cause: error,
    });
}
