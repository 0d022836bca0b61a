import { inDeployed, inLoose, longAgo, type PlantedFault } from "./plant.ts";

/** In tables, keys, indexes, rules and bookkeeping. */
export const schemaFaults: readonly PlantedFault[] = [
    inDeployed("primary-keys", "a table of somebody else without a key", "CREATE TABLE notes (body TEXT)", "notes"),
    inDeployed("tables", "a table that was dropped", "DROP TABLE bot_runs", "bot_runs"),
    inDeployed(
        "foreign-keys",
        "a row whose parent went away",
        "UPDATE user_sessions SET user_id = 'u-gone' WHERE id = 's-2'",
        '"column":"user_id","parent":"users"',
    ),
    inDeployed(
        "foreign-key-indexes",
        "a foreign key of somebody else without an index",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, question_id TEXT REFERENCES questions (id))",
        '"column":"question_id"',
    ),
    inDeployed(
        "foreign-keys-defined",
        "a table that was rebuilt without its foreign key",
        [
            "DROP TABLE question_relationships",
            `CREATE TABLE question_relationships (id INTEGER PRIMARY KEY, source_question_id TEXT REFERENCES questions (id),
                target_question_id TEXT, relationship_type TEXT, strength INTEGER, created_at TEXT DEFAULT (datetime('now')))`,
            "CREATE INDEX rs ON question_relationships (source_question_id, relationship_type)",
            "CREATE INDEX rt ON question_relationships (target_question_id, relationship_type)",
        ],
        "target_question_id",
    ),
    inDeployed("indexes", "an index that was dropped", "DROP INDEX idx_questions_last_updated", "last_updated"),
    inDeployed(
        "redundant-indexes",
        "an index that begins another",
        "CREATE INDEX by_channel ON questions (channel, sub_channel)",
        '"index":"by_channel","covered_by":"idx_questions_channel_sub_channel_id"',
    ),
    inDeployed(
        "redundant-indexes",
        "the same index twice",
        "CREATE INDEX another ON bot_ledger (created_at)",
        '"index":"another","covered_by":"idx_bot_ledger_created_at","statement":"DROP INDEX \\"another\\""',
    ),
    inDeployed(
        "json-rules",
        "a table that was rebuilt without its rules",
        [
            "DROP TABLE voice_sessions",
            `CREATE TABLE voice_sessions (id TEXT PRIMARY KEY, topic TEXT, description TEXT, channel TEXT, difficulty TEXT,
                question_ids TEXT, total_questions INTEGER, estimated_minutes INTEGER, created_at TEXT DEFAULT (datetime('now')),
                last_updated TEXT)`,
            "CREATE INDEX vs ON voice_sessions (channel, topic)",
        ],
        '"table":"voice_sessions","column":"question_ids"',
    ),
    inLoose(
        "audit-times",
        "a column that is not there",
        "ALTER TABLE voice_sessions DROP COLUMN created_at",
        '"column":"created_at","problem":"is not there"',
    ),
    inLoose(
        "audit-times",
        "a column without a default",
        ["ALTER TABLE voice_sessions DROP COLUMN created_at", "ALTER TABLE voice_sessions ADD COLUMN created_at TEXT"],
        '"problem":"has no default"',
    ),
    inDeployed(
        "integrity",
        "a row that breaks a rule that came later",
        [
            "UPDATE voice_sessions SET description = NULL",
            "ALTER TABLE voice_sessions ALTER COLUMN description TO description TEXT NOT NULL",
        ],
        "NULL value in voice_sessions.description",
    ),
    inDeployed("history-writer", "a writer that died", "UPDATE history_writer SET source = 'bot'", "was left behind"),
    inDeployed(
        "history-writer",
        "what a writer calls its changes",
        "UPDATE history_writer SET event_type = 'improved'",
        "was left behind",
    ),
    inDeployed("history-writer", "a writer without a row", "DELETE FROM history_writer", "the row is gone"),
    inDeployed(
        "schema-lock",
        "a deployer that died",
        `UPDATE schema_lock SET owner = 'host:1', expires_at = ${longAgo}`,
        '"owner":"host:1"',
    ),
    inDeployed(
        "schema-lock",
        "a lease of another century",
        "UPDATE schema_lock SET owner = 'host:2', expires_at = '9999-12-31T00:00:00.000Z'",
        '"owner":"host:2"',
    ),
];
