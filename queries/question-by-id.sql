-- One question with all displayed columns, unless it was removed.
-- For: the page of a question.
-- :question_id = 'q-42'
SELECT
    id,
    question,
    answer,
    explanation,
    diagram,
    difficulty,
    tags,
    channel,
    sub_channel,
    source_url,
    videos,
    companies,
    eli5,
    tldr,
    relevance_score,
    voice_suitable,
    status,
    is_new,
    last_updated,
    created_at
FROM
    questions
WHERE
    id = :question_id
    AND status <> 'deleted';
