import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseFault } from "../database/faults.ts";
import { type Effect, UnmetAssertion } from "./effects.ts";
import { LeaseLost, type Queue, type Returned } from "./queue.ts";
import type { Claim } from "./site.ts";

/** What a job comes to. */
export type WorkOutcome =
    | { readonly kind: "complete"; readonly result: object; readonly effects?: readonly Effect[] }
    /** Another attempt may succeed. */
    | { readonly kind: "retry"; readonly error: string }
    /** Another attempt would fail, too. */
    | { readonly kind: "bury"; readonly error: string }
    /** Nothing was attempted; the job is due again after so many seconds. `stop` claims no other. */
    | { readonly kind: "snooze"; readonly pause: number; readonly reason: string; readonly stop?: boolean };

/** Does a job; `signal` is aborted when the lease is lost or the time to stop has run out. */
export type Work = (claim: Claim, signal: AbortSignal) => Promise<WorkOutcome>;

export interface WorkerOptions {
    readonly bot: string;
    /** Unlike that of any other process; each slot adds its number. */
    readonly name: string;
    /** Keeps to jobs of these actions. */
    readonly actions?: readonly string[] | undefined;
    readonly limit?: number | undefined;
    /** How many jobs at once; 1 otherwise. */
    readonly concurrency?: number | undefined;
    /** Waits for further jobs instead of ending when none is due. */
    readonly watch?: boolean | undefined;
    /** Of the queue, in seconds. */
    readonly lease: number;
    /** Stops claiming; `patience` seconds later the work is aborted and its jobs are released. */
    readonly signal: AbortSignal;
    readonly patience?: number | undefined;
    /** How many milliseconds to wait before the next claim. */
    readonly rest?: () => number;
    readonly report?: (event: WorkerEvent) => void;
}

/** The end of a job. */
export interface WorkerEvent {
    readonly claim: Claim;
    readonly state: "completed" | "retried" | "failed" | "snoozed" | "lost";
    readonly message: string | undefined;
}

export interface WorkerSummary extends Record<WorkerEvent["state"], number> {
    readonly claimed: number;
    /** How many leases of other workers had ended. */
    readonly reaped: number;
}

/** How many seconds work may go on after the signal to stop. */
export const usualPatience = 25;
/** In seconds. */
const pauseAfterUnmet = 5;
/** Claims between two looks for leases that have ended, and milliseconds. */
const reapAfter = { claims: 20, time: 30_000 };
/** Between two looks at how long to rest, in milliseconds. */
const longestRest = 60_000;
const idle = { shortest: 1_000, longest: 30_000 };

/**
 * Claims and does jobs until none is due, the limit is reached, or the signal says to stop. A job whose work throws is retried.
 *
 * @throws DatabaseFault where the database cannot be reached; the leases end by themselves
 */
export async function runWorker(queue: Queue, work: Work, options: WorkerOptions): Promise<WorkerSummary> {
    const { bot, name, actions, limit = Number.POSITIVE_INFINITY, concurrency = 1, watch = false, signal } = options;
    const counts = { claimed: 0, reaped: 0, completed: 0, retried: 0, failed: 0, snoozed: 0, lost: 0 };
    const giveUp = abortLater(signal, (options.patience ?? usualPatience) * 1_000);
    const ending = new AbortController();
    const stop = AbortSignal.any([signal, ending.signal]);
    let last = { claims: 0, time: performance.now() };
    const reap = async (): Promise<void> => {
        last = { claims: counts.claimed, time: performance.now() };
        counts.reaped += await queue.reap();
    };
    const runSlot = async (worker: string): Promise<void> => {
        for (let pause = idle.shortest; !stop.aborted && counts.claimed < limit; ) {
            if (counts.claimed - last.claims >= reapAfter.claims || performance.now() - last.time >= reapAfter.time)
                await reap();
            const rest = options.rest?.() ?? 0;
            if (rest > 0) {
                await sleep(Math.min(rest, longestRest), undefined, { signal: stop }).catch(() => undefined);
                continue;
            }
            counts.claimed++;
            const claim = await queue.claim(bot, worker, actions);
            if (claim) {
                pause = idle.shortest;
                const [event, isLast] = await doJob(queue, claim, work, options.lease, giveUp.signal);
                counts[event.state]++;
                options.report?.(event);
                if (isLast) ending.abort();
                continue;
            }
            counts.claimed--;
            if (!watch) return;
            await sleep(pause, undefined, { signal: stop }).catch(() => undefined);
            pause = Math.min(pause * 2, idle.longest);
        }
    };
    try {
        await reap();
        const slots = Array.from({ length: concurrency }, async (_, at) => {
            try {
                await runSlot(`${name}/${at + 1}`);
            } catch (error) {
                ending.abort();
                throw error;
            }
        });
        // Another slot finishes its job before the caller closes the connection.
        await Promise.allSettled(slots);
        await Promise.all(slots);
        return counts;
    } finally {
        giveUp.clear();
    }
}

