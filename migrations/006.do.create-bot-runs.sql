-- Phase 2, bot infrastructure: the runs of the bots and their results.
CREATE TABLE bot_runs (
    /*
     * One row is one run of one bot, from its start on.
     * Maintenance removes completed runs after 90 days.
     */
    -- Counts up; has no meaning outside this table.
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The bot.
    bot_name TEXT NOT NULL,
    -- When the run began (ISO-8601, UTC).
    started_at TEXT NOT NULL,
    -- When the run ended (ISO-8601, UTC); NULL while it runs.
    completed_at TEXT,
    -- running, completed or failed.
    status TEXT NOT NULL DEFAULT 'running',
    -- How many items it looked at.
    items_processed INTEGER NOT NULL DEFAULT 0,
    -- How many items it created.
    items_created INTEGER NOT NULL DEFAULT 0,
    -- How many items it changed.
    items_updated INTEGER NOT NULL DEFAULT 0,
    -- How many items it deleted.
    items_deleted INTEGER NOT NULL DEFAULT 0,
    -- What it reports about itself: a JSON object.
    summary TEXT,
    CONSTRAINT bot_runs_bot_name_is_not_empty CHECK (bot_name <> ''),
    CONSTRAINT bot_runs_status_is_known CHECK (status IN ('running', 'completed', 'failed')),
    CONSTRAINT bot_runs_items_processed_is_not_negative CHECK (items_processed >= 0),
    CONSTRAINT bot_runs_items_created_is_not_negative CHECK (items_created >= 0),
    CONSTRAINT bot_runs_items_updated_is_not_negative CHECK (items_updated >= 0),
    CONSTRAINT bot_runs_items_deleted_is_not_negative CHECK (items_deleted >= 0),
    CONSTRAINT bot_runs_summary_is_a_json_object CHECK (
        iif(
            json_valid(summary),
            json_type(summary) = 'object',
            summary IS NULL
        )
    )
) STRICT;

CREATE INDEX idx_bot_runs_started_at ON bot_runs (
    /* Serves the latest runs of all bots, and the growth per week. */
    started_at
);

CREATE INDEX idx_bot_runs_bot_name_started_at ON bot_runs (
    /* Serves the latest runs of a bot, and the figures per bot (v_bot_run_success). */
    bot_name,
    started_at
);
