import { z } from "zod";
import type { FoundRecord, Loader, SourceRecord } from "../src/loading/loader.ts";
import { fieldReader, hasFields, isObject, listRecords } from "./shapes.ts";

/**
 * The questions of each channel: `{channels: {channel: {subChannels: {sub: [ids]}}}}`, with or without the wrapper, or
 * `{channelId, subChannel, questionId}`, a single one or an array.
 */
export const channelMappings: Loader = {
    name: "channel-mappings",
    table: "channel_mappings",
    fields: { channelId: "text", subChannel: "text", questionId: "text" },
    key: ["channel_id", "sub_channel", "question_id"],
    references: [{ column: "question_id", table: "questions", key: "id" }],
    schema: z.object({ channelId: z.string().min(1), subChannel: z.string(), questionId: z.string().min(1) }),
    find: (document) => {
        const isWrapped = isObject(document) && isObject(document.channels);
        const channels = isWrapped ? document.channels : document;
        if (isObject(channels) && Object.values(channels).some(hasSubChannels)) return listMappings(channels);
        if (isWrapped && Object.keys(document.channels as object).length === 0) return [];
        return listRecords(document, ["channelMappings", "channel_mappings"], isMapping);
    },
    // A question is always in its own channel, even if no mapping file contains it.
    derive: (others) => {
        const questions = [...(others.get("questions") ?? [])];
        const mapped = new Set<string>();
        for (const { value } of questions.length === 0 ? [] : (others.get("channel-mappings") ?? [])) {
            mapped.add(keyOf(value));
        }
        const derived: SourceRecord[] = [];
        for (const { file, position, value } of questions) {
            if (!isObject(value)) continue;
            const own = { channelId: value.channel, subChannel: value.subChannel, questionId: value.id };
            const isComplete = Object.values(own).every((part) => typeof part === "string");
            if (isComplete && !mapped.has(keyOf(own))) derived.push({ file, position, value: own });
        }
        return derived;
    },
};

function keyOf(value: unknown): string {
    return isObject(value) ? JSON.stringify([value.channelId, value.subChannel, value.questionId]) : "";
}

const isMapping = hasFields("channelId", "questionId");
const readSubChannels = fieldReader("subChannels");

function hasSubChannels(value: unknown): boolean {
    return isObject(value) && isObject(readSubChannels(value));
}

function* listMappings(channels: Readonly<Record<string, unknown>>): Generator<FoundRecord> {
    for (const [channelId, channel] of Object.entries(channels)) {
        const subChannels = isObject(channel) ? readSubChannels(channel) : undefined;
        for (const [subChannel, ids] of Object.entries(isObject(subChannels) ? subChannels : {})) {
            const list = Array.isArray(ids) ? ids : [ids];
            for (const [at, questionId] of list.entries()) {
                yield { position: `${channelId}/${subChannel}/${at}`, value: { channelId, subChannel, questionId } };
            }
        }
    }
}
