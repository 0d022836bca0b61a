import { fileURLToPath } from "node:url";
import { readChosenModel } from "../../../src/cli/bots/model.ts";
import { openExisting, withConnection } from "../../../src/cli/open.ts";
import type { Context } from "../../../src/cli/program.ts";
import { countOf, listCounts } from "../../../src/cli/report.ts";
import { AppError, type ExitCode, exitCodes } from "../../../src/errors.ts";
import { ModelFault } from "../../../src/model/fault.ts";
import { type Model, openModel } from "../../../src/model/model.ts";
import { type Prompt, readPrompt } from "../../../src/model/prompts.ts";
import { questionAnswer } from "../answers/answers.ts";
import { promptsFolder, renderQuestionRequest } from "../answers/requests.ts";
import { type Bot, type BotResult, describeStop, runBot } from "../bot.ts";
import { fixFormat } from "../rules/format.ts";
import { type BotStore, openStore } from "../store.ts";
import { readCandidates } from "./candidates.ts";
import { type Choice, chooseQuestion, type Wanted } from "./choosing.ts";
import { companies } from "./companies.ts";
import { describeRequest } from "./describing.ts";
import { openJudge, openSaver, type Saver, type SaverOptions, type Verdict } from "./saver.ts";
import type { NewQuestion } from "./saving.ts";

export interface QuestionOptions extends Choice, SaverOptions {
    readonly count?: number | undefined;
    /** A file of questions that a person wrote, instead of a model. */
    readonly from?: string | undefined;
    /** Say what would be asked for or saved, and write nothing. */
    readonly dryRun?: boolean | undefined;
    readonly printPrompt?: boolean | undefined;
    readonly yes?: boolean | undefined;
}

export const mostQuestions = 20;

/** bot:question, bot:creator, and the questions of bot:unified: writes new questions, or takes those of a file. */
export async function writeQuestions(context: Context, bot: string, options: QuestionOptions): Promise<ExitCode> {
    const { count = 1, from } = options;
    if (count < 1 || count > mostQuestions) throw new AppError("usage", `--count must be 1 to ${mostQuestions}`);
    const given = from === undefined ? undefined : await readCandidates(from);
    if (given?.length === 0) throw new AppError("usage", `${from} has no question`);
    if (options.printPrompt || (options.dryRun && !given)) {
        return describeRequest(context, options, "question", async (store) => {
            const wanted = await chooseQuestion(store, options);
            const user = renderQuestionRequest({ ...wanted, companies: [...companies] });
            return {
                user,
                what: `${countOf(count, "question")} in ${wanted.channel}; the first one ${wanted.difficulty}`,
            };
        });
    }
    const settings = given ? undefined : await readChosenModel(context);
    if (!given && !settings) refuseWithoutModel("`--from <file>` saves questions that you wrote");
    if (options.dryRun && given) return describeQuestions(context, options, given);
    const model = settings && openModel(settings);
    const before = async (store: BotStore): Promise<void> => {
        if (!given) await chooseQuestion(store, options);
    };
    return runBot(context, bot, { model, yes: options.yes, before }, async (bot) => {
        const origin = model ? { model: model.name } : { from };
        const saver = await openSaver(bot, options, origin);
        try {
            return await (model
                ? askForQuestions(bot, saver, model, options, count)
                : saveGiven(bot, saver, options, given ?? []));
        } finally {
            await saver.close();
        }
    });
}

/** Refuses a command that only a model can carry out. Nothing was written, not even a run. @param instead what works */
export function refuseWithoutModel(instead?: string): never {
    throw new AppError("usage", "No model is configured: set LLM_BASE_URL and LLM_MODEL", {
        hint: `docs/reference/models.md says how; ${instead === undefined ? "" : `${instead}, and `}bot:verifier, bot:processor, bot:sessions and bot:reconcile work by rules alone`,
        outcome: "Nothing was written.",
    });
}

