import { assertThat, type Effect, UnmetAssertion } from "../../../src/queue/effects.ts";
import { renderReason } from "../rules/reason.ts";
import { type Run, writeOnce } from "../runs.ts";
import type { BotStore } from "../store.ts";

/** A new question, as a model or a person wrote it and the rules accepted it. */
export interface NewQuestion {
    readonly question: string;
    readonly answer: string;
    readonly explanation: string;
    readonly channel: string;
    readonly subChannel: string;
    readonly difficulty: string;
    readonly tags: readonly string[];
    readonly companies: readonly string[];
    readonly diagram: string | null;
    readonly voiceSuitable: boolean;
    readonly voiceKeywords: readonly string[] | null;
}

export interface SaveOptions {
    /** When the newest question of the channel was created, as it was when duplicates were looked for; null for none. */
    readonly newest: string | null;
    /** Where it resembles another one too closely to be shown before a person has looked: why. */
    readonly review?: string | undefined;
    /** Kept in the ledger: how it came about, such as the model and the version of its prompt. */
    readonly origin: Readonly<Record<string, unknown>>;
    readonly reason?: string | undefined;
}

/** Thrown where another writer added a question meanwhile: look for duplicates again. */
export const isUnchanged = "the channel is as it was when duplicates were looked for";
const isFree = "the id is free";
/** How many ids others may take first. */
const mostTries = 20;

/**
 * Saves a question: the question, its mapping, its history (by a trigger), the ledger, the counters of the run and a job for
 * the verifier, all or nothing, in one request. Returns its id.
 *
 * @throws UnmetAssertion `isUnchanged`
 */
export async function saveQuestion(
    store: BotStore,
    run: Run,
    content: NewQuestion,
    options: SaveOptions,
): Promise<string> {
    const { sql } = store;
    for (let tries = 1; ; tries++) {
        const [rows] = await store.read([sql("nextId")]);
        const id = `q-${rows?.[0]?.number}`;
        try {
            await writeOnce(store, run, { created: 1 }, renderSave(store, run, id, content, options));
            return id;
        } catch (error) {
            const isTaken = error instanceof UnmetAssertion && error.assertion === isFree;
            if (!isTaken || tries === mostTries) throw error;
        }
    }
}

function renderSave(
    store: BotStore,
    run: Run,
    id: string,
    content: NewQuestion,
    { newest, review, origin, reason }: SaveOptions,
): readonly Effect[] {
    const { sql, queue } = store;
    const status = review === undefined ? "active" : "flagged";
    const stored = { ...content, voiceSuitable: content.voiceSuitable ? 1 : 0, status };
    const verify = {
        ...{ itemType: "question", itemId: id, action: "verify", priority: 3, createdBy: run.bot },
        reason: renderReason(review === undefined ? {} : { issues: ["potential_duplicate"], notes: [review] }),
    };
    return [
        assertThat("(SELECT max(created_at) FROM questions WHERE channel = ?) IS ?", isUnchanged, [
            content.channel,
            newest,
        ]),
        assertThat("NOT EXISTS (SELECT 1 FROM questions WHERE id = ?)", isFree, [id]),
        sql("setWriter", { source_name: run.bot, event_type: null }),
        sql("create", { question_id: id, content: JSON.stringify(stored) }),
        sql("map", { channel: content.channel, sub_channel: content.subChannel, question_id: id }),
        sql("record", {
            ...{ bot: run.bot, action: "create", item_type: "question", item_id: id, before_state: null },
            after_state: JSON.stringify({ ...stored, ...origin }),
            reason: reason ?? review ?? null,
        }),
        ...queue.renderEnqueue([verify]),
        sql("clearWriter"),
    ];
}
