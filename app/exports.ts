import type { ExportedRow } from "../src/loading/exports/rows.ts";
import { asWrapped, type ExportForms, type ExportShape } from "../src/loading/exports/shapes.ts";

const shapes: Readonly<Record<string, ExportShape>> = {
    users: asWrapped("users.json", "users"),
    questions: async function* (rows) {
        for (const [channel, list] of await groupBy(rows, (row) => String(row.channel))) {
            yield [`questions/${toFileName(channel)}.json`, list];
        }
    },
    "channel-mappings": async function* (rows) {
        const channels: Record<string, { subChannels: Record<string, unknown[]> }> = {};
        for await (const { channelId, subChannel, questionId } of rows) {
            channels[String(channelId)] ??= { subChannels: {} };
            const subChannels = channels[String(channelId)]?.subChannels ?? {};
            subChannels[String(subChannel)] = [...(subChannels[String(subChannel)] ?? []), questionId];
        }
        yield ["channel-mappings.json", { channels }];
    },
    "question-relationships": asWrapped("question-relationships.json", "relationships"),
    "user-sessions": asWrapped("user-sessions.json", "userSessions"),
    "question-history": async function* (rows) {
        const items = await groupBy(rows, ({ questionType, questionId }) => JSON.stringify([questionType, questionId]));
        for (const [key, events] of items) {
            const [questionType, questionId] = JSON.parse(key) as [string, string];
            const name = toFileName(questionType === "question" ? questionId : `${questionType} ${questionId}`);
            yield [`history/${name}.json`, describeItem(questionId, questionType, events)];
        }
    },
    "work-queue": asWrapped("bots/queue.json", "queue"),
    "bot-ledger": asWrapped("bots/ledger.json", "ledger"),
    "bot-runs": asWrapped("bots/runs.json", "runs"),
};

/** The exports of this site, in the formats that its loaders read. */
export const exportForms: ExportForms = {
    shapes,
    personal: ["users", "user-sessions"],
    whyPersonal: "they hold names and password hashes of people",
};

async function groupBy(
    rows: AsyncIterable<ExportedRow>,
    keyOf: (row: ExportedRow) => string,
): Promise<Map<string, ExportedRow[]>> {
    const groups = new Map<string, ExportedRow[]>();
    for await (const row of rows) {
        const group = groups.get(keyOf(row));
        if (group) group.push(row);
        else groups.set(keyOf(row), [row]);
    }
    return groups;
}

function describeItem(questionId: string, questionType: string, events: readonly ExportedRow[]): ExportedRow {
    const latest = events.reduce((last, event) => (String(event.createdAt) > String(last.createdAt) ? event : last));
    const eventTypes: Record<string, number> = {};
    for (const { eventType } of events) eventTypes[String(eventType)] = (eventTypes[String(eventType)] ?? 0) + 1;
    return {
        questionId,
        questionType,
        totalEvents: events.length,
        latestEvent: { eventType: latest.eventType, createdAt: latest.createdAt },
        eventTypes,
        history: events.map(({ questionId: _id, questionType: _type, ...event }) => event),
    };
}

// An id may contain a slash; and names that differ only in case would collide on some file systems.
function toFileName(id: string): string {
    return encodeURIComponent(id).replace(/[A-Z]/g, (letter) => `^${letter.toLowerCase()}`);
}
