-- Makes waiting jobs as urgent as the jobs of a list that are the same action on the same item.
-- For: the application and the bots, in the same transaction as queue-work.
-- :jobs = '[{"itemType":"question","itemId":"q-42","action":"improve","priority":2}]'
UPDATE work_queue
SET
    priority = (
        SELECT
            min(coalesce(job.value ->> '$.priority', 5))
        FROM
            json_each(:jobs) AS job
        WHERE
            job.value ->> '$.itemId' = work_queue.item_id
            AND job.value ->> '$.itemType' = work_queue.item_type
            AND job.value ->> '$.action' = work_queue.action
    )
WHERE
    id IN (
        SELECT
            waiting.id
        FROM
            json_each(:jobs) AS job
            CROSS JOIN work_queue AS waiting ON waiting.item_id = job.value ->> '$.itemId'
            AND waiting.item_type = job.value ->> '$.itemType'
            AND waiting.action = job.value ->> '$.action'
        WHERE
            waiting.status = 'pending'
            AND waiting.priority > coalesce(job.value ->> '$.priority', 5)
    );
