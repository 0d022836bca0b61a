import type { Client, InValue } from "@libsql/client";

export type Values = Record<string, InValue>;

/** What each table cannot do without: the columns that are NOT NULL and have no default. */
const REQUIRED: Record<string, Values> = {
    users: { username: "ada", password: "$argon2id$v=19$..." },
    questions: {
        question: "How does a B-tree stay balanced?",
        answer: "It splits full nodes.",
        explanation: "A full node is split in two, and its middle key moves up.",
        difficulty: "intermediate",
        channel: "database",
        sub_channel: "indexing",
    },
    channel_mappings: { channel_id: "database", sub_channel: "indexing", question_id: "q-parent" },
    work_queue: { item_type: "question", item_id: "q-parent", action: "improve" },
    bot_ledger: { bot_name: "verifier", action: "verify", item_type: "question", item_id: "q-parent" },
    bot_runs: { bot_name: "verifier", started_at: "2026-01-05T04:00:00.000Z" },
    question_relationships: {
        source_question_id: "q-parent",
        target_question_id: "q-other",
        relationship_type: "related",
    },
    question_history: { question_id: "q-parent", event_type: "verified", event_source: "bot" },
    history_writer: {},
    certifications: {
        id: "aws-saa",
        name: "Solutions Architect",
        provider: "AWS",
        description: "Designs systems on AWS.",
        difficulty: "intermediate",
        category: "cloud",
    },
    learning_paths: {
        id: "path-sre",
        title: "To the on-call rota",
        description: "What a reliability engineer is asked.",
        path_type: "job-title",
        difficulty: "beginner",
        question_ids: "[]",
        channels: "[]",
    },
    voice_sessions: {
        id: "voice-dns",
        topic: "DNS",
        channel: "networking",
        difficulty: "beginner",
        question_ids: "[]",
        total_questions: 4n,
    },
    user_sessions: { session_type: "test", session_key: "test-dns", title: "DNS", total_items: 10n },
};

/** The tables that hold the data of the site. */
export const TABLES = Object.keys(REQUIRED).filter((table) => table !== "history_writer");

/** Builds the INSERT of a row that has what its table requires, and the given values besides or instead. */
export function renderInsert(table: string, values: Values = {}, verb = "INSERT"): { sql: string; args: InValue[] } {
    const row = { ...REQUIRED[table], ...values };
    const columns = Object.keys(row);
    return {
        sql: `${verb} INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
        args: Object.values(row),
    };
}

/** Inserts such a row. Throws what the database throws. */
export async function insertRow(client: Client, table: string, values?: Values, verb?: string): Promise<void> {
    await client.execute(renderInsert(table, values, verb));
}

/** Gives all rows of a query as plain objects. */
export async function readRows(client: Client, sql: string, args: InValue[] = []): Promise<Values[]> {
    const result = await client.execute({ sql, args });
    return result.rows.map((row) => Object.fromEntries(result.columns.map((column) => [column, row[column] ?? null])));
}

/** Gives the first value of the first row. Throws when there is none. */
export async function readValue(client: Client, sql: string, args: InValue[] = []): Promise<InValue> {
    const row = (await client.execute({ sql, args })).rows[0];
    if (row === undefined) throw new Error(`No row: ${sql}`);
    return row[0] ?? null;
}

/** What the statement says when it is refused, or undefined when it is not. */
export async function readRefusal(client: Client, sql: string, args: InValue[] = []): Promise<string | undefined> {
    try {
        await client.execute({ sql, args });
        return undefined;
    } catch (error) {
        return String(error);
    }
}
