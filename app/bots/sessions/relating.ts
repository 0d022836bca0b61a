import type { relationshipTypes } from "../answers/answers.ts";
import { findAlike } from "../duplicates/alike.ts";
import { findSubject } from "../duplicates/judge-pair.ts";
import type { VoiceQuestion } from "./arranging.ts";

/** What the target is to the source, as question_relationships has it. */
export interface Relationship {
    readonly source: string;
    readonly target: string;
    readonly type: (typeof relationshipTypes)[number];
    /** 0 to 100. */
    readonly strength: number;
}

/** From which likeness on two questions are related: the share of their words, or the cosine of their vectors. */
const least = { words: 0.12, vectors: 0.8 };
/** Of each question, the closest. */
const mostRelated = 3;

/**
 * Relates questions by their vectors where both have one, otherwise by their words: at most 3 of each, the most alike. All are
 * `related`, from the lower id to the higher one.
 */
export function relateBySimilarity(
    questions: readonly VoiceQuestion[],
    vectors: ReadonlyMap<string, Float32Array>,
): readonly Relationship[] {
    const found = [...relateByWords(questions, vectors), ...relateByVectors(questions, vectors)];
    found.sort((one, other) => other.strength - one.strength || (keyOf(one) < keyOf(other) ? -1 : 1));
    const counts = new Map<string, number>();
    const count = (id: string): number => counts.get(id) ?? 0;
    return found.filter(({ source, target }) => {
        if (count(source) >= mostRelated || count(target) >= mostRelated) return false;
        for (const id of [source, target]) counts.set(id, count(id) + 1);
        return true;
    });
}

/**
 * Keeps of proposed relationships what can be added: none twice, `related` in one direction only, none of a question to
 * itself, and no prerequisite that would make a question its own one; of a circle the weakest is left out.
 *
 * @param existing what the questions have already
 * @param prerequisites source and target of all prerequisites that can be reached from the questions
 */
export function selectRelationships(
    proposed: readonly Relationship[],
    existing: readonly Omit<Relationship, "strength">[],
    prerequisites: readonly (readonly [string, string])[],
): readonly Relationship[] {
    const known = new Set(existing.map((one) => keyOf(orient(one))));
    const targets = new Map<string, string[]>();
    const lead = (source: string, target: string): void => {
        targets.set(source, [...(targets.get(source) ?? []), target]);
    };
    for (const [source, target] of prerequisites) lead(source, target);
    const strongestFirst = proposed.toSorted((one, other) => other.strength - one.strength);
    return strongestFirst.map(orient).filter((one) => {
        const { source, target, type } = one;
        if (source === target || known.has(keyOf(one))) return false;
        if (type === "prerequisite") {
            if (leadsTo(targets, target, source)) return false;
            lead(source, target);
        }
        known.add(keyOf(one));
        return true;
    });
}

/** It says the same from both ends. */
function orient<T extends Omit<Relationship, "strength">>(one: T): T {
    if (one.type !== "related" || one.source < one.target) return one;
    return { ...one, source: one.target, target: one.source };
}

function keyOf({ source, target, type }: Omit<Relationship, "strength">): string {
    return JSON.stringify([source, target, type]);
}

function leadsTo(targets: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
    const reached = new Set([from]);
    for (const id of reached) for (const next of targets.get(id) ?? []) reached.add(next);
    return reached.has(to);
}

function relate(one: string, other: string, likeness: number): Relationship {
    const strength = Math.round(100 * Math.min(1, likeness));
    return orient({ source: one, target: other, type: "related", strength });
}

function relateByWords(
    questions: readonly VoiceQuestion[],
    vectors: ReadonlyMap<string, Float32Array>,
): readonly Relationship[] {
    const subjects = questions.map(({ text }) => findSubject(text));
    return findAlike(subjects, least.words).flatMap(({ one, other, share }) => {
        const [id, otherId] = [questions[one]?.id ?? "", questions[other]?.id ?? ""];
        return vectors.has(id) && vectors.has(otherId) ? [] : [relate(id, otherId, share)];
    });
}

function relateByVectors(
    questions: readonly VoiceQuestion[],
    vectors: ReadonlyMap<string, Float32Array>,
): readonly Relationship[] {
    const having = questions.flatMap(({ id }) => {
        const vector = vectors.get(id);
        return vector ? [{ id, vector }] : [];
    });
    return having.flatMap((one, at) =>
        having.slice(at + 1).flatMap((other) => {
            const cosine = one.vector.reduce(
                (sum, value, dimension) => sum + value * (other.vector[dimension] ?? 0),
                0,
            );
            return cosine >= least.vectors ? [relate(one.id, other.id, cosine)] : [];
        }),
    );
}
