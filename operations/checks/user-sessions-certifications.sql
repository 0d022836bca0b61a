-- Sessions for certifications that are not in the table certifications.
-- Level: note
-- Why: The application may know the certification; the database can neither name it nor count its questions.
-- Remedy: Load the certification with `pnpm db:seed --from <export>`, or leave it, if the application knows it.
SELECT
    session.certification_id AS certification_id,
    count(*) AS sessions,
    min(session.id) AS first_id
FROM
    user_sessions AS session
WHERE
    session.certification_id IS NOT NULL
    AND NOT EXISTS (
        SELECT
            1
        FROM
            certifications AS certification
        WHERE
            certification.id = session.certification_id
    )
GROUP BY
    session.certification_id
ORDER BY
    sessions DESC,
    session.certification_id;
