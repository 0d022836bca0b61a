-- Active questions that no bot has verified in the last 7 days as they are now, those without a change for the longest
-- time first. With a model, a check by rules alone does not count.
-- For: the verifier.
-- :channel = NULL
-- :has_model = 0
-- :limit = 100
-- Scans: reads an index from its beginning and stops at the limit.
SELECT
    id,
    question,
    answer,
    explanation,
    diagram,
    difficulty,
    tags,
    channel,
    sub_channel,
    companies,
    eli5,
    tldr,
    status,
    created_at
FROM
    questions
WHERE
    status = 'active'
    AND (
        :channel IS NULL
        OR channel = :channel
    )
    AND NOT EXISTS (
        SELECT
            1
        FROM
            bot_ledger AS ledger
        WHERE
            ledger.item_id = questions.id
            AND ledger.item_type = 'question'
            AND ledger.created_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-7 days')
            AND ledger.created_at >= coalesce(questions.last_updated, questions.created_at)
            AND ledger.action = 'verify'
            AND (
                :has_model = 0
                OR coalesce(ledger.after_state ->> '$.llm', 1)
            )
    )
ORDER BY
    last_updated
LIMIT
    :limit;
