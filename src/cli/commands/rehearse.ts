import { DatabaseFault, explainFault } from "../../database/faults.ts";
import type { Target } from "../../database/target.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import { identifyPlan } from "../../migrations/plan-id.ts";
import { type DeployOptions, type PreparedDeploy, prepareDeploy } from "../../planning/prepare.ts";
import type { CopyReport } from "../../rehearsal/copy.ts";
import type { Finding } from "../../rehearsal/findings.ts";
import { type RehearsalReport, rehearse, type TableCount } from "../../rehearsal/rehearse.ts";
import { type Context, openDatabase } from "../program.ts";
import { countOf } from "../report.ts";
import type { PushOptions } from "./push.ts";

export interface RehearseOptions extends Pick<PushOptions, "to" | "set" | "perFile"> {
    /** Rows of each table, instead of all. */
    readonly sample?: number;
    /** Where the copy stays. */
    readonly keep?: string;
}

/**
 * db:rehearse: runs the pending files on a copy of the database and tells what came of it. Exit code 4 when something was
 * found.
 */
export async function rehearseDeploy(context: Context, options: RehearseOptions): Promise<ExitCode> {
    const { output } = context;
    if (options.sample === 0) throw new AppError("usage", "--sample 0 copies no row", { hint: "give 1 or more" });
    const { config, connection } = await openDatabase(context, "plan");
    const { target } = config;
    try {
        const deploy = toDeploy(options);
        const prepared = await prepareDeploy(context.root, connection, deploy);
        const plan = identifyPlan(target, prepared);
        output.field("Plan", plan);
        if (prepared.plan.steps.length === 0) {
            output.line("Nothing to rehearse: the database is up to date with the files.");
            output.document({ database: target.label, plan, migrations: [], findings: [] });
            return exitCodes.done;
        }
        const { sample, keep } = options;
        const report = await rehearse({
            ...inputOf(context, deploy, prepared),
            target,
            sample,
            keep,
        });
        printReport(context, report);
        for (const finding of report.findings) output.field("Found", describeFinding(finding));
        output.line(conclude(report));
        output.document({ database: target.label, ...report });
        return report.findings.length === 0 ? exitCodes.done : exitCodes.drift;
    } catch (error) {
        throw error instanceof DatabaseFault ? explainFault(error, target) : error;
    } finally {
        connection?.close();
    }
}

/**
 * Rehearses a deploy before it is carried out, and prints the report.
 *
 * @throws AppError `rehearsal-found` when something was found
 */
export async function rehearseFirst(
    context: Context,
    target: Target,
    prepared: PreparedDeploy,
    options: PushOptions,
): Promise<RehearsalReport> {
    const report = await rehearse({ ...inputOf(context, toDeploy(options), prepared), target });
    printReport(context, report);
    const { findings } = report;
    if (findings.length > 0) {
        throw new AppError("rehearsal-found", `the rehearsal found ${countOf(findings.length, "thing")}`, {
            details: findings.map(describeFinding),
            hint: "mend the files; or, if all of it is meant, deploy without `--rehearse`",
            outcome: "Nothing was applied.",
        });
    }
    context.output.line(conclude(report));
    context.output.line();
    return report;
}

function inputOf(context: Context, deploy: DeployOptions, prepared: PreparedDeploy) {
    const { root, signal, output } = context;
    // Before the run: what the copy lacks may be why it fails.
    const onCopied = (copy: CopyReport): void => {
        output.field("Copied", describeCopy(copy));
        for (const note of copy.notes) output.note(note);
    };
    return { root, signal, deploy, prepared, onCopied, now: new Date() };
}

function toDeploy({ to, set, perFile }: Pick<PushOptions, "to" | "set" | "perFile">): DeployOptions {
    return { to, sets: set ?? [], perFile: perFile ?? false };
}

function describeCopy({ rows, tables, milliseconds, requests, rowsRead, sample }: CopyReport): string {
    const what = `${countOf(rows, "row")} of ${countOf(tables, "table")}`;
    const cost = requests === 0 ? "" : `, ${countOf(requests, "request")}, ${countOf(rowsRead, "row")} read`;
    const took = `${milliseconds.toLocaleString("en-US")} ms${cost}`;
    if (sample === null) return `${what}, ${took}`;
    const share = `a sample: ${countOf(sample, "row")} of each table, from both ends, and what they point to`;
    return `${what} (${share}), ${took}`;
}

function printReport({ output }: Context, report: RehearsalReport): void {
    for (const { path, milliseconds, changed, tables } of report.migrations) {
        const took = `${milliseconds.toLocaleString("en-US")} ms`;
        output.field("Tried", `${path.replace(/^migrations\//, "")}, ${took}, ${countOf(changed, "row")} written`);
        output.table(tables.map((count) => ["         ", count.table, describeCount(count)]));
    }
    for (const note of report.notes) output.note(note);
    if (report.kept !== null) output.field("Kept", report.kept);
}

function describeCount({ before, after }: TableCount): string {
    const name = (count: number | null): string => count?.toLocaleString("en-US") ?? "none";
    return `${name(before)} -> ${after === null ? "gone" : countOf(after, "row")}`;
}

function describeFinding({ path, message, remedy }: Finding): string {
    return `${path === null ? "" : `${path}: `}${message}; ${remedy}`;
}

function conclude({ migrations, findings, milliseconds, version, copy }: RehearsalReport): string {
    const what = migrations.length > 0 ? countOf(migrations.length, "migration") : "views and triggers";
    const found = findings.length === 0 ? "nothing was found" : `${countOf(findings.length, "thing")} found`;
    const sampled = copy.sample === null ? "" : " On a sample: what the other rows hold was not tried.";
    return (
        `Rehearsed ${what} up to version ${version} in ${milliseconds.toLocaleString("en-US")} ms: ${found}.${sampled} ` +
        "The database itself was not touched."
    );
}
