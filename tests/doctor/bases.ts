import type { Client } from "@libsql/client";
import { readRows } from "../product/rows.ts";
import { deployInto, root } from "../support/deployed.ts";
import type { Target, TestDatabase } from "../support/targets.ts";

/**
 * deployed: as this repository makes it. loose: the same tables and indexes without types that are enforced, CHECKs,
 * unique keys and foreign keys, as databases of others are, and as one with ignore_check_constraints behaves. search: deployed with the optional set.
 */
export type Base = "deployed" | "loose" | "search";

/** What a loose database lacks whatever its rows are. */
export const lacksOfLoose = ["foreign-keys-defined", "json-rules"];

const now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/** A few rows of every table with which nothing is wrong. */
const healthy = `
INSERT INTO users (id, username, password) VALUES ('u-1', 'ada', '$argon2id$v=19$m=65536$c2FsdA$aGFzaA');
INSERT INTO questions (id, question, answer, explanation, difficulty, tags, channel, sub_channel, videos, companies,
    relevance_details, job_title_relevance, experience_level_tags, voice_keywords)
VALUES
    ('q-1', 'What is an index?', 'A sorted copy.', 'It is kept in order.', 'beginner', '["sql"]', 'database', 'indexing',
        '{"shortVideo":"https://video.example/1","longVideo":null}', '["Amazon"]', '{"score":9}', '{"sre":40}', '["entry"]', '["b-tree"]'),
    ('q-2', 'What is a lock?', 'A claim.', 'Others wait for it.', 'advanced', NULL, 'database', '', NULL, NULL, NULL, NULL, NULL, NULL),
    ('q-3', 'What is a cache?', 'A copy nearby.', 'It may be stale.', 'intermediate', NULL, 'backend', 'caching', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO channel_mappings (channel_id, sub_channel, question_id) VALUES
    ('database', 'indexing', 'q-1'), ('database', '', 'q-2'), ('backend', 'caching', 'q-3'), ('backend', 'data', 'q-1');
INSERT INTO certifications (id, name, provider, description, difficulty, category, domains, channel_mappings, tags,
    prerequisites, question_count)
VALUES
    ('c-1', 'First', 'P', 'D', 'beginner', 'data', '[{"id":"a","name":"A","weight":60},{"id":"b","name":"B","weight":40}]',
        '[{"channel":"database"},{"channel":"backend","subChannel":"data"}]', '["sql"]', '[]', 2),
    ('c-2', 'Second', 'P', 'D', 'expert', 'data', NULL, NULL, NULL, '["c-1"]', 0);
INSERT INTO learning_paths (id, title, description, path_type, difficulty, question_ids, channels, tags, prerequisites,
    learning_objectives, milestones, metadata)
VALUES
    ('p-1', 'First', 'D', 'skill', 'beginner', '["q-1","q-2"]', '["database"]', '["sql"]', '[]', '["Tell what an index is"]',
        '[{"id":"m-1","title":"Half","questionIds":["q-1"],"questionCount":1}]', '{"by":"bot"}'),
    ('p-2', 'Second', 'D', 'company', 'advanced', '["q-3"]', '["backend"]', NULL, '["p-1"]', NULL, NULL, NULL);
INSERT INTO voice_sessions (id, topic, channel, difficulty, question_ids, total_questions) VALUES
    ('v-1', 'Indexes', 'database', 'beginner', '["q-1","q-2"]', 2);
INSERT INTO user_sessions (id, user_id, session_type, session_key, title, certification_id, progress, total_items,
    completed_items, session_data, completed_at, status)
VALUES
    ('s-1', 'u-1', 'certification', 'c-1', 'First', 'c-1', 33, 3, 1, '{"at":1}', NULL, 'active'),
    ('s-2', NULL, 'test', 't-1', 'Test', NULL, 100, 4, 4, NULL, ${now}, 'completed');
INSERT INTO work_queue (id, item_type, item_id, action, status, processed_at, result) VALUES
    (1, 'question', 'q-1', 'improve', 'pending', NULL, NULL), (2, 'question', 'q-2', 'verify', 'processing', NULL, NULL),
    (3, 'question', 'q-gone', 'delete', 'completed', ${now}, '{"ok":true}');
INSERT INTO bot_ledger (id, bot_name, action, item_type, item_id, before_state, after_state) VALUES
    (1, 'verifier', 'verify', 'question', 'q-1', NULL, '{"ok":true}');
INSERT INTO bot_runs (id, bot_name, started_at, completed_at, status, summary) VALUES
    (1, 'verifier', ${now}, ${now}, 'completed', '{"looked":3}'), (2, 'verifier', ${now}, NULL, 'running', NULL);
INSERT INTO question_relationships (id, source_question_id, target_question_id, relationship_type) VALUES
    (1, 'q-1', 'q-2', 'follow_up'), (2, 'q-2', 'q-1', 'related');
INSERT INTO question_history (id, question_id, event_type, event_source, changed_fields, before_snapshot, after_snapshot) VALUES
    (101, 'q-1', 'improved', 'bot', '["answer"]', '{"answer":"A copy."}', '{"answer":"A sorted copy."}'),
    (102, 'q-gone', 'deleted', 'user', NULL, '{"question":"?"}', NULL);
`;

/** The triggers of a deployed database write these by themselves. */
const created = `INSERT INTO question_history (question_id, event_type, event_source)
    SELECT id, 'created', 'system' FROM questions;`;

/** Makes the vectors of the set `search` healthy. */
const vectors = `INSERT INTO question_vectors (question_id, model, dimensions, content_hash, vector)
    SELECT id, 'example/3', 3, '00', vector8('[1,0,0]') FROM questions;`;

const scripts = { deployed: healthy, loose: healthy + created, search: healthy + vectors };

/** Gives a fresh database of that kind, with a few rows of every table and nothing wrong with them. */
export async function createBase(target: Target, base: Base): Promise<TestDatabase> {
    const database = await target.createDatabase();
    await deployInto(database, root, base === "search" ? { sets: ["search"] } : {});
    if (base === "loose") await loosen(database.client);
    await database.client.executeMultiple(scripts[base]);
    return database;
}

async function loosen(client: Client): Promise<void> {
    const schema = await readRows(
        client,
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'schema%' AND sql IS NOT NULL AND name NOT LIKE 'sqlite%'",
    );
    const named = (type: string): string[] => schema.filter((row) => row.type === type).map((row) => String(row.name));
    const tables = named("table").filter((name) => name !== "history_writer");
    const made: string[] = [];
    for (const table of tables) {
        const columns = await readRows(client, `SELECT * FROM pragma_table_info('${table}')`);
        const lines = columns.map(({ name, type, dflt_value, pk }) => {
            const key = pk === 1n || pk === 1 ? "PRIMARY KEY" : "";
            return [name, type, key, dflt_value === null ? "" : `DEFAULT (${dflt_value})`].join(" ");
        });
        made.push(`DROP TABLE ${table};`, `CREATE TABLE ${table} (${lines.join(", ")});`);
    }
    const indexes = schema.filter((row) => row.type === "index").map((row) => `${row.sql};`);
    const dropped = [
        ...named("view").map((name) => `DROP VIEW ${name};`),
        ...named("trigger").map((name) => `DROP TRIGGER ${name};`),
    ];
    const script = [...dropped, ...made, ...indexes].join("\n");
    await client.executeMultiple(`PRAGMA foreign_keys = OFF;\n${script}\nPRAGMA foreign_keys = ON;`);
}
