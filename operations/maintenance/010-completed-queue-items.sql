-- Completed items of the work queue are deleted after 30 days.
--
-- Why: bots claim from this table all day, and the monitor reads all of it; completed items slow both down. The actions of
--     the bots stay in bot_ledger.
-- After: more than 30 days since processed_at. Pending, processing and failed items stay at any age.
--
-- Takes:
SELECT
    item.id
FROM
    work_queue AS item
WHERE
    item.status = 'completed'
    AND item.processed_at GLOB '????-??-??*'
    AND julianday(item.processed_at) < julianday(:now, '-30 days');

-- Leaves alone: completed, but processed_at is missing or not a time.
SELECT
    item.id
FROM
    work_queue AS item
WHERE
    item.status = 'completed'
    AND (
        item.processed_at NOT GLOB '????-??-??*'
        OR julianday(item.processed_at) IS NULL
    );

-- Does:
DELETE FROM work_queue
WHERE
    id IN (
        SELECT
            due.id
        FROM
            due
    );
