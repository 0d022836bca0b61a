import { z } from "zod";
import type { Loader } from "../src/loading/loader.ts";
import { count, name, optionalObject, optionalText } from "./fields.ts";
import { hasFields, listRecords } from "./shapes.ts";

const schema = z.object({
    botName: name,
    startedAt: name,
    completedAt: optionalText,
    status: z.enum(["running", "completed", "failed"]).nullish(),
    itemsProcessed: count.nullish(),
    itemsCreated: count.nullish(),
    itemsUpdated: count.nullish(),
    itemsDeleted: count.nullish(),
    summary: optionalObject,
});

const isRun = hasFields("botName", "startedAt");

/** The bots' runs: `{runs: [...]}` as exported by the monitor, or an array. */
export const botRuns: Loader = {
    name: "bot-runs",
    table: "bot_runs",
    fields: {
        botName: "text",
        startedAt: "time",
        completedAt: "time",
        status: "text",
        itemsProcessed: "integer",
        itemsCreated: "integer",
        itemsUpdated: "integer",
        itemsDeleted: "integer",
        summary: "json",
    },
    key: ["bot_name", "started_at"],
    changedAt: "completed_at",
    ignored: ["completed_at"],
    schema,
    find: (document) => listRecords(document, ["runs", "bot_runs"], isRun),
};
