-- Phase 2, bot infrastructure: the open tasks of the bots.
CREATE TABLE work_queue (
    /*
     * One row is one task for a bot on one item.
     * A bot claims the first pending row by priority and age, works on it, and marks it completed or failed.
     * Maintenance removes completed rows after 30 days.
     */
    -- Counts up; has no meaning outside this table.
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- What the item is: question, challenge, test, blog, certification or voice_session.
    item_type TEXT NOT NULL,
    -- The id of the item in its own table; no foreign key, because that table depends on the type.
    item_id TEXT NOT NULL,
    -- What to do: improve, delete, verify, enrich, or the name of an issue that the analysis bot found.
    action TEXT NOT NULL,
    -- How urgent it is, from 1 (first) to 10 (last).
    priority INTEGER NOT NULL DEFAULT 5,
    -- pending: to do; processing: a bot works on it; completed or failed: done.
    status TEXT NOT NULL DEFAULT 'pending',
    -- Why it should be done.
    reason TEXT,
    -- The bot that requested it.
    created_by TEXT,
    -- The bot that should do it; NULL for any.
    assigned_to TEXT,
    -- When it was requested (ISO-8601, UTC).
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- When it was completed or failed (ISO-8601, UTC).
    processed_at TEXT,
    -- The result: a JSON object.
    result TEXT,
    CONSTRAINT work_queue_item_type_is_known CHECK (
        item_type IN (
            'question',
            'challenge',
            'test',
            'blog',
            'certification',
            'voice_session'
        )
    ),
    CONSTRAINT work_queue_item_id_is_not_empty CHECK (item_id <> ''),
    CONSTRAINT work_queue_action_is_lower_case_letters_and_underscores CHECK (
        action <> ''
        AND action NOT GLOB '*[^a-z_]*'
    ),
    CONSTRAINT work_queue_priority_is_between_1_and_10 CHECK (priority BETWEEN 1 AND 10),
    CONSTRAINT work_queue_status_is_known CHECK (
        status IN ('pending', 'processing', 'completed', 'failed')
    ),
    CONSTRAINT work_queue_result_is_a_json_object CHECK (
        iif(
            json_valid(result),
            json_type(result) = 'object',
            result IS NULL
        )
    )
) STRICT;

CREATE INDEX idx_work_queue_status_priority_created_at ON work_queue (
    /*
     * Serves the claim (the first pending item, also of one bot), lists by status in that order, v_queue_health, and
     * the clean-up of completed items.
     */
    status,
    priority,
    created_at
);

CREATE INDEX idx_work_queue_priority_created_at ON work_queue (
    /* Serves the monitor, which shows all items, the urgent ones first and the latest of each priority on top. */
    priority,
    created_at DESC
);

CREATE INDEX idx_work_queue_item_id_item_type_action ON work_queue (
    /* Serves a bot's check for whether an item is queued already, and what is queued for an item. */
    item_id,
    item_type,
    action
);
