-- The record in history_writer of who writes to questions was left behind or is missing.
-- Level: error
-- Why: It is set and cleared in one transaction. If it is left behind, every later change gets the wrong
--     author, or with self no history at all; without the row, a replaced question counts as a new one, and
--     default_source is lost: after the remedy, set it again if it was not 'system'.
-- Remedy: UPDATE history_writer SET source = NULL, source_name = NULL, event_type = NULL; or, if the row is missing,
--     INSERT INTO history_writer (id) VALUES (1).
SELECT
    writer.source AS source,
    writer.source_name AS source_name,
    'was left behind' AS problem
FROM
    history_writer AS writer
WHERE
    writer.source IS NOT NULL
    OR writer.source_name IS NOT NULL
    OR writer.event_type IS NOT NULL
UNION ALL
SELECT
    NULL,
    NULL,
    'the row is gone'
WHERE
    NOT EXISTS (
        SELECT
            1
        FROM
            history_writer
    );
