-- Undoes phase 2, bot infrastructure: the table bot_runs with its indexes.
DROP TABLE bot_runs;
