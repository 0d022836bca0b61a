import { z } from "zod";
import type { ColumnValues, FoundRecord, Loader } from "../src/loading/loader.ts";
import { withFields } from "../src/text/json.ts";
import { name, optionalObject, optionalStrings, optionalText } from "./fields.ts";
import { fieldReader, hasFields, isObject, listRecords } from "./shapes.ts";

const schema = z.object({
    questionId: name,
    questionType: z.enum(["question", "test", "coding"]).nullish(),
    eventType: z.enum(["created", "updated", "improved", "flagged", "verified", "enriched", "deleted", "restored"]),
    eventSource: z.enum(["bot", "user", "system", "import"]),
    sourceName: optionalText,
    changesSummary: optionalText,
    changedFields: optionalStrings,
    beforeSnapshot: optionalObject,
    afterSnapshot: optionalObject,
    reason: optionalText,
    metadata: optionalObject,
    createdAt: name,
});

const isEvent = hasFields("eventType");

/**
 * Events of questions, tests and coding challenges: a file for each item with its events in `history`, arrays of events, or
 * `{history: [...]}`.
 */
export const questionHistory: Loader = {
    name: "question-history",
    table: "question_history",
    fields: {
        questionId: "text",
        questionType: "text",
        eventType: "text",
        eventSource: "text",
        sourceName: "text",
        changesSummary: "text",
        changedFields: "json",
        beforeSnapshot: "json",
        afterSnapshot: "json",
        reason: "text",
        metadata: "json",
        createdAt: "time",
    },
    // Other columns are not compared.
    key: ["question_id", "question_type", "created_at", "event_type", "event_source"],
    ignored: [
        "source_name",
        "changes_summary",
        "changed_fields",
        "before_snapshot",
        "after_snapshot",
        "reason",
        "metadata",
    ],
    mentions: [{ field: "questionId", table: "questions", key: "id" }],
    // The triggers wrote such a row when the item was loaded; the exported event is more complete.
    takesOver: {
        match: ["question_id", "question_type", "event_type"],
        where:
            "((t.event_source IN ('system', (SELECT default_source FROM history_writer)) AND t.source_name IS NULL) " +
            "OR (t.event_source = 'import' AND t.source_name = 'questions')) " +
            // An event that another writer recorded under the same source says more.
            "AND coalesce(t.changes_summary, t.reason, t.metadata) IS NULL",
        id: "id",
        // Most exports lack these.
        keeps: ["changed_fields", "before_snapshot", "after_snapshot"],
        // Changes recorded by triggers in two databases are different changes, but an item was created only once.
        accepts: (event, row) =>
            event.event_type === "created" || row.event_source === "import" || !isOfTrigger(event, row.event_source),
    },
    schema,
    find: (document) => {
        if (isObject(document) && Array.isArray(document.history)) return listEvents(document);
        return listRecords(document, ["history", "question_history"], isEvent);
    },
    complete: () => (value) =>
        isObject(value) && value.questionType === undefined ? { ...value, questionType: "question" } : value,
};

// Triggers name no writer, and record what changed; their source is a setting of the other database.
function isOfTrigger(event: ColumnValues, ours: unknown): boolean {
    const { event_source, source_name, changed_fields, before_snapshot, after_snapshot } = event;
    const saysWhatChanged = [changed_fields, before_snapshot, after_snapshot].some((value) => (value ?? null) !== null);
    return (source_name ?? null) === null && (saysWhatChanged || event_source === "system" || event_source === ours);
}

/** What an item says once for all its events. */
const saidAbove = ["questionId", "questionType"].map((field) => ({ field, read: fieldReader(field) }));

function listEvents(item: Readonly<Record<string, unknown>>): FoundRecord[] {
    const above = saidAbove.filter(({ read }) => read(item) !== undefined);
    const values = Object.fromEntries(above.map(({ field, read }) => [field, read(item)]));
    return (item.history as unknown[]).map((event, at) => {
        if (!isObject(event)) return { position: `history/${at}`, value: event };
        const missing = above.filter(({ read }) => read(event) === undefined);
        const fields =
            missing.length === above.length
                ? values
                : Object.fromEntries(missing.map(({ field }) => [field, values[field]]));
        return { position: `history/${at}`, value: withFields(fields, event) };
    });
}
