import type { Connection } from "../database/connection.ts";
import type { Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import type { MigrationFile } from "../planning/files.ts";
import { findChangedByHand, type Plan, type Step } from "../planning/plan.ts";
import type { PreparedDeploy } from "../planning/prepare.ts";
import { confirmRemote } from "./confirm.ts";
import type { PushOptions, RunOptions } from "./options.ts";
import type { Output } from "./output.ts";
import type { Context } from "./program.ts";
import { conclude, countOf, createReport, describeSchema } from "./report.ts";

/** How a prepared run ended. */
export interface RunSummary {
    /** False for a dry run. */
    readonly ran: boolean;
    /** What was done: `Applied 1 migration.` */
    readonly verdict: string;
    /** How the schema stands: `The database is at version 12: 12 tables, …` */
    readonly standing: string;
    /** What --json prints. */
    readonly document: Readonly<Record<string, unknown>>;
}

/**
 * Carries a prepared deploy out, for every command that deploys: warns of changes that will be lost, compares the plan
 * with the approved one, rehearses it where that is asked for, and runs it.
 *
 * @param target the database as the settings name it: a dry run of a file that does not exist has no such connection
 * @throws AppError `plan-changed` for another plan, `rehearsal-found` when a rehearsal found something
 */
export async function deploy(
    context: Context,
    { target, connection }: { readonly target: Target; readonly connection: Connection },
    prepared: PreparedDeploy,
    options: PushOptions,
): Promise<RunSummary> {
    for (const name of findChangedByHand(prepared.state, prepared.sets)) {
        context.output.warn(`'${name}' was changed by hand since it was deployed; the file's form replaces it`);
    }
    const approval = await approve(context, target, prepared, options);
    const summary = await runPrepared(context, connection, prepared, options);
    return { ...summary, document: { ...summary.document, ...approval } };
}

// Gives what the deploy's document says of the approval.
async function approve(
    context: Context,
    target: Target,
    prepared: PreparedDeploy,
    options: PushOptions,
): Promise<Readonly<Record<string, unknown>>> {
    if (options.rehearse && options.showSql) {
        throw new AppError("usage", "--rehearse and --show-sql contradict each other", { hint: "give one of them" });
    }
    if (options.plan === undefined && !options.rehearse && !options.dryRun) return {};
    const { identifyPlan, refuseOtherPlan } = await import("../migrations/plan-id.ts");
    if (options.plan !== undefined) refuseOtherPlan(options.plan, target, prepared);
    const plan = identifyPlan(target, prepared);
    if (options.dryRun || options.rehearse) context.output.field("Plan", plan);
    if (!options.rehearse || prepared.plan.steps.length === 0) return { plan };
    const { rehearseFirst } = await import("./rehearsal.ts");
    return { plan, rehearsal: await rehearseFirst(context, target, prepared, options) };
}

/** Prints a prepared run, asks where that is due, and carries it out: the same for deploys, rollbacks and baselines. */
export async function runPrepared(
    context: Context,
    connection: Connection,
    prepared: PreparedDeploy,
    options: RunOptions,
): Promise<RunSummary> {
    const { output } = context;
    const { plan } = prepared;
    // Loaded only when there is something to do: a deploy that has nothing to do is the common one.
    const work = plan.steps.length === 0 ? undefined : await import("../migrations/carry-out.ts");
    const { scripts, state } = work?.renderPlan(prepared) ?? { scripts: [], state: prepared.state };
    if (options.showSql) output.raw(scripts.join("\n"));
    else printPlan(output, plan);
    const base = {
        database: connection.target.label,
        migrations: plan.migrations.map((file) => file.path),
        objects: plan.objects,
    };
    if (options.dryRun || options.showSql) {
        return {
            ran: false,
            verdict: plan.steps.length === 0 ? "Dry run: nothing to do." : "Dry run: nothing was applied.",
            standing: `The database would be at version ${plan.version}: ${describeSchema(state)}.`,
            document: { ...base, dryRun: true, version: plan.version },
        };
    }
    if (work) await confirmRemote(context, connection.target, options.yes ?? false);
    const { steps, version } = (await work?.runDeploy(connection, prepared, {
        perFile: options.perFile ?? false,
        signal: context.signal,
        pinned: options.plan !== undefined || options.rehearse === true,
        now: new Date(),
        report: createReport(output),
    })) ?? { steps: [], version: plan.version };
    return {
        ran: true,
        verdict: describeResult(plan, steps),
        standing: `The database is at version ${version}: ${describeSchema(state)}.`,
        document: { ...base, transactions: steps.length, version },
    };
}

/** Prints the last line and the document of a run. */
export function printSummary(context: Context, connection: Connection, summary: RunSummary): void {
    conclude(context, connection, `${summary.verdict} ${summary.standing}`, summary.document);
}

/** Prints what a plan does: one line for each migration, one for the views and triggers. */
function printPlan(output: Output, plan: Plan): void {
    const verb = plan.direction === "do" ? "Applying" : "Undoing";
    for (const file of plan.migrations) output.field(verb, baseName(file, plan));
    for (const [label, change] of [
        ["Created", "created"],
        ["Rebuilt", "replaced"],
        ["Dropped", "dropped"],
    ] as const) {
        const objects = plan.objects.filter((object) => object.change === change);
        if (objects.length > 0) output.field(label, describeObjects(objects));
    }
    const waiting = plan.objects.filter((object) => object.change === "waiting");
    if (waiting.length > 0) {
        output.field("Waiting", `${describeObjects(waiting)} (until a later version, at which they prepare)`);
    }
}

/** What a run did, in a sentence. */
function describeResult(plan: Plan, steps: readonly Step[]): string {
    const verb = plan.direction === "do" ? "Applied" : "Undid";
    const count = steps.reduce((sum, step) => sum + step.migrations.length, 0);
    if (steps.length === 0) return "Nothing to do.";
    if (count > 0) return `${verb} ${countOf(count, "migration")}.`;
    return plan.objects.length > 0 ? "Brought views and triggers up to date." : "Brought the bookkeeping up to date.";
}

function baseName(file: MigrationFile, plan: Plan): string {
    const path = plan.direction === "do" ? file.path : (file.undo?.path ?? file.path);
    return path.replace(/^migrations\//, "");
}

const namedAtMost = 3;

function describeObjects(objects: Plan["objects"]): string {
    if (objects.length <= namedAtMost) return objects.map(({ type, name }) => `${type} ${name}`).join(", ");
    const views = objects.filter((object) => object.type === "view").length;
    const triggers = objects.length - views;
    const counts = [views > 0 ? countOf(views, "view") : "", triggers > 0 ? countOf(triggers, "trigger") : ""];
    return counts.filter((text) => text !== "").join(", ");
}
