CREATE VIEW v_active_questions AS
/*
 * One row is one question that is shown (status active), with the number of channels it is found in.
 * The other columns are those of the table questions.
 */
SELECT
    question.id AS id,
    question.question AS question,
    question.answer AS answer,
    question.explanation AS explanation,
    question.diagram AS diagram,
    question.difficulty AS difficulty,
    question.tags AS tags,
    question.channel AS channel,
    question.sub_channel AS sub_channel,
    question.source_url AS source_url,
    question.videos AS videos,
    question.companies AS companies,
    question.eli5 AS eli5,
    question.tldr AS tldr,
    question.relevance_score AS relevance_score,
    question.relevance_details AS relevance_details,
    question.job_title_relevance AS job_title_relevance,
    question.experience_level_tags AS experience_level_tags,
    question.voice_keywords AS voice_keywords,
    question.voice_suitable AS voice_suitable,
    question.status AS status,
    question.is_new AS is_new,
    question.last_updated AS last_updated,
    question.created_at AS created_at,
    -- How many channels the question is in; several parts of one channel count once.
    (
        SELECT
            count(DISTINCT mapping.channel_id)
        FROM
            channel_mappings AS mapping
        WHERE
            mapping.question_id = question.id
    ) AS channel_count
FROM
    questions AS question
WHERE
    question.status = 'active';
