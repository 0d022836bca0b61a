-- The open jobs that are the same action on the same item as a job of the list.
-- For: the bots: what they queued, or found queued.
-- Sorts: the jobs of the list.
-- :jobs = '[{"itemType":"question","itemId":"q-29","action":"verify"}]'
SELECT DISTINCT
    open.id AS id,
    open.item_type AS item_type,
    open.item_id AS item_id,
    open.action AS action,
    open.status AS status,
    open.priority AS priority
FROM
    json_each(:jobs) AS job
    CROSS JOIN work_queue AS open ON open.item_id = job.value ->> '$.itemId'
    AND open.item_type = job.value ->> '$.itemType'
    AND open.action = job.value ->> '$.action'
WHERE
    open.status IN ('pending', 'processing');
