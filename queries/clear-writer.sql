-- Removes the note of who writes to questions.
-- For: the bots, last in each transaction that changes questions.
UPDATE history_writer
SET
    source = NULL,
    source_name = NULL,
    event_type = NULL
WHERE
    id = 1;
