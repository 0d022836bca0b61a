-- Records an event that triggers cannot detect, such as a verification.
-- For: the bots.
-- :question_id = 'q-42'
-- :event_type = 'verified'
-- :source_name = 'verifier'
-- :changes_summary = 'Checked against the source'
INSERT INTO
    question_history (
        question_id,
        event_type,
        event_source,
        source_name,
        changes_summary
    )
VALUES
    (
        :question_id,
        :event_type,
        'bot',
        :source_name,
        :changes_summary
    );
