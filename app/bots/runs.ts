import { assertChanged, type Effect, UnmetAssertion } from "../../src/queue/effects.ts";
import { usualTimes } from "../../src/queue/queue.ts";
import type { BotStore } from "./store.ts";

/** One run of one bot: its row in bot_runs, whose counters change in the transactions that do what they count. */
export interface Run {
    readonly id: number;
    readonly bot: string;
    /** How many items it has processed outside of jobs, as its row says. */
    processed: number;
}

/** What one transaction did to items. */
export interface Done {
    readonly processed?: number;
    readonly created?: number;
    readonly updated?: number;
    readonly deleted?: number;
}

const isNew = "this was not carried out before";

/** Begins a run, and ends those of the same bot whose processes were killed. */
export async function startRun({ sql, write }: BotStore, bot: string): Promise<Run> {
    const [, rows] = await write([sql("endLostRuns", { bot, lease: usualTimes.lease }), sql("startRun", { bot })]);
    return { id: Number(rows?.[0]?.id), bot, processed: 0 };
}

/** Counts in the transaction that completes a job, which is carried out once. */
export function countInJob({ sql }: BotStore, { id }: Run, done: Done): readonly Effect[] {
    return [sql("countRun", { run_id: id, before: null, processed: 1, created: 0, updated: 0, deleted: 0, ...done })];
}

/**
 * Writes in one transaction and request, outside of jobs, and counts it in the run. When its answer is lost and it is sent again,
 * the second one changes nothing: only this process counts in this run. Only one may be on its way.
 *
 * @throws UnmetAssertion where one of the effects asserts what does not hold; nothing was written then
 */
export async function writeOnce(store: BotStore, run: Run, done: Done, effects: readonly Effect[]): Promise<void> {
    const counts = { processed: 1, created: 0, updated: 0, deleted: 0, ...done };
    const counting = store.sql("countRun", { run_id: run.id, before: run.processed, ...counts });
    try {
        await store.write([counting, assertChanged(isNew), ...effects]);
    } catch (error) {
        if (!(error instanceof UnmetAssertion) || error.assertion !== isNew) throw error;
    }
    run.processed += counts.processed;
}

/** Ends a run; the counters of its row are as they are. */
export async function finishRun(
    { sql, write }: BotStore,
    { id }: Run,
    status: "completed" | "failed",
    summary: { readonly message: string } & Readonly<Record<string, unknown>>,
): Promise<void> {
    await write([sql("finishRun", { run_id: id, status, summary: JSON.stringify(summary) })]);
}
