import { fileURLToPath } from "node:url";
import { readChosenModel } from "../../../src/cli/bots/model.ts";
import { openDatabase, openExisting, withConnection } from "../../../src/cli/open.ts";
import type { Context } from "../../../src/cli/program.ts";
import { countOf, listCounts } from "../../../src/cli/report.ts";
import { AppError, type ExitCode, exitCodes } from "../../../src/errors.ts";
import { ModelFault } from "../../../src/model/fault.ts";
import { type Model, openModel } from "../../../src/model/model.ts";
import { type Prompt, readPrompt } from "../../../src/model/prompts.ts";
import { questionAnswer } from "../answers/answers.ts";
import { promptsFolder, renderQuestionRequest } from "../answers/requests.ts";
import { type Bot, type BotResult, runBot } from "../bot.ts";
import { fixFormat } from "../rules/format.ts";
import { openStore } from "../store.ts";
import { readCandidates } from "./candidates.ts";
import { type Choice, chooseQuestion, type Wanted } from "./choosing.ts";
import { companies } from "./companies.ts";
import { openJudge, openSaver, type SaverOptions, type Verdict } from "./saver.ts";
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
    if (options.printPrompt) return printPrompt(context, options);
    const settings = given ? undefined : await readChosenModel(context);
    if (!given && !settings) refuseWithoutModel();
    if (options.dryRun) return describeQuestions(context, options, given);
    const model = settings && openModel(settings);
    return runBot(context, bot, { model, yes: options.yes }, async (bot) =>
        model ? askForQuestions(bot, model, options, count) : saveGiven(bot, options, given ?? []),
    );
}

/** Refuses a command that only a model can carry out. Nothing was written, not even a run. */
export function refuseWithoutModel(): never {
    throw new AppError("usage", "No model is configured: set LLM_BASE_URL and LLM_MODEL", {
        hint: "docs/reference/models.md says how; `--from <file>` saves questions that you wrote, and bot:verifier, bot:processor, bot:sessions and bot:reconcile work by rules alone",
        outcome: "Nothing was written.",
    });
}

async function askForQuestions(bot: Bot, model: Model, options: QuestionOptions, count: number): Promise<BotResult> {
    const { context, store } = bot;
    const prompt = await readPrompt(fileURLToPath(promptsFolder), "question");
    const saver = await openSaver(bot, options, { model: model.name, prompt: `question ${prompt.version}` });
    const verdicts: Verdict[] = [];
    let stopped: string | undefined;
    for (let n = 0; n < count && !context.signal.aborted && stopped === undefined; n++) {
        const wanted = await chooseQuestion(store, options);
        try {
            const answer = await ask(model, prompt, wanted, context.signal);
            const { droppedDiagram, ...content } = answer;
            if (droppedDiagram) context.output.note("The diagram of the answer is no Mermaid source and was left out.");
            verdicts.push(
                await saver.save(
                    {
                        ...content,
                        channel: wanted.channel,
                        // Models invent them.
                        companies: content.companies.filter((name) => companies.has(name)),
                    },
                    wanted.subChannels,
                ),
            );
        } catch (error) {
            if (!(error instanceof ModelFault)) throw error;
            const isLast = error.endsRun || error.wait !== undefined;
            if (isLast && verdicts.length === 0) throw error;
            verdicts.push({ state: "failed", line: `Failed:    ${error.message}` });
            context.output.line(`Failed:    ${error.message}`);
            if (isLast) stopped = error.message;
        }
    }
    await saver.close();
    return summarize(verdicts, count, stopped, { question: prompt.version });
}

function ask(model: Model, prompt: Prompt, wanted: Wanted, signal: AbortSignal) {
    const user = renderQuestionRequest({ ...wanted, companies: [...companies] });
    return model.ask({ schema: questionAnswer, name: "question", system: prompt.text, user, signal });
}

async function saveGiven(bot: Bot, options: QuestionOptions, given: readonly NewQuestion[]): Promise<BotResult> {
    const saver = await openSaver(bot, options, { from: options.from });
    const verdicts: Verdict[] = [];
    for (const content of given) {
        if (bot.context.signal.aborted) break;
        const wanted = await chooseQuestion(bot.store, { ...options, channel: content.channel, difficulty: undefined });
        verdicts.push(await saver.save(content, wanted.subChannels));
    }
    await saver.close();
    return summarize(verdicts, given.length, undefined);
}

function summarize(
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
    const end = stopped === undefined ? "" : ` Stopped: ${stopped}.`;
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

async function printPrompt(context: Context, options: QuestionOptions): Promise<ExitCode> {
    // The lines of the command go to stderr: stdout is what would be sent.
    context.output.divert();
    const connection = await openExisting(context, "read");
    await withConnection(connection, async () => {
        const store = await openStore(context.root, connection, { random: Math.random, signal: context.signal });
        const prompt = await readPrompt(fileURLToPath(promptsFolder), "question");
        const wanted = await chooseQuestion(store, options);
        const user = renderQuestionRequest({ ...wanted, companies: [...companies] });
        context.output.raw(`${prompt.text}\n\n${user}\n`);
    });
    return exitCodes.done;
}

async function describeQuestions(
    context: Context,
    options: QuestionOptions,
    given: readonly NewQuestion[] | undefined,
): Promise<ExitCode> {
    const { connection } = await openDatabase(context, "plan");
    if (!connection)
        throw new AppError("usage", "the database does not exist", { hint: "create it with `pnpm db:migrate`" });
    await withConnection(connection, async () => {
        const store = await openStore(context.root, connection, { random: Math.random, signal: context.signal });
        const { judge, close } = await openJudge(context, store, options);
        for (const content of given ?? []) {
            const wanted = await chooseQuestion(store, { ...options, channel: content.channel, difficulty: undefined });
            const judged = await judge(fixFormat(content), wanted.subChannels);
            context.output.line(judged.state === "new" ? `Would create: ${content.question}` : judged.line);
        }
        await close();
        if (!given) {
            const { channel, difficulty } = await chooseQuestion(store, options);
            const what = countOf(options.count ?? 1, "question");
            context.output.line(`Would ask for ${what} in ${channel}; the first one ${difficulty}.`);
        }
        context.output.line("Nothing was written, and no model was asked.");
        context.output.document({ database: connection.target.label, dryRun: true });
    });
    return exitCodes.done;
}
