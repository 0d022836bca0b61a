import { openForWriting, refuseUndeployed, withConnection } from "../../../src/cli/open.ts";
import type { Context } from "../../../src/cli/program.ts";
import { conclude, countOf } from "../../../src/cli/report.ts";
import type { Row } from "../../../src/database/connection.ts";
import { AppError, type ExitCode, exitCodes } from "../../../src/errors.ts";
import { assertThat, UnmetAssertion } from "../../../src/queue/effects.ts";
import { type Bot, runBot } from "../bot.ts";
import { renderEdit } from "../editing.ts";
import { writeOnce } from "../runs.ts";
import { type BotStore, openStore } from "../store.ts";
import { printLine } from "../working.ts";
import { chooseRepeats, findQuestionPairs, type PairSearch, type QuestionPair } from "./pairs.ts";

export interface ReconcileOptions {
    readonly limit?: number;
    readonly dryRun?: boolean;
    readonly yes?: boolean;
}

interface Plan extends PairSearch {
    /** The pairs whose newer question is to be flagged. */
    readonly repeats: readonly QuestionPair[];
    /** The pairs that only a person can judge. */
    readonly reviews: readonly QuestionPair[];
}

/** Of the pairs that are only listed; the JSON document has all. */
const mostShown = 50;
const readAtOnce = 50;
const isKept = "the older question is as it was compared";

/**
 * bot:reconcile: finds active questions that ask the same as an older one, prints them, and flags the newer one of each pair.
 * Pairs that only resemble each other are listed.
 */
export async function reconcileQuestions(context: Context, options: ReconcileOptions): Promise<ExitCode> {
    if (options.limit === 0) throw new AppError("usage", "--limit must be 1 or more");
    if (options.dryRun) return describeRepeats(context, options);
    let plan: Plan | undefined;
    const before = async (store: BotStore): Promise<void> => {
        plan = await planRepeats(context, store, options);
    };
    return runBot(context, "reconcile", { model: undefined, yes: options.yes, before }, async (bot) => {
        if (!plan) throw new Error("the pairs are found before the run begins");
        const { flagged, changed } = await flagRepeats(bot, plan.repeats);
        const meanwhile = changed === 0 ? "" : `, ${changed} of them or their older ones changed meanwhile`;
        const stopped = context.signal.aborted ? " Stopped on request." : "";
        return {
            verdict: `${describePlan(plan)} Flagged ${countOf(flagged.length, "question")}${meanwhile}.${stopped}`,
            summary: { ...countPlan(plan), flagged: flagged.length, changed },
            details: { flagged, ...listPlan(plan) },
        };
    });
}

async function describeRepeats(context: Context, options: ReconcileOptions): Promise<ExitCode> {
    const { connection } = await openForWriting(context, { dryRun: true });
    return withConnection(connection, async () => {
        await refuseUndeployed(context, connection, "questions");
        const store = await openStore(context.root, connection, { random: Math.random, signal: context.signal });
        const plan = await planRepeats(context, store, options);
        const verdict = `Dry run: ${describePlan(plan)} Nothing was changed.`;
        conclude(context, connection, verdict, {
            bot: "reconcile",
            dryRun: true,
            ...countPlan(plan),
            ...listPlan(plan),
        });
        return exitCodes.done;
    });
}

async function planRepeats(context: Context, store: BotStore, { limit }: ReconcileOptions): Promise<Plan> {
    const found = await findQuestionPairs(context, store);
    const repeats = chooseRepeats(found.pairs).slice(0, limit);
    const reviews = found.pairs.filter(({ verdict }) => verdict === "review");
    for (const pair of repeats) printPair(context, "repeats", pair);
    for (const pair of reviews.slice(0, mostShown)) printPair(context, "may repeat", pair);
    if (reviews.length > mostShown)
        context.output.line(`… and ${reviews.length - mostShown} more that may repeat another; --json lists them all`);
    return { ...found, repeats, reviews };
}

function printPair(context: Context, word: string, { newer, older, jaccard, cosine }: QuestionPair): void {
    const vectors = cosine === undefined ? "" : `, vectors ${cosine.toFixed(2)}`;
    const alike = `${Math.round(jaccard * 100)} % of the words${vectors}`;
    printLine({ context }, [newer.id, `${word} ${older.id} (${alike}):`, newer.text]);
}

function describePlan({ compared, repeats, reviews }: Plan): string {
    const review = reviews.length === 0 ? "" : `, ${countOf(reviews.length, "pair")} to review`;
    const verb = repeats.length === 1 ? "repeats" : "repeat";
    return `Compared ${countOf(compared, "question")}: ${repeats.length} ${verb} an older one${review}.`;
}

function countPlan({ compared, model, repeats, reviews }: Plan): Readonly<Record<string, unknown>> {
    return { compared, vectors: model ?? null, repeats: repeats.length, reviews: reviews.length };
}

function listPlan({ repeats, reviews }: Plan): Readonly<Record<string, unknown>> {
    const list = (pairs: readonly QuestionPair[]): object[] =>
        pairs.map(({ older, newer, jaccard, cosine }) => ({
            ...{ newer: newer.id, older: older.id, jaccard, cosine: cosine ?? null },
            ...{ newerText: newer.text, olderText: older.text },
        }));
    return { repeated: list(repeats), toReview: list(reviews) };
}

async function flagRepeats(
    bot: Bot,
    repeats: readonly QuestionPair[],
): Promise<{ readonly flagged: readonly string[]; readonly changed: number }> {
    const { sql, read } = bot.store;
    const flagged: string[] = [];
    let changed = 0;
    for (let at = 0; at < repeats.length; at += readAtOnce) {
        if (bot.context.signal.aborted) break;
        const some = repeats.slice(at, at + readAtOnce);
        const found = await read(some.map(({ newer }) => sql("question", { question_id: newer.id })));
        for (const [place, pair] of some.entries()) {
            if (bot.context.signal.aborted) break;
            const [row] = found[place] ?? [];
            if (row && (await flag(bot, pair, row))) flagged.push(pair.newer.id);
            else changed++;
        }
    }
    return { flagged, changed };
}

/** Flags the newer question of a pair; false where one of the two is not as it was compared. */
async function flag({ store, run }: Bot, { newer, older, jaccard, cosine }: QuestionPair, row: Row): Promise<boolean> {
    if (row.question !== newer.text || row.status !== "active") return false;
    const reason = `It repeats ${older.id} (${Math.round(jaccard * 100)} % of the words).`;
    const origin = { duplicateOf: older.id, jaccard, cosine: cosine ?? null, llm: false };
    try {
        await writeOnce(store, run, { updated: 1 }, [
            assertThat("EXISTS (SELECT 1 FROM questions WHERE id = ? AND question = ? AND status = 'active')", isKept, [
                older.id,
                older.text,
            ]),
            ...renderEdit(
                store,
                newer.id,
                row,
                { status: "flagged" },
                {
                    ...{ bot: run.bot, action: "flag", event: null, reason, origin },
                },
            ),
        ]);
        return true;
    } catch (error) {
        if (!(error instanceof UnmetAssertion)) throw error;
        return false;
    }
}
