import type { Connection, Cost } from "../database/connection.ts";
import { DatabaseFault, explainFault } from "../database/faults.ts";
import type { PreparedDeploy } from "../planning/prepare.ts";
import { type Context, confirmRemote } from "./program.ts";
import { countOf, createReport, describeResult, describeSchema, printPlan } from "./report.ts";

export interface RunOptions {
    readonly perFile?: boolean;
    readonly dryRun?: boolean;
    readonly showSql?: boolean;
    readonly yes?: boolean;
    /** The id of the only plan that may run. */
    readonly plan?: string;
    /** Run on a copy first; what was rehearsed is what may run. */
    readonly rehearse?: boolean;
}

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

/**
 * What a command took so far: the time from the start of the process, which is what its user waits for, and what its
 * server counted, which is what Turso bills. `4,721 ms, 81 requests, 750,470 rows read, 360,167 written.`
 */
export function measureCost({ cost }: Connection): Cost & { milliseconds: number; sentence: string } {
    const milliseconds = Math.round(performance.now());
    return { milliseconds, ...cost, sentence: `${milliseconds.toLocaleString("en-US")} ms${describeCost(cost)}.` };
}

function describeCost({ requests, rowsRead, rowsWritten }: Cost): string {
    if (requests === 0) return "";
    const written = rowsWritten.toLocaleString("en-US");
    return `, ${countOf(requests, "request")}, ${countOf(rowsRead, "row")} read, ${written} written`;
}

/** Prints the last line and the document of a run. */
export function printSummary(context: Context, connection: Connection, summary: RunSummary): void {
    const { sentence, ...cost } = measureCost(connection);
    context.output.line([summary.verdict, summary.standing, sentence].join(" "));
    context.output.document({ ...summary.document, ...cost });
}

/** What a fault leaves behind of a command that writes in several transactions, none of which needs another. */
export const goesOn = "What was written before it is in. Run the same command again to go on.";

/**
 * Runs `body` with a connection, and turns its faults into errors that name the database. The connection is closed.
 *
 * @param outcome what a fault leaves behind, in a sentence, where `body` itself does not say it
 */
export async function withConnection<T>(connection: Connection, body: () => Promise<T>, outcome?: string): Promise<T> {
    try {
        return await body();
    } catch (error) {
        if (!(error instanceof DatabaseFault)) throw error;
        const explained = explainFault(error, connection.target);
        throw outcome === undefined ? explained : explained.withOutcome(outcome);
    } finally {
        connection.close();
    }
}
