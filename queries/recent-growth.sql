-- How many questions, runs and actions were added in each span of time, as far as they still exist.
-- For: the first page of the console.
-- :spans = '[["2026-11-09","2026-11-16"],["2026-11-16","2026-11-23"]]'
SELECT
    span.value ->> 0 AS since,
    span.value ->> 1 AS until,
    (
        SELECT
            count(*)
        FROM
            questions
        WHERE
            created_at >= span.value ->> 0
            AND created_at < span.value ->> 1
    ) AS questions,
    (
        SELECT
            count(*)
        FROM
            bot_runs
        WHERE
            started_at >= span.value ->> 0
            AND started_at < span.value ->> 1
    ) AS runs,
    (
        SELECT
            count(*)
        FROM
            bot_ledger
        WHERE
            created_at >= span.value ->> 0
            AND created_at < span.value ->> 1
    ) AS actions
FROM
    json_each(:spans) AS span;
