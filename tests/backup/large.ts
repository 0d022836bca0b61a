import type { Client } from "@libsql/client";

/** Statements that fill a deployed database: so many questions, each with its event, and rows in every other table. */
export function fillTables(count: number): string[] {
    const long = (column: string, length: number): string =>
        `printf('%.*c', ${length} + n % 97, 'x') || hex(randomblob(60)) AS ${column}`;
    const numbers = (last: number): string => `(SELECT value AS n FROM generate_series(1, ${last}))`;
    const few = Math.ceil(count / 30);
    return [
        `INSERT INTO questions (id, question, answer, explanation, diagram, difficulty, tags, channel, sub_channel, eli5, tldr)
            SELECT 'q-' || n, ${long("question", 80)}, ${long("answer", 200)}, ${long("explanation", 1500)}, 'graph TD; A-->B',
                'beginner', json_array('a', 'b'), 'aws', 'part-' || (n % 9), 'simply; ''so''', NULL FROM ${numbers(count)}`,
        `INSERT INTO channel_mappings (channel_id, sub_channel, question_id) SELECT channel, sub_channel, id FROM questions`,
        `INSERT INTO question_relationships (source_question_id, target_question_id, relationship_type)
            SELECT 'q-' || n, 'q-' || (n + 1), 'related' FROM ${numbers(few)}`,
        `INSERT INTO users (username, password) SELECT 'user-' || n, hex(randomblob(32)) FROM ${numbers(few)}`,
        `INSERT INTO certifications (id, name, provider, description, difficulty, category)
            SELECT 'c-' || n, 'Name', 'Provider', 'Words', 'expert', 'cloud' FROM ${numbers(few)}`,
        `INSERT INTO learning_paths (id, title, description, path_type, difficulty, question_ids, channels)
            SELECT 'p-' || n, 'Title', 'Words', 'skill', 'advanced', json_array('q-1'), json_array('aws') FROM ${numbers(few)}`,
        `INSERT INTO work_queue (item_type, item_id, action) SELECT 'question', 'q-' || n, 'improve' FROM ${numbers(few)}`,
        `INSERT INTO bot_ledger (bot_name, action, item_type, item_id, before_state)
            SELECT 'bot', 'update', 'question', 'q-' || n, json_object('a', hex(randomblob(40))) FROM ${numbers(count)}`,
        `INSERT INTO bot_runs (bot_name, started_at) SELECT 'bot', '2026-01-01T00:00:00.000Z' FROM ${numbers(few)}`,
        `INSERT INTO voice_sessions (id, topic, channel, difficulty, question_ids, total_questions)
            SELECT 'v-' || n, 'Topic', 'aws', 'beginner', json_array('q-1'), 1 FROM ${numbers(few)}`,
        `INSERT INTO user_sessions (session_type, session_key, title, total_items)
            SELECT 'test', 'key-' || n, 'Title', 10 FROM ${numbers(few)}`,
    ];
}

/** Fills a deployed database, statement by statement. */
export async function fill(client: Client, count: number): Promise<void> {
    for (const sql of fillTables(count)) await client.execute(sql);
}
