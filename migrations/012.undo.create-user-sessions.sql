-- Undoes phase 4, advanced features: the table user_sessions with its indexes.
DROP TABLE user_sessions;
