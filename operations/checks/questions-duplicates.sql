-- Questions with the same text as another.
-- Level: note
-- Why: A reader meets the same question twice, and a bot improves only one of them.
-- Remedy: Keep one and mark the others: UPDATE questions SET status = 'deleted' WHERE id = '<last_id>'.
SELECT
    substr(question.question, 1, 60) AS question,
    count(*) AS copies,
    min(question.id) AS first_id,
    max(question.id) AS last_id
FROM
    questions AS question
WHERE
    question.status <> 'deleted'
GROUP BY
    lower(trim(question.question))
HAVING
    count(*) > 1
ORDER BY
    copies DESC,
    first_id;
