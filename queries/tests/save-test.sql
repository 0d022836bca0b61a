-- Creates a test, or gives it other questions and the next version. Triggers set last_updated and write the history.
-- For: the bots that write tests.
-- :test_id = 'test-system-design'
-- :channel_id = 'system-design'
-- :channel_name = 'System design'
-- :title = 'System design test'
-- :description = 'Multiple-choice questions about system design.'
-- :questions = '[]'
-- :passing_score = 70
INSERT INTO
    tests (
        id,
        channel_id,
        channel_name,
        title,
        description,
        questions,
        passing_score
    )
VALUES
    (
        :test_id,
        :channel_id,
        :channel_name,
        :title,
        :description,
        :questions,
        :passing_score
    )
ON CONFLICT (id) DO UPDATE
SET
    questions = excluded.questions,
    version = version + 1;
