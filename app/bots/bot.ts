import { setTimeout as sleep } from "node:timers/promises";
import { confirmRemote } from "../../src/cli/confirm.ts";
import { openExisting, refuseUndeployed, withConnection } from "../../src/cli/open.ts";
import type { Context } from "../../src/cli/program.ts";
import { conclude } from "../../src/cli/report.ts";
import { AppError, type ExitCode, exitCodes } from "../../src/errors.ts";
import { ModelFault } from "../../src/model/fault.ts";
import type { Model } from "../../src/model/model.ts";
import { usualPatience } from "../../src/queue/worker.ts";
import { finishRun, type Run, startRun } from "./runs.ts";
import { type BotStore, openStore } from "./store.ts";

/** What a bot works with, once its run has begun. */
export interface Bot {
    /** `signal` is aborted by Ctrl-C and SIGTERM: stop beginning anything. The connection lasts a while longer. */
    readonly context: Context;
    readonly store: BotStore;
    /** Aborted 25 seconds after that: end what is at hand. */
    readonly patience: AbortSignal;
    readonly run: Run;
    /** Undefined where none is configured. */
    readonly model: Model | undefined;
}

/** What came of a run. */
export interface BotResult {
    /** The last line: `Created 2 questions, 1 is a duplicate.` */
    readonly verdict: string;
    /** For bot_runs.summary and the JSON document. */
    readonly summary?: Readonly<Record<string, unknown>>;
    /** Only for the JSON document. */
    readonly details?: Readonly<Record<string, unknown>>;
    /** Versions of the prompts that were sent, by name. */
    readonly prompts?: Readonly<Record<string, number>>;
    /** The run is recorded as failed. */
    readonly isFailed?: boolean;
    readonly exitCode?: ExitCode;
}

export interface BotStart {
    readonly model: Model | undefined;
    readonly yes?: boolean | undefined;
    /** Reads and prints what a person has to know before the question whether to go on. */
    readonly before?: (store: BotStore) => Promise<void>;
}

/** How a run ended early, for its last line. @param stopped the message of the fault that ended it */
export function describeStop({ signal }: Context, stopped: string | undefined): string {
    if (stopped !== undefined) return ` Stopped: ${stopped}.`;
    return signal.aborted ? " Stopped on request." : "";
}

/** How long the connection outlives the signal to stop, in seconds: longer than the patience of a worker. */
const grace = 28;

/**
 * Runs a bot on the database that the settings name: asks before a remote write, records the run, its end and its cost,
 * whatever happens, and prints the verdict.
 */
export async function runBot(
    context: Context,
    bot: string,
    { model, yes = false, before }: BotStart,
    body: (bot: Bot) => Promise<BotResult>,
): Promise<ExitCode> {
    const [patience, ending] = [new AbortController(), new AbortController()];
    const later = (): void => {
        void sleep(usualPatience * 1_000, undefined, { ref: false }).then(() => patience.abort());
        void sleep(grace * 1_000, undefined, { ref: false }).then(() => ending.abort());
    };
    if (context.signal.aborted) later();
    else context.signal.addEventListener("abort", later, { once: true });
    const connection = await openExisting({ ...context, signal: ending.signal }, "write");
    return withConnection(connection, async () => {
        await refuseUndeployed(context, connection, "work_queue");
        const store = await openStore(context.root, connection, { random: Math.random, signal: ending.signal });
        await before?.(store);
        await confirmRemote(context, connection.target, yes);
        const run = await startRun(store, bot);
        const cost = (): object => (model ? { llm: { model: model.name, ...model.spend() } } : {});
        try {
            const result = await body({ context, store, run, model, patience: patience.signal });
            const status = result.isFailed ? "failed" : "completed";
            const summary = {
                ...{ message: context.output.redact(result.verdict), ...result.summary, ...cost() },
                ...(result.prompts ? { prompts: result.prompts } : {}),
            };
            await finishRun(store, run, status, summary);
            const document = { bot, run: run.id, status, ...summary, ...result.details };
            conclude(context, connection, result.verdict, document);
            return result.exitCode ?? (result.isFailed ? exitCodes.failed : exitCodes.done);
        } catch (error) {
            const isStopped = patience.signal.aborted;
            const message = isStopped ? "stopped" : error instanceof Error ? error.message : String(error);
            // The first error is the one to tell.
            await finishRun(store, run, "failed", { message: context.output.redact(message), ...cost() }).catch(
                () => undefined,
            );
            if (isStopped) {
                throw new AppError("interrupted", "interrupted", {
                    outcome: `What was printed above was done. Run ${run.id} is closed.`,
                    cause: error,
                });
            }
            throw error instanceof ModelFault ? error.explain() : error;
        }
    });
}
