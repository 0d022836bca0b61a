import { openForWriting, refuseUndeployed, withConnection } from "../../src/cli/open.ts";
import type { Context } from "../../src/cli/program.ts";
import { conclude, countOf } from "../../src/cli/report.ts";
import { type ExitCode, exitCodes } from "../../src/errors.ts";
import { queueSite } from "../queue.ts";
import { type BotStore, openStore } from "./store.ts";

function findBot(action: string): string | undefined {
    return queueSite.takers[action] ?? queueSite.takers.other;
}

/**
 * A dry run: lists the jobs that a bot would claim, and what it would do besides. Records no run and writes nothing.
 *
 * @param options.describe says what a job would come to, by its action
 * @param more lists items that are worked on without a job, as cells of a line each; `left` is how many
 */
export async function previewBot(
    context: Context,
    bot: string,
    options: { readonly limit?: number | undefined; readonly describe?: (action: string) => string },
    more: (store: BotStore, left: number) => Promise<readonly (readonly string[])[]> = async () => [],
): Promise<ExitCode> {
    const { connection } = await openForWriting(context, { dryRun: true });
    return withConnection(connection, async () => {
        await refuseUndeployed(context, connection, "work_queue");
        const store = await openStore(context.root, connection, { random: Math.random, signal: context.signal });
        const limit = options.limit ?? Number.MAX_SAFE_INTEGER;
        const waiting = await store.queue.list("pending", { limit: Number.MAX_SAFE_INTEGER });
        // A run assigns jobs without a bot before it claims any.
        const own = waiting.filter(({ assigned_to, action }) => (assigned_to ?? findBot(String(action))) === bot);
        const jobs = own.slice(0, limit).map((row) => {
            const action = String(row.action);
            const told = options.describe?.(action) ?? "would be done";
            return [`job ${row.id}`, String(row.item_id), action, `${told}, due ${row.run_after}`];
        });
        const items = await more(store, limit - jobs.length);
        context.output.table([...jobs, ...items]);
        const verdict = `Dry run: ${countOf(jobs.length, "job")}, ${countOf(items.length, "other item")}. Nothing was changed.`;
        conclude(context, connection, verdict, { bot, dryRun: true, jobs, items });
        return exitCodes.done;
    });
}
