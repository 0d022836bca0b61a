-- Relates a question to another.
-- For: the bot that finds relationships.
-- :source_id = 'q-42'
-- :target_id = 'q-43'
-- :relationship_type = 'follow_up'
-- :strength = 80
INSERT INTO
    question_relationships (
        source_question_id,
        target_question_id,
        relationship_type,
        strength
    )
VALUES
    (
        :source_id,
        :target_id,
        :relationship_type,
        :strength
    );
