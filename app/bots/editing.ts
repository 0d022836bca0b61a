import type { Argument, Row } from "../../src/database/connection.ts";
import { assertChanged, assertThat, type Effect } from "../../src/queue/effects.ts";
import type { BotStore } from "./store.ts";

/** Columns of a question that bots change; lists are arrays. */
export interface QuestionChanges {
    readonly question?: string;
    readonly answer?: string;
    readonly explanation?: string;
    /** Null removes it. */
    readonly diagram?: string | null;
    readonly difficulty?: string;
    readonly tags?: readonly string[];
    readonly companies?: readonly string[];
    readonly eli5?: string;
    readonly tldr?: string;
    readonly status?: "active" | "flagged" | "deleted";
}

/** The columns that an edit depends on: it is refused when one of them is not as it was read. */
export const readColumns = [
    ...["question", "answer", "explanation", "diagram", "difficulty", "tags", "channel", "sub_channel"],
    ...["companies", "eli5", "tldr", "status"],
] as const;

/** Fails when another program has changed the question since it was read: read it again. */
export const isAsRead = "the question is as it was read";

/** Asserts that a question is as it was read, where nothing of it changes. @param asserts what an UnmetAssertion then says */
export function assertAsRead(id: string, read: Row, asserts: string = isAsRead): Effect {
    const columns = readColumns.join(", ");
    const values = readColumns.map(() => "?").join(", ");
    return assertThat(`EXISTS (SELECT 1 FROM questions WHERE id = ? AND (${columns}) IS (${values}))`, asserts, [
        id,
        ...readColumns.map((column) => read[column] as Argument),
    ]);
}

/** Leaves out of `changes` what the question has already. */
export function findChanges(read: Row, changes: QuestionChanges): QuestionChanges {
    return Object.fromEntries(
        Object.entries(changes).filter(([column, value]) => {
            const stored = Array.isArray(value) ? JSON.stringify(value) : value;
            return value !== undefined && read[column] !== stored;
        }),
    );
}

/**
 * The statements of an edit, for the transaction that completes a job: the columns that change and no other, history by a
 * trigger, the ledger with what changed before and after.
 *
 * @param read a row of questions with at least `readColumns`
 * @param edit.event what the history calls a change of the content
 */
export function renderEdit(
    { sql }: BotStore,
    id: string,
    read: Row,
    changes: QuestionChanges,
    edit: {
        readonly bot: string;
        readonly action: "update" | "flag" | "delete";
        readonly event: "improved" | "enriched" | null;
        readonly reason: string;
        readonly origin?: Readonly<Record<string, unknown>>;
    },
): readonly Effect[] {
    const before = Object.fromEntries(Object.keys(changes).map((column) => [column, read[column] ?? null]));
    const seen = Object.fromEntries(readColumns.map((column) => [column, read[column] ?? null]));
    return [
        sql("setWriter", { source_name: edit.bot, event_type: edit.event }),
        sql("edit", { question_id: id, read: JSON.stringify(seen), changes: JSON.stringify(changes) }),
        assertChanged(isAsRead),
        sql("clearWriter"),
        sql("record", {
            ...{ bot: edit.bot, action: edit.action, item_type: "question", item_id: id },
            before_state: JSON.stringify(before),
            after_state: JSON.stringify({ ...changes, ...edit.origin }),
            reason: edit.reason,
        }),
    ];
}
