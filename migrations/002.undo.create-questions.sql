-- Undoes phase 1, core tables: the table questions with its indexes.
DROP TABLE questions;
