-- Undoes phase 3, relationships and history: the history and who writes it.
DROP TABLE history_writer;

DROP TABLE question_history;
