import type { Context } from "../../../src/cli/program.ts";
import { openEncoderIfItStarts } from "../../../src/cli/vector/encoder.ts";
import { UnmetAssertion } from "../../../src/queue/effects.ts";
import type { Bot } from "../bot.ts";
import { findQuestionDuplicates, readDuplicateStatements } from "../duplicates/duplicates.ts";
import { fixFormat } from "../rules/format.ts";
import { checkQuestion } from "../rules/question.ts";
import type { BotStore } from "../store.ts";
import { isUnchanged, type NewQuestion, saveQuestion } from "./saving.ts";

export interface SaverOptions {
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
    save(content: NewQuestion, subChannels: readonly string[]): Promise<Verdict>;
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
        save: async (given, subChannels) => {
            for (;;) {
                const content = fixFormat(given);
                const judged = await judge(content, subChannels);
                if (judged.state !== "new") {
                    context.output.line(judged.line);
                    return judged;
                }
                try {
                    const { review, newest } = judged;
                    const id = await saveQuestion(store, run, content, { newest, review, origin });
                    const note = review === undefined ? "" : `, flagged: ${review}`;
                    const line = `Created:   ${id} in ${content.channel}/${content.subChannel}${note}: ${content.question}`;
                    context.output.line(line);
                    return { state: review === undefined ? "created" : "review", line, id };
                } catch (error) {
                    // Somebody added a question to the channel: it may be the same.
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
    const [search, vectors] = await connection.readAll([
        { sql: "SELECT 1 FROM questions_search LIMIT 0" },
        { sql: "SELECT model FROM question_vectors LIMIT 1" },
    ]);
    const hasSearch = search?.ok === true;
    const model = vectors?.ok ? vectors.rows[0]?.model : undefined;
    const encoder = model === undefined ? undefined : await openEncoderIfItStarts(context);
    // Vectors of two models cannot be compared.
    const isSame = encoder?.name === model;
    return {
        judge: async (content, subChannels) => {
            const problem = findProblem(content, subChannels, options);
            if (problem) return { state: "rejected", line: `Rejected:  ${problem}: ${content.question}` };
            const vector = isSame ? (await encoder?.embed([content.question]))?.[0] : undefined;
            const found = await findQuestionDuplicates(
                connection,
                statements,
                { ...content, vector },
                { hasSearch, model: encoder?.name },
            );
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
    if (errors.length > 0) return errors.map(({ message }) => message).join(" ");
    const { channel, subChannel } = content;
    const isKnown = subChannel === "" || subChannels.length === 0 || subChannels.includes(subChannel);
    if (isKnown || allowNewSubChannel) return undefined;
    return `'${subChannel}' is no sub-channel of ${channel} (add --allow-new-sub-channel to begin it)`;
}
