import { arrangeSessions, renderSessionId, type VoiceQuestion, type VoiceSession } from "./arranging.ts";

/** A session to save. */
export interface SessionSave {
    readonly session: VoiceSession;
    /** As it is; undefined for a new one. */
    readonly before: VoiceSession | undefined;
    /** Whether a model should say what it is about. */
    readonly isNamedByModel: boolean;
}

/** How the sessions of a channel come to be what they should be. */
export interface SessionPlan {
    readonly saves: readonly SessionSave[];
    readonly removals: readonly VoiceSession[];
    /** How many sessions would be removed if their descriptions could be written again. */
    readonly kept: number;
}

/**
 * Compares the sessions of a channel with those that its questions give. Only sessions that the bot made itself are changed
 * or removed: their ids say so. A description is never lost without a model that writes another: the session that has most of
 * the questions takes it over, or else the old session stays.
 */
export function planSessions(
    channel: string,
    questions: readonly VoiceQuestion[],
    stored: readonly VoiceSession[],
    hasModel: boolean,
): SessionPlan {
    const wanted = arrangeSessions(channel, questions);
    if (wanted.length === 0) return { saves: [], removals: [], kept: 0 };
    const own = new Map(
        stored.filter((one) => one.id === renderSessionId(channel, one.questionIds)).map((one) => [one.id, one]),
    );
    const isWanted = new Set(wanted.map(({ id }) => id));
    const old = [...own.values()].filter(({ id }) => !isWanted.has(id));
    const described = old.filter(({ description }) => description !== null);
    const heirs = hasModel ? new Map<string, VoiceSession>() : findHeirs(wanted, own, described);
    const saves = wanted.flatMap((session): SessionSave[] => {
        const before = own.get(session.id);
        const { topic, description } =
            [before, heirs.get(session.id)].find((one) => one?.description != null) ?? session;
        const isNamedByModel = hasModel && description === null;
        const named = { ...session, topic, description };
        return isNamedByModel || !before || !isSame(before, named) ? [{ session: named, before, isNamedByModel }] : [];
    });
    const inherited = new Set(heirs.values());
    const kept = hasModel ? [] : described.filter((one) => !inherited.has(one));
    return { saves, removals: old.filter((one) => !kept.includes(one)), kept: kept.length };
}

/** Keeps to a number of sessions; nothing is removed before all others are saved. */
export function limitPlan(plan: SessionPlan, most: number): SessionPlan {
    return plan.saves.length <= most ? plan : { ...plan, saves: plan.saves.slice(0, most), removals: [] };
}

function isSame(one: VoiceSession, other: VoiceSession): boolean {
    return (["topic", "description", "difficulty", "minutes"] as const).every((name) => one[name] === other[name]);
}

// By the id of the new session, the old one whose description it takes over.
function findHeirs(
    wanted: readonly VoiceSession[],
    own: ReadonlyMap<string, VoiceSession>,
    described: readonly VoiceSession[],
): ReadonlyMap<string, VoiceSession> {
    const heirs = new Map<string, VoiceSession>();
    for (const old of described) {
        const shared = (one: VoiceSession): number =>
            one.questionIds.filter((id) => old.questionIds.includes(id)).length;
        const [heir] = wanted
            .filter((one) => !own.has(one.id) && !heirs.has(one.id) && shared(one) > 0)
            .sort((one, other) => shared(other) - shared(one));
        if (heir) heirs.set(heir.id, old);
    }
    return heirs;
}
