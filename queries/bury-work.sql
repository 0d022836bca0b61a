-- Fails a claimed job for good: another attempt would fail, too.
-- For: the bots.
-- Sorts: the last errors of the job.
-- :job_id = 1
-- :worker = 'processor@host-1/4711-9f3c/1'
-- :attempt = 1
-- :error = 'the question is gone'
UPDATE work_queue
SET
    status = 'failed',
    processed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    locked_until = NULL,
    result = json_set(
        coalesce(result, '{}'),
        '$.errors',
        (
            SELECT
                json_group_array(value)
            FROM
                (
                    SELECT
                        - 1 AS place,
                        :error AS value
                    UNION ALL
                    SELECT
                        key AS place,
                        value
                    FROM
                        json_each(coalesce(result -> '$.errors', '[]'))
                    ORDER BY
                        place
                    LIMIT
                        5
                )
        )
    )
WHERE
    id = :job_id
    AND status = 'processing'
    AND locked_by = :worker
    AND attempts = :attempt
RETURNING
    id,
    status,
    run_after;
