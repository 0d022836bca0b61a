import { z } from "zod";
import type { Loader } from "../src/loading/loader.ts";
import { count, name, optionalStrings, optionalText, percent, text } from "./fields.ts";
import { hasFields, listRecords } from "./shapes.ts";

const schema = z.object({
    id: name,
    name,
    provider: name,
    description: text,
    icon: optionalText,
    color: optionalText,
    difficulty: z.enum(["beginner", "intermediate", "advanced", "expert"]),
    category: z.enum(["cloud", "devops", "security", "data", "ai", "development", "management"]),
    estimatedHours: count.nullish(),
    examCode: optionalText,
    officialUrl: optionalText,
    domains: z.array(z.object({ id: name, name, weight: z.number() }).loose()).nullish(),
    channelMappings: z.array(z.object({ channel: name, subChannel: optionalText }).loose()).nullish(),
    tags: optionalStrings,
    prerequisites: optionalStrings,
    status: z.enum(["active", "draft", "archived"]).nullish(),
    questionCount: count.nullish(),
    passingScore: percent.nullish(),
    examDuration: count.nullish(),
    createdAt: optionalText,
    lastUpdated: optionalText,
});

const isCertification = hasFields("provider", "category");

/** Certifications: an array, an object by id, `{certifications: …}`, or a single one. */
export const certifications: Loader = {
    name: "certifications",
    table: "certifications",
    fields: {
        id: "text",
        name: "text",
        provider: "text",
        description: "text",
        icon: "text",
        color: "text",
        difficulty: "text",
        category: "text",
        estimatedHours: "integer",
        examCode: "text",
        officialUrl: "text",
        domains: "json",
        channelMappings: "json",
        tags: "json",
        prerequisites: "json",
        status: "text",
        questionCount: "integer",
        passingScore: "integer",
        examDuration: "integer",
        createdAt: "time",
        lastUpdated: "time",
    },
    key: ["id"],
    changedAt: "last_updated",
    // question_count is a cache that maintenance recounts.
    ignored: ["question_count", "created_at", "last_updated"],
    mentions: [{ field: "prerequisites", table: "certifications", key: "id" }],
    schema,
    find: (document) => listRecords(document, ["certifications"], isCertification),
};
