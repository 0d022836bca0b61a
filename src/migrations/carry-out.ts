import type { Connection } from "../database/connection.ts";
import { throwExplained } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import type { Step } from "../planning/plan.ts";
import { predictState } from "../planning/predict.ts";
import type { PreparedDeploy } from "../planning/prepare.ts";
import { renderScript } from "../planning/script.ts";
import type { DatabaseState } from "../planning/state.ts";
import { findMissingParents } from "./missing-parents.ts";
import { pinPlan } from "./plan-id.ts";
import { prepareRestorePoint, type RestorePoint } from "./restore-point.ts";
import { type RunOutcome, type RunReport, runPlan } from "./run.ts";

export interface DeployReport extends RunReport {
    /** True if the user has seen it, so that the error of a failure need not repeat it. */
    restorePoint(restorePoint: RestorePoint): unknown;
}

interface DeployRun {
    readonly perFile?: boolean;
    readonly signal?: AbortSignal | undefined;
    readonly now: Date;
    readonly report: DeployReport;
    /** Runs only this plan: the run stops when another deploy changes the database. */
    readonly pinned?: boolean;
    /** The database is a copy, which needs no restore point. */
    readonly isCopy?: boolean;
}

/** Runs a prepared deploy. The outcome has no steps when there was nothing to do. */
export async function runDeploy(
    connection: Connection,
    prepared: PreparedDeploy,
    options: DeployRun,
): Promise<RunOutcome> {
    const { sets, state, plan } = prepared;
    const { report } = options;
    if (plan.steps.length === 0) return { steps: [], version: plan.version };
    const refuse = throwExplained(connection.target, "The restore point could not be made. Nothing was changed.");
    const restorePoint = options.isCopy
        ? { lines: [] }
        : await prepareRestorePoint(connection, state, options.now, options.signal).catch(refuse);
    const isShown = report.restorePoint(restorePoint) === true;
    const pin = options.pinned ? pinPlan(prepared) : undefined;
    const applied = (step: Step): void => {
        pin?.applied(step);
        report.applied(step);
    };
    try {
        return await runPlan(
            {
                connection,
                sets,
                plan: pin?.replan ?? prepared.replan,
                perFile: options.perFile ?? false,
                signal: options.signal,
                report: { ...report, applied },
            },
            state,
        );
    } catch (error) {
        if (!(error instanceof AppError) || isShown || restorePoint.lines.length === 0) throw error;
        throw error.withOutcome([...restorePoint.lines, error.outcome ?? ""].join("\n"));
    }
}

interface Preview {
    readonly state: DatabaseState;
    /** Renders the scripts, one for each transaction. */
    readonly renderScripts: () => string[];
    readonly warnings: readonly string[];
}

/** Predicts the state after a plan. */
export function previewPlan(prepared: Pick<PreparedDeploy, "sets" | "state" | "plan">): Preview {
    const { sets, state, plan } = prepared;
    const states = [state];
    for (const step of plan.steps) states.push(predictState(states.at(-1) ?? state, plan, step, sets));
    const renderScripts = (): string[] =>
        plan.steps.map((step, at) => {
            const refreshed = at === 0 ? plan.refreshed : [];
            const input = { step, direction: plan.direction, sets, refreshed, leaseOwner: undefined };
            return renderScript({ ...input, state: states[at] ?? state });
        });
    return { state: states.at(-1) ?? state, renderScripts, warnings: findMissingParents(prepared) };
}
