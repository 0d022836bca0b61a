-- Silences the triggers, because 09.question-history.sql writes the history.
UPDATE history_writer
SET
    source = 'self';
