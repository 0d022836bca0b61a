import { z } from "zod";
import type { Loader, SourceRecord } from "../src/loading/loader.ts";
import { difficulty, flag, name, optionalObject, optionalStrings, optionalText, percent, text } from "./fields.ts";
import { isTest } from "./other-kinds.ts";
import { isObject, listRecords } from "./shapes.ts";

const schema = z.object({
    id: name,
    question: name,
    answer: text,
    explanation: text,
    diagram: optionalText,
    difficulty,
    tags: optionalStrings,
    channel: name,
    subChannel: text,
    sourceUrl: optionalText,
    videos: optionalObject,
    companies: optionalStrings,
    eli5: optionalText,
    tldr: optionalText,
    relevanceScore: percent.nullish(),
    relevanceDetails: optionalObject,
    jobTitleRelevance: optionalObject,
    experienceLevelTags: optionalStrings,
    voiceKeywords: optionalStrings,
    voiceSuitable: flag,
    status: z.enum(["active", "flagged", "deleted"]).nullish(),
    isNew: flag,
    lastUpdated: optionalText,
    createdAt: optionalText,
});

/** Questions: arrays, objects by id, `{questions: …}` around either, and single objects. */
export const questions: Loader = {
    name: "questions",
    table: "questions",
    fields: {
        id: "text",
        question: "text",
        answer: "text",
        explanation: "text",
        diagram: "text",
        difficulty: "text",
        tags: "json",
        channel: "text",
        subChannel: "text",
        sourceUrl: "text",
        videos: "json",
        companies: "json",
        eli5: "text",
        tldr: "text",
        relevanceScore: "integer",
        relevanceDetails: "json",
        jobTitleRelevance: "json",
        experienceLevelTags: "json",
        voiceKeywords: "json",
        voiceSuitable: "integer",
        status: "text",
        isNew: "integer",
        lastUpdated: "time",
        createdAt: "time",
    },
    key: ["id"],
    changedAt: "last_updated",
    ignored: [
        "is_new",
        "last_updated",
        "relevance_score",
        "relevance_details",
        "job_title_relevance",
        "experience_level_tags",
        "created_at",
    ],
    schema,
    find: (document) => (isTest(document) ? undefined : listRecords(document, ["questions"], looksLikeQuestion)),
    // Older exports have the channel only in the mappings: the first one in file order is the question's own.
    complete: ({ records }) => {
        const first = findFirstMappings(records.get("channel-mappings") ?? []);
        return (value) => {
            if (!isObject(value) || value.channel !== undefined) return value;
            const mapping = first.get(String(value.id));
            return mapping ? { ...value, ...mapping } : value;
        };
    },
    shared: ["id", "channel", "subChannel"],
    // The history says that an import wrote, and which.
    around: {
        before: [{ sql: "UPDATE history_writer SET source = 'import', source_name = 'questions'" }],
        after: [{ sql: "UPDATE history_writer SET source = NULL, source_name = NULL" }],
    },
};

function looksLikeQuestion(value: unknown): boolean {
    return isObject(value) && ("question" in value || "answer" in value || "explanation" in value);
}

interface Mapping {
    readonly channel: string;
    readonly subChannel: string;
}

function findFirstMappings(records: Iterable<SourceRecord>): ReadonlyMap<string, Mapping> {
    const first = new Map<string, Mapping>();
    for (const { value } of records) {
        if (!isObject(value)) continue;
        const id = String(value.questionId);
        if (!first.has(id)) first.set(id, { channel: String(value.channelId), subChannel: String(value.subChannel) });
    }
    return first;
}
