-- One learning path with its questions in order.
-- For: the page of a learning path.
-- :path_id = 'path-7'
SELECT
    id,
    title,
    description,
    path_type,
    target_company,
    target_job_title,
    difficulty,
    estimated_hours,
    question_ids,
    channels,
    tags,
    prerequisites,
    learning_objectives,
    milestones,
    popularity,
    completion_rate,
    average_rating
FROM
    learning_paths
WHERE
    id = :path_id;
