import type { Context } from "../../../src/cli/program.ts";
import { byWords, openEncoderIfItStarts, passFailure } from "../../../src/cli/vector/encoder.ts";
import { UnmetAssertion } from "../../../src/queue/effects.ts";
import type { Bot } from "../bot.ts";
import { findQuestionDuplicates, type OtherCandidate, readDuplicateStatements } from "../duplicates/duplicates.ts";
import { findVectorModel } from "../duplicates/vectors.ts";
import { fixFormat } from "../rules/format.ts";
import { findBrokenText } from "../rules/garbled.ts";
import { checkQuestion } from "../rules/question.ts";
import type { BotStore } from "../store.ts";
import { companies } from "./companies.ts";
import { isUnchanged, type NewQuestion, saveQuestion } from "./saving.ts";

export interface SaverOptions {
    /** Nothing is saved: candidates are compared with each other, too. */
    readonly isDryRun?: boolean | undefined;
    readonly allowNewSubChannel?: boolean | undefined;
}

/** What became of a candidate. */
export interface Verdict {
    readonly state: "created" | "review" | "duplicate" | "rejected" | "failed";
    readonly line: string;
    readonly id?: string;
}

export interface Saver {
    close(): Promise<void>;
    /** @param prompt the one that it was written by, with its version */
    save(content: NewQuestion, subChannels: readonly string[], prompt?: string): Promise<Verdict>;
}

/** Validates, compares and saves candidates, and prints what became of each. */
export async function openSaver(
    bot: Bot,
    options: SaverOptions,
    origin: Readonly<Record<string, unknown>>,
): Promise<Saver> {
    const { context, store, run } = bot;
    const { judge, close } = await openJudge(context, store, options);
    return {
        close,
        save: async (given, subChannels, prompt) => {
            for (;;) {
                // Models invent companies.
                const known = given.companies.filter((name) => companies.has(name));
                const content = fixFormat({ ...given, companies: known });
                const judged = await judge(content, subChannels);
                if (judged.state !== "new") {
                    context.output.line(judged.line);
                    return judged;
                }
                try {
                    const { review, newest } = judged;
                    const id = await saveQuestion(store, run, content, {
                        newest,
                        review,
                        origin: { ...origin, ...(prompt ? { prompt } : {}) },
                    });
                    const note = review === undefined ? "" : `, flagged: ${review}`;
                    const line = `Created:   ${id} in ${content.channel}/${content.subChannel}${note}: ${content.question}`;
                    context.output.line(line);
                    return { state: review === undefined ? "created" : "review", line, id };
                } catch (error) {
                    // Another writer added a question to the channel: it may be the same.
                    if (!(error instanceof UnmetAssertion) || error.assertion !== isUnchanged) throw error;
                }
            }
        },
    };
}

type Judged =
    | { readonly state: "duplicate" | "rejected"; readonly line: string }
    | { readonly state: "new"; readonly review: string | undefined; readonly newest: string | null };

/** Judges candidates by rules, and by what the database has already. */
export interface Judge {
    judge(content: NewQuestion, subChannels: readonly string[]): Promise<Judged>;
    close(): Promise<void>;
}

/** Opens it; with the search installed and vectors in it, meaning counts beside words. */
export async function openJudge(context: Context, store: BotStore, options: SaverOptions): Promise<Judge> {
    const { connection } = store;
    const statements = await readDuplicateStatements(context.root);
    const [search] = await connection.readAll([{ sql: "SELECT 1 FROM questions_search LIMIT 0" }]);
    const hasSearch = search?.ok === true;
    const model = hasSearch ? await findVectorModel(connection) : undefined;
    const encoder = model === undefined ? undefined : await openEncoderIfItStarts(context);
    // Vectors of two models cannot be compared.
    const isSame = encoder?.name === model;
    // What is saved is in the database by the time of the next one.
    const judged: OtherCandidate[] = [];
    return {
        judge: async (content, subChannels) => {
            const problem = findProblem(content, subChannels, options);
            if (problem) return { state: "rejected", line: `Rejected:  ${problem}: ${content.question}` };
            const vectors = isSame
                ? await encoder
                      ?.embed([content.question])
                      .catch((error: unknown) => passFailure(context, error, byWords))
                : undefined;
            const vector = vectors?.[0];
            const found = await findQuestionDuplicates(
                connection,
                statements,
                { ...content, vector },
                { hasSearch, model: encoder?.name, others: options.isDryRun ? judged : [] },
            );
            judged.push({ id: `question ${judged.length + 1} of the file`, question: content.question, vector });
            const [rival] = found.rivals;
            const likeness = rival && `${rival.id} (${rival.jaccard.toFixed(2)} of the words)`;
            if (found.verdict === "duplicate") {
                return { state: "duplicate", line: `Duplicate: of ${likeness}: ${content.question}` };
            }
            const review = found.verdict === "review" ? `it resembles ${likeness}` : undefined;
            return { state: "new", review, newest: found.newestInChannel };
        },
        close: async () => encoder?.close(),
    };
}

function findProblem(
    content: NewQuestion,
    subChannels: readonly string[],
    { allowNewSubChannel = false }: SaverOptions,
): string | undefined {
    const errors = checkQuestion(content).filter(({ severity }) => severity === "error");
    const broken = content.voiceKeywords?.map(findBrokenText).find(Boolean);
    if (broken) return `A keyword contains ${broken}.`;
    if (errors.length > 0) return errors.map(({ message }) => message).join(" ");
    const { channel, subChannel } = content;
    const isKnown = subChannel === "" || subChannels.length === 0 || subChannels.includes(subChannel);
    if (isKnown || allowNewSubChannel) return undefined;
    return `'${subChannel}' is no sub-channel of ${channel} (add --allow-new-sub-channel to begin it)`;
}
