/** Statements that may read or sort more than they give, under the reason why no index is there for them. */
export type Exceptions = Record<string, string[]>;

/** The only patterns that read a table or an index from end to end, or from one end until the limit is reached. */
export const SCANS: Exceptions = {
    "Asks for the first rows in an order: reads an index in that order and stops at the limit.": [
        "SELECT * FROM question_history WHERE 1 = 1 ORDER BY created_at desc LIMIT ?",
        "SELECT * FROM questions WHERE status <> ? ORDER BY last_updated desc LIMIT ?",
        "SELECT * FROM questions WHERE status = ? ORDER BY created_at desc LIMIT ?",
        "SELECT * FROM questions WHERE status = ? ORDER BY id desc LIMIT ?",
        "SELECT * FROM questions WHERE (companies IS NULL OR companies = ?) ORDER BY last_updated asc LIMIT ?",
        "SELECT * FROM bot_ledger WHERE 1 = 1 ORDER BY created_at desc LIMIT ?",
        "SELECT * FROM bot_runs ORDER BY started_at desc LIMIT ?",
        "SELECT * FROM work_queue ORDER BY priority asc, created_at desc LIMIT ?",
    ],
    "The same, and what is filtered is filtered in the index, before the table is touched.": [
        "SELECT * FROM question_history WHERE 1 = 1 AND event_source = ? AND event_type = ? ORDER BY created_at desc LIMIT ?",
        "SELECT * FROM question_history WHERE 1 = 1 AND question_type = ? ORDER BY created_at desc LIMIT ?",
        "SELECT * FROM question_history WHERE 1 = 1 AND event_type = ? AND question_type = ? ORDER BY created_at desc LIMIT ?",
    ],
    "Asks for all rows, or nearly all, in an order: reads an index in that order.": [
        "SELECT * FROM questions WHERE status <> ? ORDER BY id",
        "SELECT * FROM questions ORDER BY channel, sub_channel, id",
        "SELECT * FROM questions ORDER BY channel",
        "SELECT * FROM questions WHERE status = ? AND voice_suitable = ? AND voice_keywords IS NULL ORDER BY channel, sub_channel",
        "SELECT * FROM question_history ORDER BY created_at desc",
        "SELECT * FROM channel_mappings ORDER BY channel_id, sub_channel",
        "SELECT * FROM voice_sessions ORDER BY channel, topic",
    ],
    "Counts or compares all rows, in an index alone and in the order of the groups.": [
        "SELECT channel, count(*) AS total FROM questions WHERE status <> ? GROUP BY channel",
        "SELECT channel, difficulty, count(*) AS total FROM questions WHERE status <> ? GROUP BY channel, difficulty",
        "SELECT channel, count(*) AS count FROM questions WHERE is_new = ? GROUP BY channel ORDER BY count desc LIMIT ?",
        "SELECT channel, count(*) AS question_count FROM questions WHERE status <> ? GROUP BY channel ORDER BY question_count asc",
        "SELECT channel, count(*) AS count FROM questions WHERE status <> ? GROUP BY channel ORDER BY count asc",
        "SELECT count(*) AS total FROM questions WHERE id LIKE ?",
        "SELECT bot_name, count(*) AS total FROM bot_runs GROUP BY bot_name",
        "INSERT INTO question_history (question_id, question_type, event_type, event_source, source_name, changes_summary, created_at) SELECT id, ?, ?, ?, ?, ?, ? FROM questions WHERE id NOT IN (SELECT question_id FROM question_history WHERE question_type = ?)",
    ],
    "Counts all of a small table (5,000 rows at most) for a monitor; an index would cost a row on each write.": [
        "SELECT status, action, item_type, count(*) AS total FROM work_queue GROUP BY status, action, item_type",
    ],
    "Names no condition and no order: takes the first rows that come, or all of them.": [
        "SELECT * FROM questions LIMIT ?",
        "SELECT * FROM work_queue LIMIT ?",
        "DELETE FROM questions",
    ],
    "Looks for a word inside a text, which no index of values can serve; that takes a full-text index.": [
        "SELECT * FROM questions WHERE status = ? AND companies LIKE ?",
        "SELECT * FROM questions WHERE status = ? AND answer LIKE ? LIMIT ?",
    ],
    "Draws at random from a third of all questions: an index on the difficulty would visit the same rows, one by one.":
        ["SELECT * FROM questions WHERE difficulty = ? AND status = ? ORDER BY random() LIMIT ?"],
};

