import { z } from "zod";
import type { Loader } from "../src/loading/loader.ts";
import { count, name, optionalText, percent } from "./fields.ts";
import { hasFields, listRecords } from "./shapes.ts";

const schema = z.object({
    id: name,
    userId: optionalText,
    sessionType: z.enum(["test", "voice-interview", "certification", "channel", "training"]),
    sessionKey: name,
    title: name,
    subtitle: optionalText,
    channelId: optionalText,
    certificationId: optionalText,
    progress: percent.nullish(),
    totalItems: count,
    completedItems: count.nullish(),
    sessionData: z.unknown().optional(),
    startedAt: optionalText,
    lastAccessedAt: optionalText,
    completedAt: optionalText,
    status: z.enum(["active", "completed", "abandoned"]).nullish(),
});

const isSession = hasFields("sessionType", "sessionKey");

/** Sessions of users: an array, an object by id, `{userSessions: …}`, or a single one. */
export const userSessions: Loader = {
    name: "user-sessions",
    table: "user_sessions",
    fields: {
        id: "text",
        userId: "text",
        sessionType: "text",
        sessionKey: "text",
        title: "text",
        subtitle: "text",
        channelId: "text",
        certificationId: "text",
        progress: "integer",
        totalItems: "integer",
        completedItems: "integer",
        sessionData: "any-json",
        startedAt: "time",
        lastAccessedAt: "time",
        completedAt: "time",
        status: "text",
    },
    key: ["id"],
    changedAt: "last_accessed_at",
    ignored: ["last_accessed_at", "started_at"],
    references: [{ column: "user_id", table: "users", key: "id" }],
    schema,
    find: (document) => listRecords(document, ["userSessions", "user_sessions"], isSession),
};
