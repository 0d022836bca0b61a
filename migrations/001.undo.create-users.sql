-- Undoes phase 1, core tables: the table users with its indexes.
DROP TABLE users;
