import { assertThat, type Effect, UnmetAssertion } from "../../../src/queue/effects.ts";
import type { Bot } from "../bot.ts";
import { writeOnce } from "../runs.ts";
import type { VoiceSession } from "./arranging.ts";
import type { Relationship } from "./relating.ts";
import type { SessionPlan } from "./session-plan.ts";
import type { VoiceChannel } from "./voice-channel.ts";

/** What a channel lacks. */
export interface SessionChanges extends Pick<SessionPlan, "saves" | "removals"> {
    readonly relationships: readonly Relationship[];
    /** Kept in the ledger: how it came about. */
    readonly origin: Readonly<Record<string, unknown>>;
}

const areSuitable = "the questions are active and suitable for voice";
const areAsRead = "the sessions are as they were read";
const isNoCircle = "no question is its own prerequisite";

/**
 * Writes the sessions and relationships of a channel with their ledger and the counters of the run, all or nothing, in one
 * request. Returns false, and writes nothing, if the questions, the sessions or their prerequisites have changed.
 */
export async function writeSessions(bot: Bot, channel: VoiceChannel, changes: SessionChanges): Promise<boolean> {
    const { store, run } = bot;
    try {
        const created = changes.saves.filter(({ before }) => before === undefined).length;
        const counts = { created, updated: changes.saves.length - created, deleted: changes.removals.length };
        const done = { processed: channel.questions.length, ...counts };
        await writeOnce(store, run, done, renderSessions(bot, channel, changes));
        return true;
    } catch (error) {
        if (!(error instanceof UnmetAssertion)) throw error;
        return false;
    }
}

function renderSessions(
    { store, run }: Bot,
    { name, questions }: VoiceChannel,
    { saves, removals, relationships, origin }: SessionChanges,
): readonly Effect[] {
    const { sql } = store;
    const previous = [...saves.flatMap(({ before }) => before ?? []), ...removals];
    const record = (action: string, id: string, before: object | undefined, after: object | undefined): Effect =>
        sql("record", {
            ...{ bot: run.bot, action, item_type: "voice_session", item_id: id, reason: null },
            before_state: before ? JSON.stringify(before) : null,
            after_state: after ? JSON.stringify({ ...after, ...origin }) : null,
        });
    return [
        assertThat(
            `NOT EXISTS (SELECT 1 FROM json_each(?) AS read LEFT JOIN questions ON questions.id = read.value
                AND status = 'active' AND voice_suitable = 1 AND channel = ? WHERE questions.id IS NULL)`,
            areSuitable,
            [{ items: questions.map(({ id }) => id) }, name],
        ),
        ...(previous.length === 0 ? [] : [assertSessions(previous)]),
        ...(saves.length === 0
            ? []
            : [sql("saveSessions", { channel: name, sessions: { items: saves.map(({ session }) => session) } })]),
        ...(removals.length === 0
            ? []
            : [sql("removeSessions", { session_ids: { items: removals.map(({ id }) => id) } })]),
        ...renderRelationships(store, run.bot, relationships, origin),
        ...saves.map(({ session, before }) => record(before ? "update" : "create", session.id, before, session)),
        ...removals.map((session) => record("delete", session.id, session, undefined)),
    ];
}

function assertSessions(sessions: readonly VoiceSession[]): Effect {
    return assertThat(
        `NOT EXISTS (SELECT 1 FROM json_each(?) AS read LEFT JOIN voice_sessions AS session
            ON session.id = read.value ->> '$[0]'
            AND (topic, description) IS (read.value ->> '$[1]', read.value ->> '$[2]') WHERE session.id IS NULL)`,
        areAsRead,
        [{ items: sessions.map(({ id, topic, description }) => [id, topic, description]) }],
    );
}

// The ledger has a row for each question that relationships begin at: they have no ids of their own before they are written.
function renderRelationships(
    { sql }: Bot["store"],
    bot: string,
    relationships: readonly Relationship[],
    origin: SessionChanges["origin"],
): readonly Effect[] {
    if (relationships.length === 0) return [];
    const sources = new Set(relationships.map(({ source }) => source));
    const prerequisites = relationships.filter(({ type }) => type === "prerequisite");
    return [
        sql("relate", { relationships: { items: relationships } }),
        ...(prerequisites.length === 0 ? [] : [assertNoCircle(prerequisites)]),
        ...[...sources].map((id) =>
            sql("record", {
                ...{ bot, action: "analyze", item_type: "question", item_id: id, before_state: null, reason: null },
                after_state: JSON.stringify({
                    relationships: relationships
                        .filter(({ source }) => source === id)
                        .map(({ target, type, strength }) => ({ target, type, strength })),
                    ...origin,
                }),
            }),
        ),
    ];
}

function assertNoCircle(prerequisites: readonly Relationship[]): Effect {
    return assertThat(
        `NOT EXISTS (
            WITH RECURSIVE reached (start, id) AS (
                SELECT value ->> '$[0]', value ->> '$[1]' FROM json_each(?)
                UNION
                SELECT reached.start, relationship.target_question_id
                FROM reached JOIN question_relationships AS relationship
                    ON relationship.source_question_id = reached.id
                    AND relationship.relationship_type = 'prerequisite'
            )
            SELECT 1 FROM reached WHERE id = start
        )`,
        isNoCircle,
        [{ items: prerequisites.map(({ source, target }) => [source, target]) }],
    );
}
