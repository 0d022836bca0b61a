-- One certification with the facts about its exam.
-- For: the page of a certification.
-- :certification_id = 'aws-saa'
SELECT
    id,
    name,
    provider,
    description,
    icon,
    color,
    difficulty,
    category,
    estimated_hours,
    exam_code,
    official_url,
    domains,
    channel_mappings,
    tags,
    prerequisites,
    question_count,
    passing_score,
    exam_duration
FROM
    certifications
WHERE
    id = :certification_id;
