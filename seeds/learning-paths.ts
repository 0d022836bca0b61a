import { z } from "zod";
import type { Known, Loader } from "../src/loading/loader.ts";
import {
    count,
    difficulty,
    name,
    optionalObject,
    optionalStrings,
    optionalText,
    percent,
    strings,
    text,
} from "./fields.ts";
import { isObject, listRecords } from "./shapes.ts";

const pathTypes = ["company", "job-title", "skill", "certification"] as const;

const schema = z.object({
    id: name,
    title: name,
    description: text,
    pathType: z.enum(pathTypes),
    targetCompany: optionalText,
    targetJobTitle: optionalText,
    difficulty,
    estimatedHours: count.nullish(),
    questionIds: strings,
    channels: strings,
    tags: optionalStrings,
    prerequisites: optionalStrings,
    learningObjectives: optionalStrings,
    milestones: z.array(z.object({ id: name, title: name }).loose()).nullish(),
    popularity: count.nullish(),
    completionRate: percent.nullish(),
    averageRating: percent.nullish(),
    metadata: optionalObject,
    status: z.enum(["active", "draft", "archived"]).nullish(),
    createdAt: optionalText,
    lastUpdated: optionalText,
    lastGenerated: optionalText,
});

/** Learning paths: an array, an object by id, `{learningPaths: …}` or `{paths: …}`, or a single one. */
export const learningPaths: Loader = {
    name: "learning-paths",
    table: "learning_paths",
    fields: {
        id: "text",
        title: "text",
        description: "text",
        pathType: "text",
        targetCompany: "text",
        targetJobTitle: "text",
        difficulty: "text",
        estimatedHours: "integer",
        questionIds: "json",
        channels: "json",
        tags: "json",
        prerequisites: "json",
        learningObjectives: "json",
        milestones: "json",
        popularity: "integer",
        completionRate: "integer",
        averageRating: "integer",
        metadata: "json",
        status: "text",
        createdAt: "time",
        lastUpdated: "time",
        lastGenerated: "time",
    },
    key: ["id"],
    changedAt: "last_updated",
    ignored: ["created_at", "last_updated", "last_generated"],
    mentions: [
        { field: "questionIds", table: "questions", key: "id" },
        { field: "prerequisites", table: "learning_paths", key: "id" },
    ],
    schema,
    find: (document) => listRecords(document, "learningPaths", isPath) ?? listRecords(document, "paths", isPath),
    lookup: (values) => {
        const ids = new Set<string>();
        for (const value of values) {
            if (!isObject(value) || value.channels !== undefined) continue;
            for (const id of toList(value.questionIds)) ids.add(id);
        }
        if (ids.size === 0) return undefined;
        return {
            sql: "SELECT q.id, q.channel FROM json_each(?) AS given CROSS JOIN questions AS q ON q.id = given.value",
            args: [JSON.stringify([...ids])],
        };
    },
    derives: ["pathType", "targetCompany", "channels"],
    complete: (value, known) => {
        if (!isObject(value)) return value;
        return { ...deriveType(value), channels: deriveChannels(value, known), ...value };
    },
};

function isPath(value: unknown): boolean {
    return isObject(value) && "questionIds" in value && "title" in value;
}

// Older exports say the type and the company in the id alone: company-adobe-advanced.
function deriveType({ id, title, pathType }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    if (pathType !== undefined || typeof id !== "string") return {};
    const type = pathTypes.find((word) => id.startsWith(`${word}-`));
    if (type === undefined) return {};
    const [, company] = /^company-(.+?)(?:-(?:beginner|intermediate|advanced))?$/.exec(id) ?? [];
    if (company === undefined) return { pathType: type };
    // The title has the company as it writes itself.
    const words = typeof title === "string" ? title.slice(0, company.length) : "";
    const isSame = words.toLowerCase().replace(/[^a-z0-9]+/g, "-") === company;
    return { pathType: type, targetCompany: isSame ? words : company };
}

// The channels of its questions, in their order; questions that are gone have none.
function deriveChannels({ questionIds, channels }: Readonly<Record<string, unknown>>, known: Known): unknown {
    if (channels !== undefined) return channels;
    const byId = listChannels(known);
    return [...new Set(toList(questionIds).flatMap((id) => byId.get(id) ?? []))];
}

const channelsByRun = new WeakMap<Known, ReadonlyMap<string, string>>();

// Of each question, by its id.
function listChannels(known: Known): ReadonlyMap<string, string> {
    const listed = channelsByRun.get(known);
    if (listed) return listed;
    const byId = new Map(known.rows.map(({ id, channel }) => [String(id), String(channel)]));
    for (const { value } of known.records.get("questions") ?? []) {
        if (isObject(value) && typeof value.channel === "string") byId.set(String(value.id), value.channel);
    }
    channelsByRun.set(known, byId);
    return byId;
}

function toList(value: unknown): string[] {
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
