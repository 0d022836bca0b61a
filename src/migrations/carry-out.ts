import type { Connection } from "../database/connection.ts";
import { DatabaseFault, explainFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import { predictState } from "../planning/predict.ts";
import type { PreparedDeploy } from "../planning/prepare.ts";
import { renderScript } from "../planning/script.ts";
import type { DatabaseState } from "../planning/state.ts";
import { pinPlan } from "./plan-id.ts";
import { prepareRestorePoint, type RestorePoint } from "./restore-point.ts";
import { type RunOutcome, type RunReport, runPlan } from "./run.ts";

export interface DeployRun {
    readonly perFile?: boolean;
    readonly signal?: AbortSignal | undefined;
    readonly now: Date;
    readonly report: RunReport & RestorePointReport;
    /** This very plan or none: the run stops when another deploy comes first. */
    readonly pinned?: boolean;
    /** The database is a copy: no restore point is made. */
    readonly isCopy?: boolean;
}

/** Carries a prepared deploy out. Nothing to do is an outcome without steps. */
export async function runDeploy(
    connection: Connection,
    prepared: PreparedDeploy,
    options: DeployRun,
): Promise<RunOutcome> {
    const { sets, state, plan } = prepared;
    if (plan.steps.length === 0) return { steps: [], version: plan.version };
    const restorePoint = options.isCopy ? { lines: [] } : await makeRestorePoint(connection, state, options);
    options.report.restorePoint(restorePoint);
    const pin = options.pinned ? pinPlan(prepared) : undefined;
    try {
        return await runPlan(
            {
                connection,
                sets,
                plan: pin?.replan ?? prepared.replan,
                perFile: options.perFile ?? false,
                signal: options.signal,
                report: pin ? followBy(options.report, pin.applied) : options.report,
            },
            state,
        );
    } catch (error) {
        if (!(error instanceof AppError) || restorePoint.lines.length === 0) throw error;
        throw error.withOutcome([...restorePoint.lines, error.outcome ?? ""].join("\n"));
    }
}

function makeRestorePoint(
    connection: Connection,
    state: DatabaseState,
    { now, signal }: Pick<DeployRun, "now" | "signal">,
): Promise<RestorePoint> {
    return prepareRestorePoint(connection, state, now, signal).catch((error: unknown) => {
        if (!(error instanceof DatabaseFault)) throw error;
        throw explainFault(error, connection.target).withOutcome(
            "The restore point could not be made. Nothing was changed.",
        );
    });
}

function followBy(report: RunReport, follow: RunReport["applied"]): RunReport {
    return {
        ...report,
        applied: (step) => {
            follow(step);
            report.applied(step);
        },
    };
}

export interface RestorePointReport {
    restorePoint(restorePoint: RestorePoint): void;
}

/** The scripts that a plan would send, one for each transaction, and the state that it leads to. */
export function renderPlan(prepared: Pick<PreparedDeploy, "sets" | "state" | "plan">): {
    scripts: string[];
    state: DatabaseState;
} {
    const { sets, plan } = prepared;
    let state = prepared.state;
    const scripts = plan.steps.map((step, at) => {
        const refreshed = at === 0 ? plan.refreshed : [];
        const script = renderScript({ step, direction: plan.direction, sets, state, refreshed, leaseOwner: undefined });
        state = predictState(state, plan, step, sets);
        return script;
    });
    return { scripts, state };
}
