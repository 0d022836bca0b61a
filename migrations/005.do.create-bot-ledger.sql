-- Phase 2, bot infrastructure: what the bots did.
CREATE TABLE bot_ledger (
    /*
     * One row is one thing that a bot did to one item.
     * Rows are added and never changed, so that every action can be traced and undone.
     */
    -- Counts up; has no meaning outside this table.
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The bot.
    bot_name TEXT NOT NULL,
    -- What it did: create, update, delete, verify, flag, analyze or queued.
    action TEXT NOT NULL,
    -- What the item is: question, challenge, test, blog, certification, voice_session or flashcard.
    item_type TEXT NOT NULL,
    -- The id of the item in its own table; no foreign key, because the item may have been deleted.
    item_id TEXT NOT NULL,
    -- The item before: a JSON object.
    before_state TEXT,
    -- The item after: a JSON object.
    after_state TEXT,
    -- Why the bot did it.
    reason TEXT,
    -- When it happened (ISO-8601, UTC).
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    CONSTRAINT bot_ledger_bot_name_is_not_empty CHECK (bot_name <> ''),
    CONSTRAINT bot_ledger_action_is_lower_case_letters_digits_and_underscores CHECK (
        action <> ''
        AND action NOT GLOB '*[^a-z0-9_]*'
    ),
    CONSTRAINT bot_ledger_item_type_is_known CHECK (
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
    CONSTRAINT bot_ledger_item_id_is_not_empty CHECK (item_id <> ''),
    CONSTRAINT bot_ledger_before_state_is_a_json_object CHECK (
        iif(
            json_valid(before_state),
            json_type(before_state) = 'object',
            before_state IS NULL
        )
    ),
    CONSTRAINT bot_ledger_after_state_is_a_json_object CHECK (
        iif(
            json_valid(after_state),
            json_type(after_state) = 'object',
            after_state IS NULL
        )
    )
) STRICT;

CREATE INDEX idx_bot_ledger_bot_name_created_at_action ON bot_ledger (
    /*
     * Serves the latest actions of a bot, also of one kind or on one type of item, and v_bot_activity, which is read
     * from the index alone.
     */
    bot_name,
    created_at,
    action
);

CREATE INDEX idx_bot_ledger_created_at ON bot_ledger (
    /* Serves the latest actions of all bots, and the growth per week. */
    created_at
);

CREATE INDEX idx_bot_ledger_item_id_item_type_created_at ON bot_ledger (
    /* Serves what happened to an item, the latest first. */
    item_id,
    item_type,
    created_at
);
