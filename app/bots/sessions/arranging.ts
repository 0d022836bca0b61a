import { createHash } from "node:crypto";
import { difficulties } from "../rules/question.ts";

/** A question for a voice interview. */
export interface VoiceQuestion {
    readonly id: string;
    readonly text: string;
    readonly subChannel: string;
    readonly difficulty: string;
    readonly createdAt: string;
}

/** A voice interview of a channel. */
export interface VoiceSession {
    readonly id: string;
    readonly topic: string;
    /** Null where the topic is only the name of what its questions have in common. */
    readonly description: string | null;
    readonly difficulty: string;
    /** In the order in which they are asked. */
    readonly questionIds: readonly string[];
    readonly minutes: number;
}

/** How many questions a session has; one that would be left alone joins them. */
const usualSize = 8;
const fewest = 2;
/** A question and its answer take longer the harder it is. */
const minutes: Readonly<Record<string, number>> = { beginner: 2, intermediate: 3, advanced: 4 };

/**
 * The id of the session of these questions in this order: the same questions give the same id, others another one.
 */
export function renderSessionId(channel: string, questionIds: readonly string[]): string {
    const hash = createHash("sha256").update(JSON.stringify(questionIds)).digest("hex");
    return `vs-${channel}-${hash.slice(0, 12)}`;
}

/**
 * Arranges the questions of a channel in sessions: those of a sub-channel together, and those that are alone in theirs. A
 * question that is added later changes only the last session of its group.
 */
export function arrangeSessions(channel: string, questions: readonly VoiceQuestion[]): readonly VoiceSession[] {
    const groups = new Map<string, VoiceQuestion[]>();
    const join = (name: string, some: readonly VoiceQuestion[]): void => {
        const group = groups.get(name) ?? [];
        group.push(...some);
        groups.set(name, group);
    };
    for (const question of questions) join(question.subChannel, [question]);
    for (const [name, group] of [...groups]) {
        if (group.length >= fewest && name !== "") continue;
        groups.delete(name);
        join(channel, group);
    }
    return [...groups].flatMap(([name, group]) => {
        const parts = splitGroup(group.toSorted(byAge));
        return parts.map((part, at) => {
            const topic = parts.length === 1 ? renderName(name) : `${renderName(name)}, Part ${at + 1}`;
            return arrangeSession(channel, topic, part);
        });
    });
}

function arrangeSession(channel: string, topic: string, questions: readonly VoiceQuestion[]): VoiceSession {
    const asked = questions.toSorted(
        (one, other) => rank(one.difficulty) - rank(other.difficulty) || byAge(one, other),
    );
    const questionIds = asked.map(({ id }) => id);
    return {
        ...{ id: renderSessionId(channel, questionIds), topic, description: null, questionIds },
        difficulty: asked.at(-1)?.difficulty ?? difficulties[0],
        minutes: asked.reduce((sum, { difficulty }) => sum + (minutes[difficulty] ?? 0), 0),
    };
}

function splitGroup(questions: readonly VoiceQuestion[]): readonly (readonly VoiceQuestion[])[] {
    const parts: (readonly VoiceQuestion[])[] = [];
    for (let at = 0; questions.length - at >= fewest; ) {
        const isNearlyAll = questions.length - at - usualSize < fewest;
        const end = isNearlyAll ? questions.length : at + usualSize;
        parts.push(questions.slice(at, end));
        at = end;
    }
    return parts;
}

function rank(difficulty: string): number {
    return (difficulties as readonly string[]).indexOf(difficulty);
}

function byAge(one: VoiceQuestion, other: VoiceQuestion): number {
    const [key, otherKey] = [one, other].map(({ createdAt, id }) => `${createdAt} ${id}`) as [string, string];
    return key < otherKey ? -1 : Number(key > otherKey);
}

/** `load-balancing` becomes `Load Balancing`. */
function renderName(slug: string): string {
    return slug.replace(/[-_]+/g, " ").replace(/(?<!\S)\p{Ll}/gu, (letter) => letter.toUpperCase());
}