/** The only patterns that sort in a temporary b-tree; at most 15. */
export const SORTS: Exceptions = {
    "A random order is in no index.": [
        "SELECT * FROM questions WHERE 1 = 1 AND channel = ? ORDER BY random() LIMIT ?",
        "SELECT * FROM questions WHERE 1 = 1 AND channel = ? AND difficulty = ? ORDER BY random() LIMIT ?",
        "SELECT * FROM questions WHERE channel = ? AND difficulty = ? AND status <> ? ORDER BY random() LIMIT ?",
        "SELECT * FROM questions WHERE channel = ? AND sub_channel = ? AND status <> ? ORDER BY random() LIMIT ?",
        "SELECT * FROM questions WHERE status = ? AND (voice_keywords IS NULL OR voice_keywords = ?) AND channel IN (?, ?) ORDER BY random() LIMIT ?",
        "SELECT * FROM questions WHERE difficulty = ? AND status = ? ORDER BY random() LIMIT ?",
    ],
    "The order is by a count, known only when all is counted: sorts one row a channel.": [
        "SELECT channel, count(*) AS count FROM questions WHERE is_new = ? GROUP BY channel ORDER BY count desc LIMIT ?",
        "SELECT channel, count(*) AS question_count FROM questions WHERE status <> ? GROUP BY channel ORDER BY question_count asc",
        "SELECT channel, count(*) AS count FROM questions WHERE status <> ? GROUP BY channel ORDER BY count asc",
    ],
    "Sorts the few hundred rows of one channel; a fifth index would cost a row on every insert of a question.": [
        "SELECT * FROM questions WHERE channel = ? AND status <> ? ORDER BY last_updated desc LIMIT ?",
        "SELECT * FROM questions WHERE channel = ? AND status = ? ORDER BY id desc LIMIT ?",
    ],
    "Groups a small table (5,000 rows at most) for an overview; an index would cost a row on each write.": [
        "SELECT category, difficulty, count(*) AS total FROM certifications WHERE status = ? GROUP BY category, difficulty",
        "SELECT path_type, difficulty, count(*) AS total FROM learning_paths WHERE status = ? GROUP BY path_type, difficulty",
        "SELECT status, action, item_type, count(*) AS total FROM work_queue GROUP BY status, action, item_type",
    ],
};

/**
 * Further statements of the same kinds, each with the index that it must be served by. Most of them name two columns
 * that lead an index, of which the planner, without statistics, could take the one of few values.
 */
