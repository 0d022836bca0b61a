-- Active questions whose text, answer or explanation is empty.
-- Level: note
-- Why: They are shown incompletely.
-- Remedy: Queue it for a bot: INSERT INTO work_queue (item_type, item_id, action, reason) VALUES ('question', '<id>',
--     'improve', '<column> is empty').
SELECT
    question.id AS id,
    iif(
        trim(coalesce(question.question, '')) = '',
        'question',
        iif(
            trim(coalesce(question.answer, '')) = '',
            'answer',
            'explanation'
        )
    ) AS "column"
FROM
    questions AS question
WHERE
    question.status = 'active'
    AND (
        trim(coalesce(question.question, '')) = ''
        OR trim(coalesce(question.answer, '')) = ''
        OR trim(coalesce(question.explanation, '')) = ''
    )
ORDER BY
    question.id;
