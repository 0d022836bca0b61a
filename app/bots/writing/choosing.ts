import { AppError } from "../../../src/errors.ts";
import { compareWords, splitWords } from "../../../src/search/words.ts";
import { findSimilar } from "../../../src/text/similar.ts";
import { difficulties } from "../rules/question.ts";
import type { BotStore } from "../store.ts";

/** What a new question is wanted for. */
export interface Wanted {
    readonly channel: string;
    /** Those that it has, the fullest first. */
    readonly subChannels: readonly string[];
    readonly difficulty: string;
    readonly topic: string | null;
    /** Texts of the channel, the nearest to the topic first. */
    readonly neighbours: readonly string[];
}

export interface Choice {
    readonly channel?: string | undefined;
    readonly difficulty?: string | undefined;
    readonly topic?: string | undefined;
    readonly allowNewChannel?: boolean | undefined;
}

/**
 * Chooses what to ask for: the channel that is given, that the topic belongs to by its words, or that has the fewest questions;
 * the difficulty that is given, or that has the fewest questions in it. Two requests.
 *
 * @throws AppError `usage` for a channel that has no question, or a topic that belongs to none
 */
export async function chooseQuestion(store: BotStore, choice: Choice): Promise<Wanted> {
    const { sql } = store;
    const { difficulty, topic } = choice;
    if (difficulty !== undefined && !(difficulties as readonly string[]).includes(difficulty)) {
        throw new AppError("usage", `'${difficulty}' is not a difficulty`, { hint: `use ${difficulties.join(", ")}` });
    }
    const [parts = []] = await store.read([sql("subChannels")]);
    const channel = chooseChannel(
        parts.map((row) => ({
            ...{ channel: String(row.channel), subChannel: String(row.sub_channel) },
            questions: Number(row.questions),
        })),
        choice,
    );
    const [profile = [], texts = []] = await store.read([sql("profile", { channel }), sql("texts", { channel })]);
    const sum = (column: "sub_channel" | "difficulty"): Map<string, number> => {
        const sums = new Map<string, number>();
        for (const row of profile) {
            const key = String(row[column]);
            sums.set(key, (sums.get(key) ?? 0) + Number(row.questions));
        }
        return sums;
    };
    const byDifficulty = sum("difficulty");
    const [rarest = "intermediate"] = [...difficulties].sort(
        (one, other) => (byDifficulty.get(one) ?? 0) - (byDifficulty.get(other) ?? 0),
    );
    const questions = texts.map((row) => String(row.text));
    const nearness = (text: string): number => (topic === undefined ? 0 : compareWords(topic, text));
    return {
        channel,
        subChannels: [...sum("sub_channel")]
            .filter(([name]) => name !== "")
            .sort(([, one], [, other]) => other - one)
            .map(([name]) => name),
        difficulty: difficulty ?? rarest,
        topic: topic ?? null,
        // The newest last: without a topic, those are the ones not to repeat.
        neighbours: questions.reverse().sort((one, other) => nearness(other) - nearness(one)),
    };
}

interface Part {
    readonly channel: string;
    readonly subChannel: string;
    readonly questions: number;
}

function chooseChannel(parts: readonly Part[], { channel, topic, allowNewChannel = false }: Choice): string {
    const sizes = new Map<string, number>();
    for (const part of parts) sizes.set(part.channel, (sizes.get(part.channel) ?? 0) + part.questions);
    if (channel !== undefined) {
        if (sizes.has(channel) || allowNewChannel) return channel;
        const meant = findSimilar(channel, [...sizes.keys()], 3);
        throw new AppError("usage", `there is no channel '${channel}'${meant ? `; did you mean '${meant}'?` : ""}`, {
            hint: "add `--allow-new-channel` to begin it",
        });
    }
    if (topic !== undefined) return findChannelOf(topic, parts);
    const [smallest] = [...sizes].sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1));
    if (smallest) return smallest[0];
    throw new AppError("usage", "the database has no channel yet", {
        hint: "name one: `--channel=<channel> --allow-new-channel`, or load questions first with `pnpm db:migrate`",
    });
}

function findChannelOf(topic: string, parts: readonly Part[]): string {
    const words = new Set(splitWords(topic));
    const score = ({ channel, subChannel }: Part): number =>
        splitWords(`${channel} ${subChannel}`).filter((word) => words.has(word)).length;
    const [best] = [...parts].sort((one, other) => score(other) - score(one) || other.questions - one.questions);
    if (best && score(best) > 0) return best.channel;
    throw new AppError("usage", `no channel is named like the topic '${topic}'`, { hint: "name one with --channel" });
}