export const CHOSEN: [sql: string, index: string][] = [
    ["SELECT * FROM v_active_questions WHERE id = ?", "sqlite_autoindex_questions_1"],
    ["SELECT * FROM v_active_questions WHERE channel = ?", "idx_questions_channel_difficulty_status_is_new"],
    ["SELECT * FROM v_bot_activity WHERE bot_name = ?", "idx_bot_ledger_bot_name_created_at_action"],
    ["SELECT * FROM v_bot_run_success WHERE bot_name = ?", "idx_bot_runs_bot_name_started_at"],
    ["SELECT * FROM v_queue_health WHERE status = ?", "idx_work_queue_status_assigned_to_priority_run_after"],
    ["SELECT * FROM v_active_sessions", "idx_user_sessions_status_last_accessed_at"],
    [
        "SELECT * FROM channel_mappings WHERE channel_id = ? AND question_id = ?",
        "idx_channel_mappings_question_id_channel_id_sub_channel",
    ],
    ["SELECT * FROM channel_mappings WHERE channel_id = ? AND sub_channel = ?", "sqlite_autoindex_channel_mappings_1"],
    [
        "DELETE FROM question_relationships WHERE source_question_id = ? OR target_question_id = ?",
        "idx_question_relationships_target_question_id_relationship_type",
    ],
    [
        "SELECT * FROM question_relationships WHERE source_question_id = ? AND relationship_type = ?",
        "sqlite_autoindex_question_relationships_1",
    ],
    [
        "SELECT 1 FROM question_history WHERE question_id = ? AND question_type = ? AND event_type = ? AND event_source = ? AND created_at = ?",
        "idx_question_history_question_id_question_type_created_at_event_type_event_source",
    ],
    [
        "SELECT 1 FROM question_history WHERE question_id = ? AND question_type = ? AND event_type = 'created'",
        "idx_question_history_question_id_question_type_created_at_event_type_event_source",
    ],
    [
        "SELECT * FROM question_history WHERE created_at >= ? AND event_type = ?",
        "idx_question_history_created_at_question_type_event_type_event_source",
    ],
    [
        "SELECT * FROM bot_ledger WHERE item_type = ? AND item_id = ? ORDER BY created_at DESC",
        "idx_bot_ledger_item_id_item_type_created_at",
    ],
    ["SELECT * FROM bot_ledger WHERE bot_name = ? AND item_id = ?", "idx_bot_ledger_item_id_item_type_created_at"],
    ["SELECT * FROM bot_ledger WHERE action = ? AND item_id = ?", "idx_bot_ledger_item_id_item_type_created_at"],
    [
        "SELECT 1 FROM work_queue WHERE item_type = ? AND item_id = ? AND action = ? AND status IN (?, ?)",
        "idx_work_queue_item_id_item_type_action",
    ],
    ["SELECT * FROM work_queue WHERE item_id = ? AND status = ?", "idx_work_queue_item_id_item_type_action"],
    [
        "DELETE FROM work_queue WHERE status = 'completed' AND processed_at < ?",
        "idx_work_queue_status_priority_created_at",
    ],
    [
        "SELECT * FROM bot_runs WHERE bot_name = ? AND status = ? ORDER BY started_at DESC LIMIT 1",
        "idx_bot_runs_bot_name_started_at",
    ],
    ["DELETE FROM bot_runs WHERE status = 'completed' AND started_at < ?", "idx_bot_runs_started_at"],
    ["UPDATE questions SET is_new = 0 WHERE is_new = 1 AND created_at < ?", "idx_questions_created_at"],
    [
        "SELECT count(*) FROM questions WHERE channel = ? AND status = 'active'",
        "idx_questions_channel_difficulty_status_is_new",
    ],
    [
        "SELECT * FROM user_sessions WHERE user_id = ? AND status = ? ORDER BY last_accessed_at DESC",
        "idx_user_sessions_user_id_status_last_accessed_at",
    ],
    ["SELECT * FROM user_sessions WHERE user_id = ?", "idx_user_sessions_user_id_status_last_accessed_at"],
    [
        "SELECT * FROM user_sessions WHERE session_type = ? AND session_key = ? AND status = ?",
        "idx_user_sessions_session_key_session_type",
    ],
    ["SELECT * FROM user_sessions WHERE session_key = ? AND status = ?", "idx_user_sessions_session_key_session_type"],
    [
        "UPDATE user_sessions SET status = 'abandoned' WHERE status = 'active' AND last_accessed_at < ?",
        "idx_user_sessions_status_last_accessed_at",
    ],
    [
        "SELECT * FROM learning_paths WHERE status = ? AND path_type = ? AND target_company = ?",
        "idx_learning_paths_target_company_status_popularity_created_at",
    ],
    [
        "SELECT * FROM learning_paths WHERE target_job_title = ?",
        "idx_learning_paths_target_job_title_status_popularity_created_at",
    ],
    [
        "SELECT * FROM certifications WHERE category = ? AND status = ? ORDER BY name",
        "idx_certifications_category_status_name",
    ],
    ["SELECT * FROM voice_sessions WHERE channel = ? AND difficulty = ?", "idx_voice_sessions_channel_topic"],
];
