-- Adds jobs to the queue and returns those that are new. A job that is open already, the same action on the same item, is
-- not added again; of equal ones in the list, the most urgent is added.
-- For: the application, and the bots.
-- Sorts: groups the list.
-- :jobs = '[{"itemType":"question","itemId":"q-42","action":"improve","priority":5,"reason":"The answer is too short","createdBy":"analysis","assignedTo":"processor"}]'
INSERT INTO
    work_queue (
        item_type,
        item_id,
        action,
        priority,
        reason,
        created_by,
        assigned_to
    )
SELECT
    job.value ->> '$.itemType' AS item_type,
    job.value ->> '$.itemId' AS item_id,
    job.value ->> '$.action' AS action,
    min(coalesce(job.value ->> '$.priority', 5)) AS priority,
    job.value ->> '$.reason' AS reason,
    job.value ->> '$.createdBy' AS created_by,
    job.value ->> '$.assignedTo' AS assigned_to
FROM
    json_each(:jobs) AS job
WHERE
    NOT EXISTS (
        SELECT
            1
        FROM
            work_queue AS open
        WHERE
            open.item_id = job.value ->> '$.itemId'
            AND open.item_type = job.value ->> '$.itemType'
            AND open.action = job.value ->> '$.action'
            AND open.status IN ('pending', 'processing')
    )
GROUP BY
    job.value ->> '$.itemType',
    job.value ->> '$.itemId',
    job.value ->> '$.action'
RETURNING
    id;
