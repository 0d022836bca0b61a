-- Phase 2, bot infrastructure: the open tasks of the bots.
CREATE TABLE work_queue (
    /*
     * One row is one job for a bot on one item.
     * A bot claims the most urgent job that is due, holds it by a lease that it extends while it works, and completes it or
     * returns it to the queue. A lease that ends without that returns the job. The pair (locked_by, attempts) tells one claim
     * from another: only its holder can complete the job. Writers that know nothing of leases leave the last five columns alone.
     * Maintenance removes completed rows after 30 days.
     */
    -- Counts up; has no meaning outside this table.
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- What the item is: question, challenge, test, blog, certification, voice_session or flashcard.
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
    -- The bot that should do it; NULL until a bot assigns it by its action.
    assigned_to TEXT,
    -- When it was requested (ISO-8601, UTC).
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- When it was completed or failed (ISO-8601, UTC).
    processed_at TEXT,
    -- The result: a JSON object. While the job is open, errors lists why the last attempts failed.
    result TEXT,
    -- How often it was claimed.
    attempts INTEGER NOT NULL DEFAULT 0,
    -- After so many attempts it is failed.
    max_attempts INTEGER NOT NULL DEFAULT 5,
    -- It is not claimed before this time (ISO-8601, UTC).
    run_after TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- The worker that holds it, or the last one that did: bot, host and process.
    locked_by TEXT,
    -- When the lease of that worker ends (ISO-8601, UTC); NULL while no worker holds it.
    locked_until TEXT,
    CONSTRAINT work_queue_item_type_is_known CHECK (
        item_type IN (
            'question',
            'challenge',
            'test',
            'blog',
            'certification',
            'voice_session',
            'flashcard'
        )
    ),
    CONSTRAINT work_queue_item_id_is_not_empty CHECK (item_id <> ''),
    CONSTRAINT work_queue_action_is_lower_case_letters_digits_and_underscores CHECK (
        action <> ''
        AND action NOT GLOB '*[^a-z0-9_]*'
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
    ),
    CONSTRAINT work_queue_attempts_is_not_negative CHECK (attempts >= 0),
    CONSTRAINT work_queue_max_attempts_is_positive CHECK (max_attempts > 0)
) STRICT;

CREATE INDEX idx_work_queue_status_assigned_to_priority_run_after ON work_queue (
    /*
     * Serves the claim: the first job of a bot that is due, of each priority, past any number of jobs of other bots and of
     * jobs that are not due. Also serves the jobs that no bot has been assigned to.
     */
    status,
    assigned_to,
    priority,
    run_after
);

CREATE INDEX idx_work_queue_status_priority_created_at ON work_queue (
    /*
     * Serves lists by status in that order, v_queue_health, leases that have ended, and the clean-up of completed items.
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
