import { assertChanged, type Effect } from "../../src/queue/effects.ts";
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

/** Thrown by a transaction that was carried out before: its answer was lost, and it was sent again. */
export const isNew = "this was not carried out before";

/** Begins a run, and ends those of the same bot whose processes were killed. */
export async function startRun({ sql, write }: BotStore, bot: string): Promise<Run> {
    const [, rows] = await write([sql("endLostRuns", { bot, lease: usualTimes.lease }), sql("startRun", { bot })]);
    return { id: Number(rows?.[0]?.id), bot, processed: 0 };
}

/** Counts in the transaction that completes a job, which is carried out once. */
export function countInJob({ sql }: BotStore, { id }: Run, done: Done): readonly Effect[] {
    return [sql("countRun", { run_id: id, before: null, processed: 1, created: 0, updated: 0, deleted: 0, ...done })];
}

/** Counts in a transaction of its own, which then fails with `isNew` when it is sent again. Only one may be on its way. */
export function countOnce({ sql }: BotStore, { id, processed }: Run, done: Done): readonly Effect[] {
    const counts = { processed: 1, created: 0, updated: 0, deleted: 0, ...done };
    return [sql("countRun", { run_id: id, before: processed, ...counts }), assertChanged(isNew)];
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
