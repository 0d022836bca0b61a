import type { Context } from "../../../src/cli/program.ts";
import { createProgress } from "../../../src/cli/progress.ts";
import { findDuplicates, possible } from "../../../src/search/duplicates.ts";
import { readSearchStatements } from "../../../src/search/site.ts";
import { searchSite } from "../../search.ts";
import type { BotStore } from "../store.ts";
import { findAlike } from "./alike.ts";
import { findSubject, judgePair, normalizeText, type PairJudgement } from "./judge-pair.ts";
import { isOlder } from "./repeats.ts";
import { thresholds } from "./thresholds.ts";
import { findVectorModel } from "./vectors.ts";

/** A question as far as it is compared. */
export interface ComparedQuestion {
    readonly id: string;
    readonly channel: string;
    readonly text: string;
    readonly createdAt: string;
}

/** Two questions that ask the same, or may do so; the verdict is never `new`. */
export interface QuestionPair extends PairJudgement {
    readonly older: ComparedQuestion;
    readonly newer: ComparedQuestion;
}

export interface PairSearch {
    /** How many questions were compared. */
    readonly compared: number;
    /** The encoder whose vectors were compared, too. */
    readonly model: string | undefined;
    /** In the order in which their newer questions were added. */
    readonly pairs: readonly QuestionPair[];
}

const page = 2_000;

/**
 * Compares all active questions: by their normalized text in all channels, by their words in each channel, and by their vectors
 * in all channels where there are any.
 */
export async function findQuestionPairs(context: Context, store: BotStore): Promise<PairSearch> {
    const questions = await readCompared(store, context.signal);
    const model = await findVectorModel(store.connection);
    const near = model === undefined ? [] : await findByVectors(context, store, questions, model);
    return { compared: questions.length, model, pairs: mergePairs([...near, ...pairByWords(questions)]) };
}

/**
 * Pairs questions without vectors: those of equal text with the oldest of them, and those of one channel that share many of
 * their words.
 */
export function pairByWords(questions: readonly ComparedQuestion[]): readonly QuestionPair[] {
    const equals = [...groupBy(questions, ({ text }) => normalizeText(text)).values()].flatMap((group) => {
        const [oldest, ...others] = group.toSorted(byAge);
        return oldest ? others.map((other) => [oldest, other] as const) : [];
    });
    const similar = [...groupBy(questions, ({ channel }) => channel).values()].flatMap((group) => {
        const subjects = group.map(({ text }) => findSubject(text));
        return findAlike(subjects, thresholds.words.review).map(
            ({ one, other }) => [group[one], group[other]] as [ComparedQuestion, ComparedQuestion],
        );
    });
    return mergePairs([...equals, ...similar].flatMap(([one, other]) => judge(one, other)));
}

/**
 * Chooses the questions to flag, each with the older one that stays: so that of a group the oldest stays, and every flagged
 * question repeats one that stays.
 */
export function chooseRepeats(pairs: readonly QuestionPair[]): readonly QuestionPair[] {
    const chosen = new Map<string, QuestionPair>();
    for (const pair of pairs) {
        if (pair.verdict !== "duplicate" || chosen.has(pair.newer.id) || chosen.has(pair.older.id)) continue;
        chosen.set(pair.newer.id, pair);
    }
    return [...chosen.values()];
}

function byAge(one: ComparedQuestion, other: ComparedQuestion): number {
    return isOlder(one, other) ? -1 : 1;
}

function judge(one: ComparedQuestion, other: ComparedQuestion, cosine?: number): readonly QuestionPair[] {
    const judgement = judgePair(one.text, other.text, cosine);
    if (judgement.verdict === "new") return [];
    return [
        isOlder(one, other) ? { older: one, newer: other, ...judgement } : { older: other, newer: one, ...judgement },
    ];
}

// The first of two judgements of one pair knows its vectors. Age decides the order, so that a question is chosen only after
// all that are older.
function mergePairs(pairs: readonly QuestionPair[]): readonly QuestionPair[] {
    const merged = new Map<string, QuestionPair>();
    for (const pair of pairs) {
        const key = JSON.stringify([pair.older.id, pair.newer.id]);
        if (!merged.has(key)) merged.set(key, pair);
    }
    return [...merged.values()].sort((one, other) =>
        one.newer === other.newer ? byAge(one.older, other.older) : byAge(one.newer, other.newer),
    );
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
    const groups = new Map<string, T[]>();
    for (const item of items) {
        const group = groups.get(keyOf(item));
        if (group) group.push(item);
        else groups.set(keyOf(item), [item]);
    }
    return groups;
}

async function readCompared({ sql, read }: BotStore, signal: AbortSignal): Promise<readonly ComparedQuestion[]> {
    const questions: ComparedQuestion[] = [];
    for (let after = ""; ; ) {
        signal.throwIfAborted();
        const [rows = []] = await read([sql("toPair", { after, limit: page })]);
        for (const { id, channel, text, created_at } of rows)
            questions.push({
                ...{ id: String(id), channel: String(channel), text: String(text) },
                createdAt: String(created_at),
            });
        if (rows.length < page) return questions;
        after = questions.at(-1)?.id ?? "";
    }
}

async function findByVectors(
    { root, output, signal }: Context,
    { connection }: BotStore,
    questions: readonly ComparedQuestion[],
    model: string,
): Promise<readonly QuestionPair[]> {
    const statements = await readSearchStatements(root, searchSite);
    const { progress, end } = await createProgress(output);
    const { pairs } = await findDuplicates(connection, statements, {
        ...{ threshold: possible.from, model, signal },
        progress: (done, of) => progress("pairs", done, of),
    }).finally(end);
    const stored = new Map(questions.map((question) => [question.id, question]));
    return pairs.flatMap(({ ids, similarity }) => {
        const [one, other] = ids.map((id) => stored.get(id));
        return one && other ? judge(one, other, similarity) : [];
    });
}
