import type { Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import type { PreparedDeploy } from "../planning/prepare.ts";
import type { CopyReport } from "../rehearsal/copy.ts";
import { type RehearsalReport, rehearse, type TableCount } from "../rehearsal/rehearse.ts";
import type { RehearsalFinding } from "../rehearsal/rehearsed.ts";
import { type PushOptions, toDeploy } from "./options.ts";
import type { Context } from "./program.ts";
import { countOf, describeCost } from "./report.ts";

export interface RehearseOptions extends Pick<PushOptions, "to" | "set" | "perFile"> {
    /** Copy at most this many rows of each table. */
    readonly sample?: number;
    /** Path at which the copy is kept. */
    readonly keep?: string;
}

/** Runs a prepared deploy on a copy of the database and prints the results, except for the findings. */
export async function runRehearsal(
    { root, signal, output }: Context,
    target: Target,
    prepared: PreparedDeploy,
    options: RehearseOptions,
): Promise<RehearsalReport> {
    // Printed before the run, because what the copy lacks may make it fail.
    const onCopied = (copy: CopyReport): void => {
        output.field("Copied", describeCopy(copy));
        for (const note of copy.notes) output.note(note);
    };
    const { sample, keep } = options;
    // What is left out was said when the deploy was prepared.
    const deploy = { ...toDeploy(options, () => undefined), leaveOut: () => undefined };
    const report = await rehearse({ root, signal, deploy, prepared, target, sample, keep, onCopied, now: new Date() });
    for (const { path, milliseconds, changed, tables } of report.migrations) {
        const took = `${milliseconds.toLocaleString("en-US")} ms`;
        output.field("Tried", `${path.replace(/^migrations\//, "")}, ${took}, ${countOf(changed, "row")} written`);
        output.table(tables.map((count) => ["         ", count.table, describeCount(count)]));
    }
    for (const note of report.notes) output.note(note);
    if (report.kept !== null) output.field("Kept", report.kept);
    return report;
}

/** Rehearses a deploy before it runs; throws `rehearsal-found` when the rehearsal found anything. */
export async function rehearseFirst(
    context: Context,
    target: Target,
    prepared: PreparedDeploy,
    options: PushOptions,
): Promise<RehearsalReport> {
    const report = await runRehearsal(context, target, prepared, options);
    const { findings } = report;
    if (findings.length > 0) {
        throw new AppError("rehearsal-found", `the rehearsal found ${countOf(findings.length, "thing")}`, {
            details: findings.map(describeFinding),
            hint: "correct the files; or, if everything is intended, deploy without `--rehearse`",
            outcome: "Nothing was applied.",
        });
    }
    context.output.line(concludeRehearsal(report));
    context.output.line();
    return report;
}

function describeCopy({ rows, tables, sample, ...cost }: CopyReport): string {
    const what = `${countOf(rows, "row")} of ${countOf(tables, "table")}`;
    const took = describeCost(cost);
    if (sample === null) return `${what}, ${took}`;
    const share = `a sample: ${countOf(sample, "row")} of each table, from both ends, and the rows they refer to`;
    return `${what} (${share}), ${took}`;
}

function describeCount({ before, after }: TableCount): string {
    const name = (count: number | null): string => count?.toLocaleString("en-US") ?? "none";
    return `${name(before)} -> ${after === null ? "gone" : countOf(after, "row")}`;
}

/** A finding as one line: path, message, remedy. */
export function describeFinding({ path, message, remedy }: RehearsalFinding): string {
    return `${path === null ? "" : `${path}: `}${message}; ${remedy}`;
}

/** A sentence with the result of a rehearsal. */
export function concludeRehearsal({ migrations, findings, milliseconds, version, copy }: RehearsalReport): string {
    const what = migrations.length > 0 ? countOf(migrations.length, "migration") : "views and triggers";
    const found = findings.length === 0 ? "nothing was found" : `${countOf(findings.length, "thing")} found`;
    const sampled = copy.sample === null ? "" : " On a sample: the other rows were not tested.";
    return (
        `Rehearsed ${what} up to version ${version} in ${milliseconds.toLocaleString("en-US")} ms: ${found}.${sampled} ` +
        "The database itself was not changed."
    );
}
