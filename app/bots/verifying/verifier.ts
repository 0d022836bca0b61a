import { fileURLToPath } from "node:url";
import { noModel, readChosenModel } from "../../../src/cli/bots/model.ts";
import type { Context } from "../../../src/cli/program.ts";
import { countOf, listCounts } from "../../../src/cli/report.ts";
import type { ExitCode } from "../../../src/errors.ts";
import { openModel } from "../../../src/model/model.ts";
import { type Prompt, readPrompt } from "../../../src/model/prompts.ts";
import { promptsFolder } from "../answers/requests.ts";
import { type Bot, type BotResult, runBot } from "../bot.ts";
import { readSurroundings } from "../duplicates/repeats.ts";
import { previewBot } from "../preview.ts";
import { countInJob } from "../runs.ts";
import { findStored } from "../stored.ts";
import { type BotOptions, completeOptions } from "../worker-options.ts";
import { describeEnd, describeJobs, describeSpend, doJobs, type JobsDone, type JobWork, passOn } from "../working.ts";
import { readDue, type Scanned, scanQuestions } from "./scanning.ts";
import { renderVerdict, verifyQuestion } from "./verifying.ts";

export interface VerifierOptions extends BotOptions {
    readonly channel?: string;
}

const usualLimit = 100;

/** bot:verifier: does the jobs of its queue, then verifies active questions that have not been verified lately. */
export async function verifyQuestions(context: Context, given: VerifierOptions): Promise<ExitCode> {
    const options = await completeOptions(context, given);
    const settings = await readChosenModel(context);
    const model = settings && openModel(settings);
    if (model === undefined) context.output.note(`${noModel} Questions are verified by rules only.`);
    const { channel, concurrency, watch, limit = watch ? undefined : usualLimit } = options;
    if (options.dryRun)
        return previewBot(context, "verifier", { limit }, async (store, left) =>
            (await readDue(store, { channel, limit: watch ? 0 : left, hasModel: model !== undefined })).map(
                ({ id, draft }) => [id, draft.channel, "would be verified"],
            ),
        );
    const prompt = await readPrompt(fileURLToPath(promptsFolder), "verifier");
    return runBot(context, "verifier", { model, yes: options.yes }, async (bot) => {
        const done = await doJobs(bot, workOn(bot, prompt), { ...options, limit });
        const left = watch || done.fault ? 0 : (limit ?? 0) - done.claimed;
        return report(bot, prompt, done, await scanQuestions(bot, prompt, { channel, concurrency, limit: left }));
    });
}

function workOn(bot: Bot, prompt: Prompt): JobWork {
    const { store, run } = bot;
    return async (claim, model, signal) => {
        const { action, itemType, itemId } = claim;
        if (action !== "verify") return passOn(bot, claim);
        if (itemType !== "question")
            return { kind: "bury", error: `only questions are verified, and ${itemId} is of the type '${itemType}'` };
        const stored = await findStored(store, itemId);
        if (!stored || stored.status === "deleted")
            return { kind: "bury", error: `the question ${itemId} ${stored ? "is deleted" : "does not exist"}` };
        const surroundings = await readSurroundings(store, [stored]);
        const verified = await verifyQuestion(stored, surroundings, { model, prompt }, signal);
        const { decision, score, issues, notes } = verified.verdict;
        const updated = decision === "flag" ? 1 : 0;
        return {
            kind: "complete",
            result: { verified: decision === "pass", decision, score, issues, ...describeSpend(model, prompt) },
            effects: [...countInJob(store, run, { updated }), ...renderVerdict(bot, verified)],
            said: `${words[decision]}${score === null ? "" : `, score ${score}`}: ${notes.join(" ") || "nothing found"}`,
        };
    };
}

function report(bot: Bot, prompt: Prompt, done: JobsDone, { counts, lines, fault }: Scanned): BotResult {
    const { said, summary } = describeEnd(done.fault ?? fault, bot.context.signal.aborted);
    const { jobs, fault: _, ...jobCounts } = done;
    const found = listCounts(
        ...(Object.keys(words) as (keyof typeof words)[]).map((name): [number, string, string] => [
            counts[name],
            words[name],
            words[name],
        ]),
    );
    const scanned = counts.pass + counts.queue + counts.flag + counts.keep;
    const how = bot.model === undefined ? " by rules only" : "";
    return {
        verdict: `${describeJobs(done)} Verified ${countOf(scanned, "question")}${how}${found === "" ? "" : `: ${found}`}.${said}`,
        summary: { jobs: jobCounts, questions: counts, ...summary },
        details: { jobs, questions: lines },
        ...(bot.model ? { prompts: { verifier: prompt.version } } : {}),
    };
}

const words = {
    ...{ pass: "passed", queue: "queued for the processor", flag: "flagged", keep: "still flagged" },
    ...{ unscored: "not scored", changed: "changed meanwhile" },
} as const;
