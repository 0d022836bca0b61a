-- Counts what a run has done to items. With `before`, only if the run had processed so many items: the same request, sent
-- again, changes nothing.
-- For: the bots, in the transaction of what they did.
-- :run_id = 7
-- :before = NULL
-- :processed = 1
-- :created = 1
-- :updated = 0
-- :deleted = 0
UPDATE bot_runs
SET
    items_processed = items_processed + :processed,
    items_created = items_created + :created,
    items_updated = items_updated + :updated,
    items_deleted = items_deleted + :deleted
WHERE
    id = :run_id
    AND (
        :before IS NULL
        OR items_processed = :before
    );
