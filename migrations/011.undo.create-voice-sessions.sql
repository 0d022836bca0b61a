-- Undoes phase 4, advanced features: the table voice_sessions with its indexes.
DROP TABLE voice_sessions;
