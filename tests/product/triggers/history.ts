import type { Client, InValue } from "@libsql/client";
import { readRows, readValue, type Values } from "../rows.ts";

export interface RecordedEvent {
    type: InValue;
    source: InValue;
    name: InValue;
    fields: string[] | undefined;
    before: Values | undefined;
    after: Values | undefined;
}

/** Reads what the history holds about a question, in the order of writing. */
export async function readEvents(client: Client, questionId: string): Promise<RecordedEvent[]> {
    const rows = await readRows(client, "SELECT * FROM question_history WHERE question_id = ? ORDER BY id", [
        questionId,
    ]);
    return rows.map((row) => ({
        type: row.event_type ?? null,
        source: row.event_source ?? null,
        name: row.source_name ?? null,
        fields: parse<string[]>(row.changed_fields),
        before: parse<Values>(row.before_snapshot),
        after: parse<Values>(row.after_snapshot),
    }));
}

/** Reads the kinds of events alone. */
export async function readEventTypes(client: Client, questionId: string): Promise<InValue[]> {
    return (await readEvents(client, questionId)).map((event) => event.type);
}

/** Counts all events of all questions. */
export async function countEvents(client: Client): Promise<number> {
    return Number(await readValue(client, "SELECT count(*) FROM question_history"));
}

function parse<T>(text: InValue | undefined): T | undefined {
    return typeof text === "string" ? (JSON.parse(text) as T) : undefined;
}
