import { z } from "zod";
import type { Loader } from "../src/loading/loader.ts";
import { count, difficulty, name, optionalText, strings } from "./fields.ts";
import { hasFields, isObject, listRecords } from "./shapes.ts";

const schema = z.object({
    id: name,
    topic: name,
    description: optionalText,
    channel: name,
    difficulty,
    questionIds: strings,
    totalQuestions: count,
    estimatedMinutes: count.nullish(),
    createdAt: optionalText,
    lastUpdated: optionalText,
});

/** Voice sessions: an array, an object by id, `{voiceSessions: …}` or `{sessions: …}` around either, or a single one. */
export const voiceSessions: Loader = {
    name: "voice-sessions",
    table: "voice_sessions",
    fields: {
        id: "text",
        topic: "text",
        description: "text",
        channel: "text",
        difficulty: "text",
        questionIds: "json",
        totalQuestions: "integer",
        estimatedMinutes: "integer",
        createdAt: "time",
        lastUpdated: "time",
    },
    key: ["id"],
    changedAt: "last_updated",
    ignored: ["created_at", "last_updated"],
    mentions: [{ field: "questionIds", table: "questions", key: "id" }],
    schema,
    find: (document) => listRecords(document, ["voiceSessions", "voice_sessions"], isVoiceSession),
    // Some exports lack the number of questions.
    complete: () => (value) =>
        isObject(value) && value.totalQuestions === undefined && Array.isArray(value.questionIds)
            ? { ...value, totalQuestions: value.questionIds.length }
            : value,
};

const isVoiceSession = hasFields("topic", "questionIds");