async function askForQuestions(
    bot: Bot,
    saver: Saver,
    model: Model,
    options: QuestionOptions,
    count: number,
): Promise<BotResult> {
    const { context, store } = bot;
    const prompt = await readPrompt(fileURLToPath(promptsFolder), "question");
    const verdicts: Verdict[] = [];
    let stopped: string | undefined;
    for (let n = 0; n < count && !context.signal.aborted && stopped === undefined; n++) {
        const wanted = await chooseQuestion(store, options);
        try {
            const answer = await ask(model, prompt, wanted, bot.patience);
            const { droppedDiagram, ...content } = answer;
            if (droppedDiagram) context.output.note("The diagram of the answer is no Mermaid source and was left out.");
            verdicts.push(
                await saver.save(
                    { ...content, channel: wanted.channel },
                    wanted.subChannels,
                    `question ${prompt.version}`,
                ),
            );
        } catch (error) {
            if (!(error instanceof ModelFault)) throw error;
            const isLast = isLastFault(error);
            if (isLast && verdicts.length === 0) throw error;
            verdicts.push({ state: "failed", line: `Failed:    ${error.message}` });
            context.output.line(`Failed:    ${error.message}`);
            if (isLast) stopped = error.message;
        }
    }
    return summarize(context, verdicts, count, stopped, { question: prompt.version });
}

function ask(model: Model, prompt: Prompt, wanted: Wanted, signal: AbortSignal) {
    const user = renderQuestionRequest({ ...wanted, companies: [...companies] });
    return model.ask({ schema: questionAnswer, name: "question", system: prompt.text, user, signal });
}

async function saveGiven(
    bot: Bot,
    saver: Saver,
    options: QuestionOptions,
    given: readonly NewQuestion[],
): Promise<BotResult> {
    const verdicts: Verdict[] = [];
    for (const content of given) {
        if (bot.context.signal.aborted) break;
        try {
            const choice = { ...options, channel: content.channel, difficulty: undefined };
            const wanted = await chooseQuestion(bot.store, choice);
            verdicts.push(await saver.save(content, wanted.subChannels));
        } catch (error) {
            if (!(error instanceof AppError) || error.code !== "usage") throw error;
            const line = `Rejected:  ${error.message}${error.hint ? ` (${error.hint})` : ""}: ${content.question}`;
            bot.context.output.line(line);
            verdicts.push({ state: "rejected", line });
        }
    }
    return summarize(bot.context, verdicts, given.length, undefined);
}

/** Whether no further question of the run would be answered, or not soon. */
export function isLastFault({ code, endsRun, wait }: ModelFault): boolean {
    return endsRun || wait !== undefined || code === "unreachable" || code === "timed-out";
}

function summarize(
    context: Context,
    verdicts: readonly Verdict[],
    asked: number,
    stopped: string | undefined,
    prompts?: Readonly<Record<string, number>>,
): BotResult {
    const count = (state: Verdict["state"]): number => verdicts.filter((verdict) => verdict.state === state).length;
    const created = count("created") + count("review");
    const others = listCounts(
        [count("duplicate"), "duplicate"],
        [count("rejected"), "rejected", "rejected"],
        [count("failed"), "failure"],
        [count("review"), "flagged for review", "flagged for review"],
    );
    const end = describeStop(context, stopped);
    return {
        verdict: `Created ${created} of ${countOf(asked, "question")}${others === "" ? "" : ` (${others})`}.${end}`,
        summary: {
            asked,
            created,
            duplicates: count("duplicate"),
            rejected: count("rejected"),
            failed: count("failed"),
        },
        ...(prompts ? { prompts } : {}),
        isFailed: created === 0,
    };
}

async function describeQuestions(
    context: Context,
    options: QuestionOptions,
    given: readonly NewQuestion[],
): Promise<ExitCode> {
    const connection = await openExisting(context, "read");
    await withConnection(connection, async () => {
        const store = await openStore(context.root, connection, { random: Math.random, signal: context.signal });
        const { judge, close } = await openJudge(context, store, { ...options, isDryRun: true });
        for (const content of given) {
            const wanted = await chooseQuestion(store, { ...options, channel: content.channel, difficulty: undefined });
            const judged = await judge(fixFormat(content), wanted.subChannels);
            context.output.line(judged.state === "new" ? `Would create: ${content.question}` : judged.line);
        }
        await close();
        context.output.line("Nothing was written, and no model was asked.");
        context.output.document({ database: connection.target.label, dryRun: true });
    });
    return exitCodes.done;
}
