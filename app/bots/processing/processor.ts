import { fileURLToPath } from "node:url";
import { noModel, readChosenModel } from "../../../src/cli/bots/model.ts";
import type { Context } from "../../../src/cli/program.ts";
import { countOf } from "../../../src/cli/report.ts";
import { type ExitCode, exitCodes } from "../../../src/errors.ts";
import { openModel } from "../../../src/model/model.ts";
import { readPrompt } from "../../../src/model/prompts.ts";
import { promptsFolder } from "../answers/requests.ts";
import { runBot } from "../bot.ts";
import { previewBot } from "../preview.ts";
import { knownActions, needsModel } from "../rules/issues.ts";
import type { BotStore } from "../store.ts";
import { type BotOptions, completeOptions } from "../worker-options.ts";
import { describeEnd, describeJobs, doJobs } from "../working.ts";
import { workOnJobs } from "./correcting.ts";

/** bot:processor: does the jobs of its queue; without a model, those that need none. */
export async function processJobs(context: Context, given: BotOptions): Promise<ExitCode> {
    const options = await completeOptions(context, given);
    const settings = await readChosenModel(context);
    const model = settings && openModel(settings);
    if (model === undefined) context.output.note(`${noModel} Only jobs that need none are done.`);
    if (options.dryRun) {
        const describe = (action: string): string => {
            if (!needsModel(action)) return "would be done by rules";
            return model === undefined ? "needs a model" : "would be done by the model";
        };
        return previewBot(context, "processor", { limit: options.limit, describe });
    }
    const prompt = await readPrompt(fileURLToPath(promptsFolder), "processor");
    return runBot(context, "processor", { model, yes: options.yes }, async (bot) => {
        const actions = model === undefined ? await listWithoutModel(bot.store) : undefined;
        const done = await doJobs(bot, workOnJobs(bot, prompt), { ...options, actions });
        const { said, summary } = describeEnd(done.fault, context.signal.aborted);
        const waiting = model === undefined ? await countForModel(bot.store) : 0;
        const needs = waiting === 0 ? "" : ` ${countOf(waiting, "job needs", "jobs need")} a model.`;
        const { jobs, fault: _, ...counts } = done;
        return {
            verdict: `${describeJobs(done)}${needs}${said}`,
            summary: { jobs: counts, needModel: waiting, ...summary },
            details: { jobs },
            ...(model ? { prompts: { processor: prompt.version } } : {}),
            exitCode: waiting === 0 ? exitCodes.done : exitCodes.pending,
        };
    });
}

/** The actions that need no model: the known ones, and unknown ones of waiting jobs, which then fail with their names. */
async function listWithoutModel(store: BotStore): Promise<readonly string[]> {
    // Only jobs that are assigned are found.
    await store.queue.reap();
    const waiting = (await readWaiting(store)).map(({ action }) => action);
    return [...new Set([...knownActions, ...waiting])].filter((action) => !needsModel(action));
}

async function countForModel(store: BotStore): Promise<number> {
    const waiting = await readWaiting(store);
    return waiting.filter(({ action }) => needsModel(action)).reduce((sum, { items }) => sum + items, 0);
}

async function readWaiting({ sql, read }: BotStore): Promise<{ action: string; items: number }[]> {
    const [rows = []] = await read([sql("waiting", { bot: "processor" })]);
    return rows.map(({ action, items }) => ({ action: String(action), items: Number(items) }));
}
