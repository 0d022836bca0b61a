import { type Context, confirmRemote, openForWriting } from "../cli.ts";
import type { Config } from "../config.ts";
import type { Connection, Query } from "../database/connection.ts";
import { DatabaseFault, explainFault } from "../database/faults.ts";
import { type PreparedDeploy, prepareDeploy, renderPlan, runDeploy } from "../migrations/deploy.ts";
import { findChangedByHand } from "../migrations/plan.ts";
import type { RunOutcome } from "../migrations/run.ts";
import type { DatabaseState } from "../migrations/state.ts";
import { createReport, describeResult, describeSchema, printPlan } from "./report.ts";

export interface PushOptions {
    readonly to?: number;
    readonly perFile?: boolean;
    readonly set?: readonly string[];
    readonly dryRun?: boolean;
    readonly showSql?: boolean;
    readonly yes?: boolean;
}

/** A schema deploy that has ended, or a dry run of one. */
export interface PushResult {
    readonly config: Config;
    readonly connection: Connection;
    readonly prepared: PreparedDeploy;
    /** Undefined for a dry run. */
    readonly outcome: RunOutcome | undefined;
    /** The state that the deploy led to, as far as it is known without another request. */
    readonly state: DatabaseState;
}

/**
 * Deploys the schema: what db:push, db:push:schema and the first half of db:migrate do. Prints everything but the last
 * line, which is the caller's.
 *
 * @param extra queries of the caller that ride along with the first read
 */
export async function pushSchema(
    context: Context,
    options: PushOptions,
    extra: readonly Query[] = [],
): Promise<PushResult> {
    const { output } = context;
    const { config, connection } = await openForWriting(context);
    try {
        const prepared = await prepareDeploy(context.root, connection, {
            to: options.to,
            perFile: options.perFile ?? false,
            sets: options.set ?? [],
            extra,
        });
        const { plan } = prepared;
        const { scripts, state } = renderPlan(prepared);
        for (const name of findChangedByHand(prepared.state)) {
            output.warn(`'${name}' was changed by hand since it was deployed; the file's form replaces it`);
        }
        if (options.showSql) output.raw(scripts.join("\n"));
        else printPlan(output, plan);
        if (options.dryRun || options.showSql) return { config, connection, prepared, outcome: undefined, state };
        if (plan.steps.length > 0) {
            await confirmRemote(context, config.target, `Apply this to ${config.target.label}?`, options.yes ?? false);
        }
        const outcome = await runDeploy(connection, prepared, {
            perFile: options.perFile ?? false,
            signal: context.signal,
            now: new Date(),
            report: createReport(output),
        });
        return { config, connection, prepared, outcome, state };
    } catch (error) {
        connection.close();
        throw error instanceof DatabaseFault ? explainFault(error, config.target) : error;
    }
}

/** The last line of a schema deploy: what was done, how the schema stands, what it took. */
export function describePush(result: PushResult, startedAt: number): string {
    const { prepared, outcome, connection, state } = result;
    if (!outcome) return describeDryRun(prepared);
    const cost = [`${Math.round(performance.now() - startedAt)} ms`];
    if (connection.requests > 0) cost.push(connection.requests === 1 ? "1 request" : `${connection.requests} requests`);
    return `${describeResult(prepared.plan, outcome.steps, outcome.version)} ${describeSchema(state)}; ${cost.join(", ")}.`;
}

function describeDryRun({ plan }: PreparedDeploy): string {
    if (plan.steps.length === 0) return "Dry run: nothing to do.";
    return `Dry run: nothing was applied. The database would be at version ${plan.version}.`;
}
