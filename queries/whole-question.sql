-- One question of any status, with all its columns.
-- For: the console's page of a question.
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
    relevance_details,
    job_title_relevance,
    experience_level_tags,
    voice_keywords,
    voice_suitable,
    status,
    is_new,
    last_updated,
    created_at
FROM
    questions
WHERE
    id = :question_id;
