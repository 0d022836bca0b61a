import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { countOf, listCounts } from "../../src/cli/report.ts";
import { ModelFault } from "../../src/model/fault.ts";
import type { Model } from "../../src/model/model.ts";
import type { Prompt } from "../../src/model/prompts.ts";
import { usualTimes } from "../../src/queue/queue.ts";
import type { Claim, JobRequest } from "../../src/queue/site.ts";
import { runWorker, type WorkerEvent, type WorkerSummary, type WorkOutcome } from "../../src/queue/worker.ts";
import type { Bot, BotResult } from "./bot.ts";
import { countInJob } from "./runs.ts";

/** How a bot does the jobs of its queue. */
export interface WorkingOptions {
    readonly limit?: number | undefined;
    readonly concurrency: number;
    readonly watch?: boolean | undefined;
    /** Keeps to jobs of these actions. */
    readonly actions?: readonly string[] | undefined;
    /** How many seconds a job may go on after the signal to stop; 25 otherwise. */
    readonly patience?: number | undefined;
}

/** What a job comes to, with a sentence on what was done. */
export type JobOutcome = WorkOutcome & { readonly said?: string };

/** Does a job; the model counts what this job costs. */
export type JobWork = (claim: Claim, model: Model | undefined, signal: AbortSignal) => Promise<JobOutcome>;

/** A job that has ended, as it is printed. */
export interface JobLine {
    readonly job: number;
    readonly item: string;
    readonly action: string;
    readonly state: WorkerEvent["state"];
    readonly message: string;
}

export interface JobsDone extends WorkerSummary {
    readonly jobs: readonly JobLine[];
    /** The fault of the model that ended the run. */
    readonly fault: ModelFault | undefined;
}

/** In characters; the JSON document has it all. */
const longestLine = 300;

/** Does the jobs of a bot's queue, and prints a line for each. Every job that completes must count in the run. */
export async function doJobs(bot: Bot, work: JobWork, options: WorkingOptions): Promise<JobsDone> {
    const { context, store, run, model } = bot;
    const said = new Map<number, string>();
    const jobs: JobLine[] = [];
    let fault: ModelFault | undefined;
    let restUntil = 0;
    const attempt = async (claim: Claim, signal: AbortSignal): Promise<WorkOutcome> => {
        try {
            const outcome = await work(claim, model?.share(), signal);
            if (outcome.said !== undefined) said.set(claim.id, outcome.said);
            return outcome;
        } catch (error) {
            if (!(error instanceof ModelFault) || signal.aborted) throw error;
            if (error.wait !== undefined) restUntil = performance.now() + error.wait;
            if (error.endsRun || error.wait !== undefined) fault ??= error;
            return settleFault(error, options.watch ?? false);
        }
    };
    const summary = await runWorker(store.queue, attempt, {
        ...options,
        bot: run.bot,
        name: `${run.bot}@${hostname()}/${process.pid}-${randomUUID().slice(0, 4)}`,
        lease: usualTimes.lease,
        signal: context.signal,
        // The other jobs need the same server.
        rest: () => restUntil - performance.now(),
        report: ({ claim, state, message }) => {
            const line = {
                ...{ job: claim.id, item: claim.itemId, action: claim.action, state },
                message: message ?? said.get(claim.id) ?? "",
            };
            jobs.push(line);
            printLine(bot, [`job ${line.job}`, line.item, line.action, state, line.message]);
        },
    });
    // The counter of the run's row has counted them already.
    run.processed += summary.completed;
    return { ...summary, jobs, fault };
}

/** `Did 3 jobs, 1 failed.` */
export function describeJobs({ completed, retried, failed, snoozed, lost }: JobsDone): string {
    const others = listCounts(
        [retried, "to be tried again", "to be tried again"],
        [failed, "failed", "failed"],
        [snoozed, "given back", "given back"],
        [lost, "lost to another worker", "lost to another worker"],
    );
    return `Did ${countOf(completed, "job")}${others === "" ? "" : `, ${others}`}.`;
}

/** Prints what became of an item on one line: words of the database without their control characters. */
export function printLine({ context }: Pick<Bot, "context">, cells: readonly string[]): void {
    const line = cells
        .map((cell) =>
            context.output
                .redact(cell)
                .replace(/[\s\p{Cc}]+/gu, " ")
                .trim(),
        )
        .join("  ");
    context.output.line(line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line);
}

function settleFault(fault: ModelFault, watch: boolean): WorkOutcome {
    const reason = `${fault.code}: ${fault.message}`;
    if (fault.endsRun) return { kind: "snooze", pause: 0, reason, stop: true };
    if (fault.isPermanent) return { kind: "bury", error: reason };
    if (fault.wait !== undefined) return { kind: "snooze", pause: fault.wait / 1_000, reason, stop: !watch };
    return { kind: "retry", error: reason };
}

/** Completes a job that another bot has to do, or this one later under another action: it is queued as such. */
export function passOn(
    { store, run }: Bot,
    claim: Claim,
    action = claim.action,
    said = "queued for the bot that does this",
): JobOutcome {
    const job: JobRequest = {
        ...{ itemType: claim.itemType, itemId: claim.itemId, action, priority: claim.priority },
        ...{ createdBy: run.bot, ...(claim.reason === null ? {} : { reason: claim.reason }) },
    };
    return {
        kind: "complete",
        result: { changed: false, passedOn: true },
        effects: [...countInJob(store, run, {}), ...store.queue.renderEnqueue([job])],
        said,
    };
}

/** What a job or an item has cost, for its result: nothing without a model. */
export function describeSpend(model: Model | undefined, prompt: Prompt): Readonly<Record<string, unknown>> {
    return model ? { llm: { model: model.name, promptVersion: prompt.version, ...model.spend() } } : {};
}

/**
 * Says how a run ended that a model's fault ended early: in good order if the budget is spent or the server wants a pause.
 *
 * @throws ModelFault for any other
 */
export function describeEnd(
    fault: ModelFault | undefined,
    isStopped: boolean,
): Pick<BotResult, "summary"> & { said: string } {
    if (fault === undefined)
        return isStopped ? { said: " Stopped on request.", summary: { reason: "stopped" } } : { said: "" };
    if (fault.endsRun && fault.code !== "budget-spent") throw fault;
    const reason = fault.code === "budget-spent" ? "budget" : fault.code;
    return { said: ` Ended early: ${fault.message}.`, summary: { reason } };
}
