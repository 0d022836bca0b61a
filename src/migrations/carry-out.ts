import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import type { PreparedDeploy } from "./deploy.ts";
import { predictState } from "./predict.ts";
import { type RunOutcome, type RunReport, runPlan } from "./run.ts";
import { prepareWayBack, type WayBack } from "./safety.ts";
import { renderScript } from "./script.ts";
import type { DatabaseState } from "./state.ts";

/** Carries a prepared deploy out. Nothing to do is an outcome without steps. */
export async function runDeploy(
    connection: Connection,
    prepared: PreparedDeploy,
    options: { perFile?: boolean; signal?: AbortSignal | undefined; now: Date; report: RunReport & WayBackReport },
): Promise<RunOutcome> {
    const { sets, state, plan, replan } = prepared;
    if (plan.steps.length === 0) return { steps: [], version: plan.version };
    const wayBack = await prepareWayBack(connection, state, options.now);
    options.report.wayBack(wayBack);
    try {
        return await runPlan(
            {
                connection,
                sets,
                plan: replan,
                perFile: options.perFile ?? false,
                signal: options.signal,
                report: options.report,
            },
            state,
        );
    } catch (error) {
        if (!(error instanceof AppError) || wayBack.lines.length === 0) throw error;
        throw error.withOutcome([...wayBack.lines, error.outcome ?? ""].join("\n"));
    }
}

export interface WayBackReport {
    wayBack(wayBack: WayBack): void;
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
