import { availableParallelism } from "node:os";
import type { Connection } from "../../database/connection.ts";
import { DatabaseFault, explainFault } from "../../database/faults.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import type { Encoder } from "../../search/encoders/encoder.ts";
import { readSearchStatements, type SearchSite, type SearchStatements } from "../../search/site.ts";
import { findSurplus, planSync, runSync, type SyncPlan, type SyncProgress, type SyncWork } from "../../search/sync.ts";
import { confirmRemote } from "../confirm.ts";
import { openExisting, withConnection } from "../open.ts";
import type { Context } from "../program.ts";
import { createProgress } from "../progress.ts";
import { conclude, countOf } from "../report.ts";
import { installMissingEncoder, openChosenEncoder, readChosenName } from "./encoder.ts";

export interface VectorSyncOptions {
    readonly channel?: string;
    readonly limit?: number;
    readonly force?: boolean;
    readonly dryRun?: boolean;
    readonly mode?: string;
    readonly yes?: boolean;
}

/** From so many texts on, a second encoder saves more than its start takes. */
const worthTwo = 200;

/** vector:sync: embeds the texts that are new or have changed, and removes the vectors of those that are gone. */
export async function syncVectors(context: Context, options: VectorSyncOptions, site: SearchSite): Promise<ExitCode> {
    if (options.limit === 0) throw new AppError("usage", "--limit must be 1 or more");
    if (options.force && options.mode === "incremental")
        throw new AppError("usage", "--force and --mode incremental cannot be combined", { hint: "use one of them" });
    const { root, signal } = context;
    const statements = await readSearchStatements(root, site);
    const connection = await openExisting(context, options.dryRun ? "plan" : "write");
    return withConnection(connection, async () => {
        const surplus = await findSurplus(connection, statements);
        if (!options.dryRun) await installMissingEncoder(context);
        const encoders = options.dryRun ? [] : [await openChosenEncoder(context)];
        try {
            const name = encoders[0]?.name ?? (await readChosenName(context));
            const planned = await planSync(connection, statements, {
                encoder: name,
                channel: options.channel,
                limit: options.limit,
                force: options.force === true || options.mode === "full",
                signal,
            });
            const plan = { ...planned, surplus };
            printPlan(context, plan, site.noun);
            context.output.field("Encoder", name);
            const isIdle = plan.due.length + plan.surplus.length === 0;
            if (!isIdle && !options.dryRun) await confirmRemote(context, connection.target, options.yes);
            const done: SyncProgress = { embedded: 0, removed: 0, refused: [] };
            if (!isIdle && !options.dryRun) {
                if (plan.due.length >= worthTwo && availableParallelism() > 1)
                    encoders.push(await openChosenEncoder(context));
                await run(context, connection, statements, plan, encoders, done);
            }
            for (const [id, reason] of done.refused)
                context.output.warn(`${id}: the encoder refuses its text (${reason})`);
            conclude(context, connection, describe(plan, done, site.noun, options.dryRun ?? false), {
                database: connection.target.label,
                dryRun: options.dryRun ?? false,
                model: name,
                ...{ texts: plan.texts, due: plan.due.length, changed: plan.changed, otherModel: plan.otherModel },
                ...{ surplus: plan.surplus.length, later: plan.later, empty: plan.empty, ...done },
            });
            return done.refused.length > 0 ? exitCodes.failed : exitCodes.done;
        } finally {
            for (const encoder of encoders) await encoder.close();
        }
    });
}

function printPlan(
    { output }: Context,
    { due, missing, changed, otherModel, forced, surplus, later, empty }: SyncPlan & SyncWork,
    noun: string,
): void {
    const total = due.length + later;
    const reasons = {
        "without a vector": missing,
        changed,
        "with a vector of another encoder": otherModel,
        unchanged: forced,
    };
    const why = Object.entries(reasons).flatMap(([reason, count]) =>
        count === 0 ? [] : [`${count.toLocaleString("en-US")} ${reason}`],
    );
    if (total > 0) output.field("To embed", `${countOf(total, noun)}: ${why.join(", ")}`);
    if (surplus.length > 0) output.field("To remove", countOf(surplus.length, "vector"));
    if (empty > 0) output.field("Left out", `${countOf(empty, noun)} without text`);
}

async function run(
    context: Context,
    connection: Connection,
    statements: SearchStatements,
    plan: SyncPlan & SyncWork,
    encoders: readonly Encoder[],
    done: SyncProgress,
): Promise<void> {
    const { output, signal } = context;
    const { progress, end } = await createProgress(output);
    const report = (): void => progress("vectors", done.embedded, plan.due.length);
    report();
    try {
        await runSync(connection, statements, plan, encoders, { signal, done, report });
    } catch (error) {
        const outcome = describeDone(done);
        if (error instanceof DatabaseFault) throw explainFault(error, connection.target).withOutcome(outcome);
        if (error instanceof AppError) throw error.withOutcome(outcome);
        if (signal.aborted) throw new AppError("interrupted", "interrupted", { outcome });
        throw error;
    } finally {
        end();
    }
}

function describeDone({ embedded, removed }: SyncProgress): string {
    const kept =
        embedded + removed === 0
            ? "Nothing was written."
            : `${countOf(embedded, "vector")} written, ${removed} removed.`;
    return `${kept} Run the same command again to continue.`;
}

function describe(
    { due, surplus, texts, later }: SyncPlan & SyncWork,
    { embedded, removed }: SyncProgress,
    noun: string,
    isDryRun: boolean,
): string {
    const left = later === 0 ? "" : ` ${countOf(later, noun)} left for later.`;
    if (isDryRun)
        return `Dry run: would embed ${countOf(due.length, noun)} and remove ${countOf(surplus.length, "vector")}.${left}`;
    if (due.length + surplus.length === 0) return `Nothing to do: ${countOf(texts, noun)} checked.${left}`;
    return `Embedded ${countOf(embedded, noun)}, removed ${countOf(removed, "vector")}.${left}`;
}
