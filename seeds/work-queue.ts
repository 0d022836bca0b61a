import { z } from "zod";
import type { Loader } from "../src/loading/loader.ts";
import { name, optionalObject, optionalText } from "./fields.ts";
import { hasFields, listRecords } from "./shapes.ts";

export const itemType = z.enum([
    "question",
    "challenge",
    "test",
    "blog",
    "certification",
    "voice_session",
    "flashcard",
]);

const schema = z.object({
    itemType,
    itemId: name,
    action: z.string().regex(/^[a-z0-9_]+$/),
    priority: z.number().int().min(1).max(10).nullish(),
    status: z.enum(["pending", "processing", "completed", "failed"]).nullish(),
    reason: optionalText,
    createdBy: optionalText,
    assignedTo: optionalText,
    createdAt: name,
    processedAt: optionalText,
    result: optionalObject,
    attempts: z.number().int().min(0).nullish(),
    maxAttempts: z.number().int().min(1).nullish(),
    runAfter: optionalText,
    lockedBy: optionalText,
    lockedUntil: optionalText,
});

/** The bots' queue: `{queue: [...]}` as exported by the monitor, or an array. Its ids belong to the database of origin. */
export const workQueue: Loader = {
    name: "work-queue",
    table: "work_queue",
    fields: {
        itemType: "text",
        itemId: "text",
        action: "text",
        priority: "integer",
        status: "text",
        reason: "text",
        createdBy: "text",
        assignedTo: "text",
        createdAt: "time",
        processedAt: "time",
        result: "json",
        attempts: "integer",
        maxAttempts: "integer",
        runAfter: "time",
        lockedBy: "text",
        lockedUntil: "time",
    },
    key: ["item_id", "item_type", "action", "created_at"],
    changedAt: "processed_at",
    ignored: ["processed_at"],
    schema,
    find: (document) => listRecords(document, ["queue", "work_queue"], isQueueItem),
};

const [isAction, isOfBot] = [hasFields("itemType", "action"), hasFields("botName")];

// The bots' ledger has these two fields as well, and the bot's name.
function isQueueItem(value: unknown): boolean {
    return isAction(value) && !isOfBot(value);
}
