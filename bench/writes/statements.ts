import { createRandom, makeSentence, makeText } from "../load/words.ts";

export type Value = string | null;

/** One way of writing a question, as the site's programs do it. */
export interface Write {
    readonly title: string;
    readonly sql: string;
    /** What is bound for a question, in a round. */
    values(id: string, round: number): Value[];
    /** What the application would bind for its row of history, after the id. */
    history(values: readonly Value[]): readonly [fields: Value, before: Value, after: Value];
}

const time = "2026-01-01T00:00:00.000Z";
const columns = [
    ...["id", "question", "answer", "explanation", "diagram", "difficulty", "tags", "channel", "sub_channel"],
    ...["source_url", "videos", "companies", "eli5", "last_updated"],
];
const places = (count: number): string => Array(count).fill("?").join(", ");
const random = createRandom(11);
/** Texts in flat memory: what JavaScript has concatenated is copied when it is first bound, which would be measured. */
const flat = (text: string): string => Buffer.from(text).toString();
const texts = (length: number): string[] => Array.from({ length: 97 }, () => flat(makeText(random, length)));
const answers = texts(350);
const explanations = texts(1_400);
const asked = Array.from({ length: 97 }, () => makeSentence(random, "?"));
const nth = (items: readonly string[], id: string, round: number): string =>
    items[(Number(id.slice(2)) + round * 31) % items.length] ?? "";

function question(id: string, round: number): Value[] {
    return [
        ...[id, nth(asked, id, 0), nth(answers, id, round), nth(explanations, id, round), "graph TD; A-->B"],
        ...["intermediate", '["caching","system design"]', `channel-${Number(id.slice(2)) % 32}`, "caching"],
        ...["https://example.org/", '{"shortVideo":null,"longVideo":null}', '["Initech"]', nth(answers, id, 2), time],
    ];
}

// Before and after are equally long, and what they say has no influence.
const answered = (answer: Value = null, explanation: Value = null): readonly [Value, Value, Value] => {
    const snapshot = JSON.stringify({ answer, explanation });
    return ['["answer","explanation"]', snapshot, snapshot];
};

export const writes: readonly Write[] = [
    {
        title: "new question",
        sql: `INSERT INTO questions (${columns.join(", ")}) VALUES (${places(columns.length)})`,
        values: question,
        history: () => [null, null, null],
    },
    {
        title: "save of a processor",
        sql: "UPDATE questions SET answer = ?, explanation = ?, last_updated = ? WHERE id = ?",
        values: (id, round) => [nth(answers, id, round + 1), nth(explanations, id, round + 1), time, id],
        history: ([answer, explanation]) => answered(answer, explanation),
    },
    {
        title: "REPLACE of a question",
        sql:
            `INSERT OR REPLACE INTO questions (${columns.join(", ")}, tldr, created_at) VALUES ` +
            `(${places(columns.length + 1)}, coalesce((SELECT created_at FROM questions WHERE id = ?1), '${time}'))`,
        values: (id, round) => [...question(id, round + 2), "In one sentence."],
        history: ([, , answer, explanation]) => answered(answer, explanation),
    },
];

/** The row of history that an application would write by itself. */
export const insertHistory =
    "INSERT INTO question_history (question_id, event_type, event_source, changed_fields, before_snapshot, " +
    `after_snapshot, created_at) VALUES (?, 'updated', 'bot', ?, ?, ?, '${time}')`;
