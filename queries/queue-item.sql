-- Adds an item to the work queue and returns its id.
-- For: the application, and the bots.
-- :item_type = 'question'
-- :item_id = 'q-42'
-- :action = 'improve'
-- :priority = 5
-- :reason = 'The answer is too short'
-- :created_by = 'analysis'
INSERT INTO
    work_queue (
        item_type,
        item_id,
        action,
        priority,
        reason,
        created_by
    )
VALUES
    (
        :item_type,
        :item_id,
        :action,
        :priority,
        :reason,
        :created_by
    )
RETURNING
    id;
