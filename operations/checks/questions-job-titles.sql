-- Job titles and levels of questions that are not documented, or scores outside 0 to 100.
-- Level: warning
-- Why: Such a title is never selected, and such a score is sorted wrongly.
-- Remedy: Compute them again with `pnpm db:migrate:job-titles --force`.
SELECT
    question.id AS id,
    'job_title_relevance' AS "column",
    -- In hexadecimal unless it is plain, because an unpaired surrogate crashes some drivers.
    substr(
        iif(
            title.key GLOB '*[^ -~]*',
            'x''' || hex(title.key) || '''',
            title.key
        ),
        1,
        60
    ) AS "key",
    -- In hexadecimal unless it is plain, because an unpaired surrogate crashes some drivers.
    substr(
        iif(
            title.value GLOB '*[^ -~]*',
            'x''' || hex(title.value) || '''',
            title.value
        ),
        1,
        60
    ) AS value
FROM
    questions AS question,
    json_each(
        iif(
            json_valid(question.job_title_relevance),
            iif(
                json_type(question.job_title_relevance) = 'object',
                question.job_title_relevance,
                '{}'
            ),
            '{}'
        )
    ) AS title
WHERE
    title.key NOT IN (
        'frontend-engineer',
        'backend-engineer',
        'fullstack-engineer',
        'devops-engineer',
        'sre',
        'data-engineer',
        'ml-engineer',
        'cloud-architect'
    )
    OR title.type <> 'integer'
    OR title.value NOT BETWEEN 0 AND 100
UNION ALL
SELECT
    question.id,
    'experience_level_tags',
    element.key,
    -- In hexadecimal unless it is plain, because an unpaired surrogate crashes some drivers.
    substr(
        iif(
            element.value GLOB '*[^ -~]*',
            'x''' || hex(element.value) || '''',
            element.value
        ),
        1,
        60
    )
FROM
    questions AS question,
    json_each(
        iif(
            json_valid(question.experience_level_tags),
            iif(
                json_type(question.experience_level_tags) = 'array',
                question.experience_level_tags,
                '[]'
            ),
            '[]'
        )
    ) AS element
WHERE
    element.type = 'text'
    AND element.value NOT IN ('entry', 'mid', 'senior', 'staff', 'principal');
