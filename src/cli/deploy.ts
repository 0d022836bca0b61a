import type { Connection } from "../database/connection.ts";
import type { Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import type { MigrationFile } from "../planning/files.ts";
import { findChangedByHand, type Plan, type Step } from "../planning/plan.ts";
import type { PreparedDeploy } from "../planning/prepare.ts";
import type { PushOptions, RunOptions } from "./options.ts";
import type { Output } from "./output.ts";
import type { Context } from "./program.ts";
import { conclude, countOf, createReport, describeSchema, listCounts } from "./report.ts";

/** The result of a prepared run. */
export interface RunSummary {
    /** False for a dry run. */
    readonly ran: boolean;
    /** `Applied 1 migration.` */
    readonly verdict: string;
    /** `The database is at version 12: 12 tables, …` */
    readonly standing: string;
    /** The JSON document. */
    readonly document: Readonly<Record<string, unknown>>;
}

/**
 * Runs a prepared deploy, for every command that deploys: warns of changes that will be lost, compares the plan with the
 * approved one, rehearses it if --rehearse is set, and runs it.
 *
 * @param target the database in the settings; a dry run of a missing file has a connection to an empty database instead
 * @throws AppError `plan-changed` for another plan, `rehearsal-found` when a rehearsal found something
 */
export async function deploy(
    context: Context,
    { target, connection }: { readonly target: Target; readonly connection: Connection },
    prepared: PreparedDeploy,
    options: PushOptions,
): Promise<RunSummary> {
    for (const name of findChangedByHand(prepared.state, prepared.sets)) {
        context.output.warn(`'${name}' was changed by hand since it was deployed; the file replaces it`);
    }
    const approval = await approve(context, target, prepared, options);
    const summary = await runPrepared(context, connection, prepared, options);
    return { ...summary, document: { ...summary.document, ...approval } };
}

// Returns the part of the JSON document about plan and rehearsal.
async function approve(
    context: Context,
    target: Target,
    prepared: PreparedDeploy,
    options: PushOptions,
): Promise<Readonly<Record<string, unknown>>> {
    if (options.rehearse && options.showSql) {
        throw new AppError("usage", "--rehearse and --show-sql cannot be combined", { hint: "use one of them" });
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

/**
 * Prints a prepared run, asks for confirmation if needed, and runs it: for deploys, rollbacks and baselines.
 *
 * @param verb what is done to each migration
 */
export async function runPrepared(
    context: Context,
    connection: Connection,
    prepared: PreparedDeploy,
    options: RunOptions,
    verb = prepared.plan.direction === "do" ? "Applying" : "Undoing",
): Promise<RunSummary> {
    const { output } = context;
    const { plan } = prepared;
    // Loaded only if needed: most deploys have nothing to do.
    const work = plan.steps.length === 0 ? undefined : await import("../migrations/carry-out.ts");
    const preview = work?.previewPlan(prepared);
    const state = preview?.state ?? prepared.state;
    if (options.showSql) output.raw((preview?.renderScripts() ?? []).join("\n"));
    else printPlan(output, plan, verb);
    for (const warning of preview?.warnings ?? []) output.warn(warning);
    const base = {
        database: connection.target.label,
        migrations: plan.migrations.map((file) => file.path),
        objects: plan.objects,
        extraIndexes: plan.extraIndexes,
    };
    if (options.dryRun || options.showSql) {
        return {
            ran: false,
            verdict: plan.steps.length === 0 ? "Dry run: nothing to do." : "Dry run: nothing was applied.",
            standing: `The database would be at version ${plan.version}: ${describeSchema(state)}.`,
            document: { ...base, dryRun: true, version: plan.version },
        };
    }
    if (work) await (await import("./confirm.ts")).confirmRemote(context, connection.target, options.yes);
    const { steps, version, other } = (await work?.runDeploy(connection, prepared, {
        perFile: options.perFile ?? false,
        signal: context.signal,
        pinned: options.plan !== undefined || options.rehearse === true,
        now: new Date(),
        report: createReport(output),
    })) ?? { steps: [], version: plan.version, other: undefined };
    return {
        ran: true,
        verdict: [describeResult(plan, steps), describeOthers(plan, steps, other)]
            .filter((text) => text !== "")
            .join(" "),
        standing: `The database is at version ${version}: ${describeSchema(state)}.`,
        document: { ...base, transactions: steps.length, version },
    };
}

/** Prints the last line and the JSON document of a run. */
export function printSummary(context: Context, connection: Connection, summary: RunSummary): void {
    conclude(context, connection, `${summary.verdict} ${summary.standing}`, summary.document);
}

/** Prints a plan: one line for each migration, one for each kind of change to views and triggers. */
function printPlan(output: Output, plan: Plan, verb: string): void {
    for (const file of plan.migrations) output.field(verb, baseName(file, plan));
    for (const [label, change] of [
        ["Creating", "created"],
        ["Changing", "replaced"],
        ["Dropping", "dropped"],
    ] as const) {
        const objects = plan.objects.filter((object) => object.change === change);
        if (objects.length > 0) output.field(label, describeObjects(objects));
    }
    for (const [label, change, what] of [
        ["Keeping", "kept", "not in the files; to be created again after the rebuild"],
        ["Replacing", "replaced", "not in the files; the migration creates an index of that name"],
    ] as const) {
        const names = plan.extraIndexes.filter((index) => index.change === change).map(({ name }) => `index ${name}`);
        if (names.length > 0) output.field(label, `${names.join(", ")} (${what})`);
    }
    const deferred = plan.objects.filter((object) => object.change === "deferred");
    if (deferred.length > 0) {
        output.field("Deferred", `${describeObjects(deferred)} (until a later version at which they prepare)`);
    }
}

/** A sentence about what a run did. */
function describeResult(plan: Plan, steps: readonly Step[]): string {
    const verb = plan.direction === "do" ? "Applied" : "Undid";
    const count = steps.reduce((sum, step) => sum + step.migrations.length, 0);
    if (steps.length === 0) return "Nothing to do.";
    if (count > 0) return `${verb} ${countOf(count, "migration")}.`;
    return plan.objects.length > 0 ? "Brought views and triggers up to date." : "Brought the bookkeeping up to date.";
}

/** A sentence about migrations of the plan that another deploy was faster with. */
function describeOthers(plan: Plan, steps: readonly Step[], other?: string): string {
    const own = new Set(steps.flatMap(({ migrations }) => migrations.map(({ path }) => path)));
    const names = plan.migrations.filter(({ path }) => !own.has(path)).map((file) => baseName(file, plan));
    if (names.length === 0) return "";
    const verb = plan.direction === "do" ? "applied" : "undid";
    const [first = "", last = ""] = [names[0], names.at(-1)];
    const which = names.length > namedAtMost ? `${first} to ${last}` : names.join(", ");
    const who = other === undefined ? "Another deploy" : `Another deploy (${other})`;
    return `${who} ${verb} ${countOf(names.length, "migration")} meanwhile: ${which}.`;
}

function baseName(file: MigrationFile, plan: Plan): string {
    const path = plan.direction === "do" ? file.path : (file.undo?.path ?? file.path);
    return path.replace(/^migrations\//, "");
}

const namedAtMost = 3;

function describeObjects(objects: Plan["objects"]): string {
    if (objects.length <= namedAtMost) return objects.map(({ type, name }) => `${type} ${name}`).join(", ");
    const views = objects.filter((object) => object.type === "view").length;
    return listCounts([views, "view"], [objects.length - views, "trigger"]);
}
