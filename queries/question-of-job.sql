-- The question that a job is about; none where it is about something else, or where the question is gone.
-- For: the console's page of a job.
-- :job_id = 1
SELECT
    question.id AS id,
    question.question AS question,
    question.status AS status
FROM
    work_queue AS job
    JOIN questions AS question ON question.id = job.item_id
WHERE
    job.id = :job_id
    AND job.item_type = 'question';
