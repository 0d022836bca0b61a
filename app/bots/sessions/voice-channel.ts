import type { Row } from "../../../src/database/connection.ts";
import { readRoles } from "../../../src/queries/roles.ts";
import { readVector } from "../../../src/search/duplicates.ts";
import { searchSite } from "../../search.ts";
import { relationshipTypes } from "../answers/answers.ts";
import { findVectorModel } from "../duplicates/vectors.ts";
import type { BotStore } from "../store.ts";
import type { VoiceQuestion, VoiceSession } from "./arranging.ts";
import type { Relationship } from "./relating.ts";

/** What a channel has for voice interviews. */
export interface VoiceChannel {
    readonly name: string;
    /** The active ones that are suitable. */
    readonly questions: readonly VoiceQuestion[];
    readonly sessions: readonly VoiceSession[];
    /** That begin at its questions. */
    readonly relationships: readonly Omit<Relationship, "strength">[];
    /** Source and target of the prerequisites that can be reached from its questions. */
    readonly prerequisites: readonly (readonly [string, string])[];
    /** By the id of the question; empty without the search. */
    readonly vectors: ReadonlyMap<string, Float32Array>;
}

export interface VoiceReader {
    /** The channels that have a suitable question: this one or all. */
    findChannels(channel: string | undefined): Promise<readonly string[]>;
    /** Reads a channel in one request. */
    readChannel(name: string): Promise<VoiceChannel>;
}

/** Opens what reads channels; finds out which vectors there are. @throws AppError `invalid-files` */
export async function openVoiceReader(root: string, { connection, sql, read }: BotStore): Promise<VoiceReader> {
    const model = await findVectorModel(connection);
    const search = await readRoles(root, { vectors: "vectors-of-channel" }, [searchSite.set]);
    return {
        findChannels: async (channel) => {
            const [rows = []] = await read([sql("voiceChannels", { channel: channel ?? null })]);
            return rows.map((row) => String(row.channel));
        },
        readChannel: async (name) => {
            const [questions = [], sessions = [], relationships = [], prerequisites = [], vectors = []] = await read([
                ...(["voiceQuestions", "sessions", "related", "prerequisites"] as const).map((role) =>
                    sql(role, { channel: name }),
                ),
                ...(model === undefined ? [] : [search("vectors", { channel: name, model })]),
            ]);
            return {
                name,
                questions: questions.map(readQuestion),
                sessions: sessions.map(readSession),
                relationships: relationships.flatMap(readRelationship),
                prerequisites: prerequisites.map((row) => [
                    String(row.source_question_id),
                    String(row.target_question_id),
                ]),
                vectors: new Map(
                    vectors.flatMap(({ question_id: id, vector }) =>
                        vector instanceof Uint8Array ? [[String(id), readVector(vector)]] : [],
                    ),
                ),
            };
        },
    };
}

function readQuestion(row: Row): VoiceQuestion {
    return {
        ...{ id: String(row.id), text: String(row.text), subChannel: String(row.sub_channel) },
        ...{ difficulty: String(row.difficulty), createdAt: String(row.created_at) },
    };
}

function readSession(row: Row): VoiceSession {
    const ids: unknown = JSON.parse(String(row.question_ids));
    return {
        ...{ id: String(row.id), topic: String(row.topic), difficulty: String(row.difficulty) },
        description: row.description === null ? null : String(row.description),
        // The schema has them as a JSON array, but not what is in it.
        questionIds: Array.isArray(ids) ? ids.map(String) : [],
        minutes: Number(row.estimated_minutes),
    };
}

function readRelationship(row: Row): readonly Omit<Relationship, "strength">[] {
    const type = relationshipTypes.find((one) => one === row.relationship_type);
    return type ? [{ source: String(row.source_question_id), target: String(row.target_question_id), type }] : [];
}
