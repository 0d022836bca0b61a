-- The number of the next question, one more than the highest, and when the newest question of a channel was created.
-- For: the bots that write questions, before they save one.
-- :channel = 'system-design'
SELECT
    (
        SELECT
            coalesce(max(substr(id, 3) + 0), 0) + 1
        FROM
            questions
        WHERE
            id GLOB 'q-[0-9]*'
    ) AS number,
    (
        SELECT
            max(created_at)
        FROM
            questions
        WHERE
            channel = :channel
    ) AS newest_in_channel;
