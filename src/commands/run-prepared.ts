import { type Context, confirmRemote } from "../cli.ts";
import type { Connection } from "../database/connection.ts";
import { DatabaseFault, explainFault } from "../database/faults.ts";
import { type PreparedDeploy, renderPlan, runDeploy } from "../migrations/deploy.ts";
import { createReport, describeResult, describeSchema, printPlan } from "./report.ts";

export interface RunOptions {
    readonly perFile?: boolean;
    readonly dryRun?: boolean;
    readonly showSql?: boolean;
    readonly yes?: boolean;
}

/** How a prepared run ended. */
export interface RunSummary {
    /** False for a dry run. */
    readonly ran: boolean;
    /** The last line: what was done, how the schema stands, what it took. */
    readonly sentence: string;
    /** What --json prints. */
    readonly document: Record<string, unknown>;
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
    const { scripts, state } = renderPlan(prepared);
    if (options.showSql) output.raw(scripts.join("\n"));
    else printPlan(output, plan);
    const base = {
        database: connection.target.label,
        migrations: plan.migrations.map((file) => file.path),
        objects: plan.objects,
    };
    if (options.dryRun || options.showSql) {
        const sentence =
            plan.steps.length === 0
                ? "Dry run: nothing to do."
                : `Dry run: nothing was applied. The database would be at version ${plan.version}.`;
        return { ran: false, sentence, document: { ...base, dryRun: true, version: plan.version } };
    }
    if (plan.steps.length > 0) {
        await confirmRemote(context, connection.target, options.yes ?? false);
    }
    const { steps, version } = await runDeploy(connection, prepared, {
        perFile: options.perFile ?? false,
        signal: context.signal,
        now: new Date(),
        report: createReport(output),
    });
    // Counted from the start of the process, which is what the user waits for.
    const milliseconds = Math.round(performance.now());
    const { requests } = connection;
    const cost = requests === 0 ? "" : `, ${requests === 1 ? "1 request" : `${requests} requests`}`;
    return {
        ran: true,
        sentence: `${describeResult(plan, steps, version)} ${describeSchema(state)}; ${milliseconds} ms${cost}.`,
        document: { ...base, transactions: steps.length, version, requests, milliseconds },
    };
}

/** Runs `body` with a connection, and turns its faults into errors that name the database. The connection is closed. */
export async function withConnection<T>(connection: Connection, body: () => Promise<T>): Promise<T> {
    try {
        return await body();
    } catch (error) {
        throw error instanceof DatabaseFault ? explainFault(error, connection.target) : error;
    } finally {
        connection.close();
    }
}
