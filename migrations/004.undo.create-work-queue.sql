-- Undoes phase 2, bot infrastructure: the table work_queue with its indexes.
DROP TABLE work_queue;
