-- Prerequisites of certifications that are missing, or are the certification itself.
-- Level: warning
-- Why: Such a prerequisite can never be met.
-- Remedy: Load the missing certification, or remove its id from certifications.prerequisites.
SELECT
    certification.id AS id,
    element.key AS position,
    -- In hexadecimal unless it is plain, because an unpaired surrogate crashes some drivers.
    substr(
        iif(
            element.value GLOB '*[^ -~]*',
            'x''' || hex(element.value) || '''',
            element.value
        ),
        1,
        60
    ) AS prerequisite
FROM
    certifications AS certification,
    json_each(
        iif(
            json_valid(certification.prerequisites),
            iif(
                json_type(certification.prerequisites) = 'array',
                certification.prerequisites,
                '[]'
            ),
            '[]'
        )
    ) AS element
WHERE
    element.type = 'text'
    AND NOT EXISTS (
        SELECT
            1
        FROM
            certifications AS target
        WHERE
            target.id = element.value
            AND target.id <> certification.id
    )
ORDER BY
    certification.id,
    element.key;
