import type { Row } from "../../src/database/connection.ts";

/** Questions planted among others: each with the question that it was made of. */
export interface Planting {
    /** Say the same: a word more or less, other punctuation, another beginning. */
    readonly near: readonly (readonly [id: string, of: string])[];
    /** Share the subject, but ask something else. */
    readonly related: readonly (readonly [id: string, of: string])[];
    readonly statements: readonly { readonly sql: string; readonly args: string[] }[];
}

const edits: readonly ((text: string) => string)[] = [
    (text) => text.replace(/\.(?=\s|$)/g, ";").replace(/\?$/, ""),
    (text) => text.replace(/\bHow would you\b/i, "How do you").replace(/\bExplain\b/, "Please explain"),
    (text) => text.replace(/\b(?:a|an|the) /gi, ""),
    (text) => text.toLowerCase(),
    (text) => text.replace(/,/g, " and").replace(/\bInclude\b/i, "Also include"),
];

/** Plants 100 near-duplicates and 100 related questions, by a fixed rule, beside the questions that they are made of. */
export function plantDuplicates(questions: readonly Row[], count = 100): Planting {
    const [near, related]: [[string, string][], [string, string][]] = [[], []];
    const statements: { sql: string; args: string[] }[] = [];
    const add = (id: string, question: string, channel: string): void => {
        statements.push({
            sql: `INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
                VALUES (?, ?, '-', '', 'beginner', ?, '')`,
            args: [id, question, channel],
        });
    };
    const step = Math.floor(questions.length / count);
    for (let at = 0; at < count; at++) {
        const one = questions[at * step];
        const channel = String(one?.channel);
        const text = String(one?.question);
        const original = `planted-${at}`;
        add(original, text, channel);
        near.push([`${original}-near`, original]);
        add(`${original}-near`, edits[at % edits.length]?.(text) ?? text, channel);
        // The first half of the question, and the second half of another one of its channel.
        const others = questions.filter((row) => row.channel === channel && row.id !== one?.id);
        const other = String(others[at % others.length]?.question ?? "");
        related.push([`${original}-related`, original]);
        add(`${original}-related`, `${half(text)[0]} ${half(other)[1]}`, channel);
    }
    return { near, related, statements };
}

function half(text: string): [string, string] {
    const words = text.split(/\s+/);
    const middle = Math.floor(words.length / 2);
    return [words.slice(0, middle).join(" "), words.slice(middle).join(" ")];
}
