import type { Client } from "@libsql/client";
import { test } from "vitest";
import { hasFacts, type OriginName, renderOriginal } from "./original-schema.ts";

export { type OriginName, originNames, renderOriginal } from "./original-schema.ts";

/** A test that needs the facts of the existing databases of another origin; skipped by its name where they are not. */
export const testOriginal = hasFacts ? test : test.skip;
export const note = hasFacts ? "" : " (the facts of the original schema are not here)";

/** Tables of others that stand beside those of the original, with rows, an index, a view and a trigger. */
export const extras = `
CREATE TABLE coding_challenges (id TEXT PRIMARY KEY, title TEXT, question_id TEXT REFERENCES questions(id), body BLOB, score REAL);
CREATE INDEX idx_coding_challenges_title ON coding_challenges (title);
CREATE TABLE bot_state (bot TEXT, key TEXT, value ANY, PRIMARY KEY (bot, key)) WITHOUT ROWID;
CREATE TABLE feedback_processing_history (id INTEGER PRIMARY KEY AUTOINCREMENT, note TEXT);
CREATE VIEW v_challenges AS SELECT c.title, q.channel FROM coding_challenges AS c LEFT JOIN questions AS q ON q.id = c.question_id;
CREATE TRIGGER trg_challenge_noted AFTER INSERT ON coding_challenges BEGIN
    INSERT INTO feedback_processing_history (note) VALUES ('challenge ' || NEW.id);
END;
INSERT INTO coding_challenges VALUES ('c-1', 'It''s', 'q-1', X'00FF', 1.5), ('c-2', NULL, 'q-2', NULL, 1e300), ('c-3', 'Ωmega', NULL, X'', -0.1);
INSERT INTO bot_state VALUES ('verifier', 'cursor', 12), ('verifier', 'rate', 1.0), ('creator', 'seen', 'q-1');
DELETE FROM feedback_processing_history WHERE id = 3;
`;

/** Makes a database of an origin with good rows, as its writers leave them, and extra tables. */
export async function buildOriginal(client: Client, origin: OriginName, questions: number): Promise<void> {
    await client.executeMultiple(
        ["BEGIN;", renderOriginal(origin), renderRows(origin, questions), extras, "COMMIT;"].join("\n"),
    );
}

// Times in the forms that the writers use; numbers as text; empty text for JSON.
function renderRows(origin: OriginName, questions: number): string {
    const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${questions})`;
    const time = `iif(i % 3 = 0, strftime('%Y-%m-%d %H:%M:%S', 1700000000 + i, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%fZ', 1700000000 + i, 'unixepoch'))`;
    const long = "'Because ' || hex(zeroblob(400)) || ' of ' || i";
    const queue =
        origin === "older bot"
            ? "INSERT INTO work_queue (question_id, bot_type, started_at, completed_at) VALUES ('q-1', 'fact-check', NULL, '2025-01-02 03:04:05'), ('q-2', 'improve', '2025-01-02 03:04:05', NULL);"
            : origin === "hybrid"
              ? "INSERT INTO work_queue (question_id, bot_type, item_type, item_id, action, assigned_to) VALUES ('q-1', 'improve', NULL, NULL, NULL, NULL), (NULL, NULL, 'test', 't-1', 'verify', 'verifier'), ('q-2', 'creator', 'question', 'q-1', 'verify', 'verifier');"
              : "INSERT INTO work_queue (item_type, item_id, action, priority, created_at) VALUES ('question', 'q-1', 'improve', 3, '2025-01-02 03:04:05'), ('blog', 'b-1', 'placeholder_content', NULL, NULL);";
    return `
        INSERT INTO users (id, username, password) VALUES ('u-1', 'ada', 'hash'), ('u-2', 'bo', 'hash');
        ${numbers} INSERT INTO questions (id, question, answer, explanation, difficulty, tags, channel, sub_channel, companies,
            relevance_score, is_new, last_updated, created_at)
        SELECT 'q-' || i, 'What is ' || i || '?', 'It''s ' || i, ${long}, iif(i % 2, 'beginner', 'advanced'),
            iif(i % 5 = 0, '', '["a","b"]'), 'channel-' || (i % 30), 'part', iif(i % 7 = 0, NULL, '[]'), i % 100, iif(i % 11 = 0, NULL, 1),
            iif(i % 13 = 0, NULL, ${time}), ${time} FROM n;
        ${numbers} INSERT INTO channel_mappings (channel_id, sub_channel, question_id) SELECT 'channel-' || (i % 30), 'part', 'q-' || i FROM n;
        ${numbers} INSERT INTO question_history (question_id, event_type, event_source, changed_fields, created_at)
        SELECT 'q-' || i, 'created', 'bot', '["question"]', ${time} FROM n;
        INSERT INTO question_relationships (source_question_id, target_question_id, relationship_type) VALUES ('q-1', 'q-2', 'related');
        INSERT INTO bot_ledger (bot_name, action, item_type, item_id, before_state, created_at) VALUES ('creator', 'create', 'question', 'q-1', '', '2025-01-02T03:04:05.6Z');
        INSERT INTO bot_runs (bot_name, started_at, status) VALUES ('creator', '2025-01-02T03:04:05+02:00', 'completed');
        INSERT INTO voice_sessions (id, topic, channel, difficulty, question_ids, total_questions) VALUES ('v-1', 'Shells', 'linux', 'beginner', '["q-1"]', 1);
        INSERT INTO certifications (id, name, provider, description, difficulty, category) VALUES ('cka', 'CKA', 'CNCF', 'Clusters', 'advanced', 'cloud');
        INSERT INTO learning_paths (id, title, description, path_type, difficulty, question_ids, channels) VALUES ('p-1', 'Start', 'From here', 'skill', 'beginner', '["q-1"]', '["linux"]');
        INSERT INTO user_sessions (id, user_id, session_type, session_key, title, total_items) VALUES ('s-1', 'u-1', 'test', 'linux', 'Linux', 10), ('s-2', NULL, 'channel', 'aws', 'AWS', 5);
        ${queue}`;
}
