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
import { hasFields, isObject, listRecords } from "./shapes.ts";

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
    find: (document) => listRecords(document, ["learningPaths", "learning_paths", "paths"], isPath),
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
    complete: (known) => {
        const channelById = listChannels(known);
        return (value) =>
            isObject(value) ? { ...deriveType(value), channels: deriveChannels(value, channelById), ...value } : value;
    },
};

const isPath = hasFields("questionIds", "title");

type Fields = Readonly<Record<string, unknown>>;

// Older exports have type and company only in the id: company-adobe-advanced.
function deriveType({ id, title, pathType }: Fields): Fields {
    if (pathType !== undefined || typeof id !== "string") return {};
    const type = pathTypes.find((word) => id.startsWith(`${word}-`));
    if (type === undefined) return {};
    const [, company] = /^company-(.+?)(?:-(?:beginner|intermediate|advanced))?$/.exec(id) ?? [];
    if (company === undefined) return { pathType: type };
    // The title has the company's spelling.
    const words = typeof title === "string" ? title.slice(0, company.length) : "";
    const isSame = words.toLowerCase().replace(/[^a-z0-9]+/g, "-") === company;
    return { pathType: type, targetCompany: isSame ? words : company };
}

// The channels of its questions, in order; missing questions have none.
function deriveChannels({ questionIds }: Fields, channelById: ReadonlyMap<string, string>): string[] {
    return [...new Set(toList(questionIds).flatMap((id) => channelById.get(id) ?? []))];
}

function listChannels({ rows, records }: Known): ReadonlyMap<string, string> {
    const byId = new Map(rows.map(({ id, channel }) => [String(id), String(channel)]));
    for (const { value } of records.get("questions") ?? []) {
        if (isObject(value) && typeof value.channel === "string") byId.set(String(value.id), value.channel);
    }
    return byId;
}

function toList(value: unknown): string[] {
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
