-- How many actions the ledger has, and when the latest one was.
-- For: the first page of the console.
-- Scans: counts the entries of one index, which is done page by page.
SELECT
    (
        SELECT
            count(*)
        FROM
            bot_ledger
    ) AS actions,
    (
        SELECT
            max(created_at)
        FROM
            bot_ledger
    ) AS latest_at;
