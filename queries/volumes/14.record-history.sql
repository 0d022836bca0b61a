-- Lets the triggers write the history again.
UPDATE history_writer
SET
    source = NULL;
