import type { Row } from "../../src/database/connection.ts";
import type { ShownQuestion } from "./answers/requests.ts";
import type { DraftQuestion } from "./rules/question.ts";
import type { BotStore } from "./store.ts";

/** A question of the database, with what rules and models look at. */
export interface StoredQuestion {
    readonly id: string;
    /** At least `readColumns`, which an edit compares. */
    readonly row: Row;
    readonly status: string;
    readonly createdAt: string;
    readonly draft: DraftQuestion;
    readonly shown: ShownQuestion;
}

/** Reads a row of a statement that gives all that bots check or change. */
export function readStored(row: Row): StoredQuestion {
    const text = (column: string): string => String(row[column] ?? "");
    const orNull = (column: string): string | null => (row[column] === null ? null : text(column));
    const draft = {
        ...{ question: text("question"), answer: text("answer"), explanation: text("explanation") },
        ...{ channel: text("channel"), subChannel: text("sub_channel"), difficulty: text("difficulty") },
        ...{ tags: readTexts(row.tags), diagram: orNull("diagram") },
    };
    return {
        ...{ id: text("id"), row, status: text("status"), createdAt: text("created_at"), draft },
        shown: { ...draft, companies: readTexts(row.companies), eli5: orNull("eli5"), tldr: orNull("tldr") },
    };
}

/** Finds a question by its id, whatever its status. */
export async function findStored({ sql, read }: BotStore, id: string): Promise<StoredQuestion | undefined> {
    const [rows] = await read([sql("question", { question_id: id })]);
    return rows?.[0] && readStored(rows[0]);
}

// The schema has them as JSON arrays, but not what is in them.
function readTexts(value: Row[string] | undefined): readonly string[] {
    const list: unknown = typeof value === "string" ? JSON.parse(value) : [];
    return Array.isArray(list) ? list.map(String) : [];
}