async function doJob(
    queue: Queue,
    claim: Claim,
    work: Work,
    lease: number,
    giveUp: AbortSignal,
): Promise<[event: WorkerEvent, isLast: boolean]> {
    const held = new AbortController();
    const beat = setInterval(
        () => {
            queue.extend(claim).catch((error: unknown) => {
                if (error instanceof LeaseLost) held.abort(error);
            });
        },
        (lease * 1_000) / 3,
    );
    try {
        const signal = AbortSignal.any([held.signal, giveUp]);
        const outcome = await work(claim, signal).catch((error: unknown) => explainFailure(error, signal));
        const event = await settle(queue, claim, outcome);
        return [event, outcome.kind === "snooze" && outcome.stop === true];
    } catch (error) {
        if (!(error instanceof LeaseLost)) throw error;
        return [{ claim, state: "lost", message: error.message }, false];
    } finally {
        clearInterval(beat);
    }
}

function explainFailure(error: unknown, signal: AbortSignal): WorkOutcome {
    if (signal.aborted) {
        if (signal.reason instanceof LeaseLost) throw signal.reason;
        return { kind: "snooze", pause: 0, reason: "the worker was stopped", stop: true };
    }
    // A database that cannot be reached is no fault of the job.
    if (error instanceof DatabaseFault && !error.isOfStatement) throw error;
    return { kind: "retry", error: error instanceof Error ? error.message : String(error) };
}

async function settle(queue: Queue, claim: Claim, outcome: WorkOutcome): Promise<WorkerEvent> {
    const toEvent = ({ status, runAfter }: Returned, message: string): WorkerEvent =>
        status === "failed"
            ? { claim, state: "failed", message }
            : { claim, state: "retried", message: `${message}; due again at ${runAfter}` };
    const toSnoozed = ({ status }: Returned, message: string): WorkerEvent => ({
        ...{ claim, message },
        state: status === "failed" ? "failed" : "snoozed",
    });
    switch (outcome.kind) {
        case "complete":
            try {
                await queue.complete(claim, outcome.result, outcome.effects);
                return { claim, state: "completed", message: undefined };
            } catch (error) {
                if (error instanceof UnmetAssertion) {
                    // Another writer was faster: the work is done again on what is there now. With a pause, because an assertion
                    // that never holds would otherwise be tried without end; after a day of that each attempt counts.
                    return toSnoozed(await queue.snooze(claim, pauseAfterUnmet, error.message), error.message);
                }
                if (!(error instanceof DatabaseFault) || !error.isOfStatement) throw error;
                return toEvent(await queue.retry(claim, error.message), error.message);
            }
        case "retry":
            return toEvent(await queue.retry(claim, outcome.error), outcome.error);
        case "bury":
            await queue.bury(claim, outcome.error);
            return { claim, state: "failed", message: outcome.error };
        case "snooze":
            return toSnoozed(await queue.snooze(claim, outcome.pause, outcome.reason), outcome.reason);
    }
}

function abortLater(signal: AbortSignal, patience: number): { signal: AbortSignal; clear: () => void } {
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const start = (): void => {
        timer = setTimeout(() => controller.abort(new Error("the worker was stopped")), patience);
    };
    if (signal.aborted) start();
    else signal.addEventListener("abort", start, { once: true });
    const clear = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", start);
    };
    return { signal: controller.signal, clear };
}
