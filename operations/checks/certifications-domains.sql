-- Domains of certifications without id, name or weight, listed twice, or whose weights do not add up to 100.
-- Level: warning
-- Why: The weights determine how many questions of an exam come from a domain; wrong weights plan a wrong exam.
-- Remedy: Correct certifications.domains according to the exam guide of the provider (official_url).
SELECT
    found.id AS id,
    found.domains AS domains,
    found.weights AS weights,
    found.unfinished AS unfinished,
    found.different AS different
FROM
    (
        SELECT
            domain.id AS id,
            count(*) AS domains,
            round(sum(domain.entry ->> '$.weight'), 2) AS weights,
            sum(
                json_type(domain.entry, '$.id') IS NOT 'text'
                OR json_type(domain.entry, '$.name') IS NOT 'text'
                OR coalesce(json_type(domain.entry, '$.weight'), '') NOT IN ('integer', 'real')
                OR domain.entry ->> '$.weight' < 0
            ) AS unfinished,
            count(DISTINCT domain.entry ->> '$.id') AS different
        FROM
            (
                SELECT
                    listed.id AS id,
                    iif(element.type = 'object', element.value, '{}') AS entry
                FROM
                    certifications AS listed,
                    json_each(
                        iif(
                            json_valid(listed.domains),
                            iif(
                                json_type(listed.domains) = 'array',
                                listed.domains,
                                '[]'
                            ),
                            '[]'
                        )
                    ) AS element
                WHERE
                    element.type = 'object'
            ) AS domain
        GROUP BY
            domain.id
    ) AS found
WHERE
    found.weights IS NOT 100
    OR found.unfinished > 0
    OR found.different < found.domains
ORDER BY
    found.id;
