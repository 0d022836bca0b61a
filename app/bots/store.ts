import type { Connection, ReadResult, Row } from "../../src/database/connection.ts";
import { DatabaseFault } from "../../src/database/faults.ts";
import { type Roles, readRoles } from "../../src/queries/roles.ts";
import { type Effect, runEffects } from "../../src/queue/effects.ts";
import { openQueue, type Queue, usualTimes } from "../../src/queue/queue.ts";
import { repeatVerb } from "../../src/queue/repeat.ts";
import { queueSite } from "../queue.ts";

const statements = {
    endLostRuns: "end-lost-runs",
    startRun: "start-run",
    countRun: "count-run",
    finishRun: "finish-run",
    setWriter: "set-writer",
    clearWriter: "clear-writer",
    nextId: "next-question-id",
    subChannels: "sub-channels",
    profile: "channel-profile",
    texts: "questions-to-compare",
    create: "create-question",
    map: "map-question",
    edit: "edit-question",
    record: "record-action",
    recordEvent: "record-event",
    question: "question-to-correct",
    toVerify: "questions-to-verify",
    ofChannels: "questions-of-channels",
    recentEdits: "recent-edits",
    waiting: "waiting-actions",
    toPair: "questions-to-pair",
    voiceChannels: "voice-channels",
    voiceQuestions: "voice-questions",
    sessions: "voice-sessions-to-rebuild",
    saveSessions: "save-voice-sessions",
    removeSessions: "remove-voice-sessions",
    related: "relationships-of-channel",
    prerequisites: "prerequisites-of-channel",
    relate: "add-relationships",
} as const;

/** What every bot works with: the database, the documented statements, and the queue. */
export interface BotStore {
    readonly connection: Connection;
    readonly sql: Roles<keyof typeof statements>;
    readonly queue: Queue;
    /** Reads in one snapshot and one request. @throws DatabaseFault for the first query that fails */
    read(queries: readonly Effect[]): Promise<(readonly Row[])[]>;
    /** Writes all or nothing, in one request, and again where that is harmless: every write of a bot asserts that it is new. */
    write(effects: readonly Effect[]): Promise<(readonly Row[])[]>;
}

export interface StoreOptions {
    /** 0 to 1. */
    readonly random: () => number;
    readonly signal: AbortSignal;
    /** In seconds, where tests want other times. */
    readonly lease?: number;
    readonly backOff?: number;
}

/** Reads the statements of the bots. @throws AppError `invalid-files` */
export async function openStore(root: string, connection: Connection, options: StoreOptions): Promise<BotStore> {
    const queue = openQueue(connection, await readRoles(root, queueSite.queries), queueSite, {
        ...usualTimes,
        ...options,
    });
    return {
        connection,
        queue,
        sql: await readRoles(root, statements),
        read: async (queries) =>
            (await repeatVerb(() => connection.readAll(queries), options)).map((result) => takeResult(result)),
        write: (effects) => repeatVerb(() => runEffects(connection, effects), options),
    };
}

function takeResult(result: ReadResult): readonly Row[] {
    if (result.ok) return result.rows;
    throw new DatabaseFault("sql", result.message);
}
