-- Queue: open items of the bots, and how long they have waited.
--
-- Old pending items mean that no bot claims them; old processing items mean that a bot died.
SELECT
    health.status AS status,
    health.items AS items,
    health.urgent_items AS urgent_items,
    health.oldest_created_at AS oldest_since,
    health.oldest_age_days AS oldest_days
FROM
    v_queue_health AS health
ORDER BY
    instr(
        'pending processing failed completed',
        health.status
    );
