-- One coding challenge with its test cases and solutions.
-- For: the page of a challenge.
-- :challenge_id = 'cc42'
SELECT
    id,
    title,
    description,
    difficulty,
    category,
    tags,
    companies,
    starter_code_js,
    starter_code_py,
    test_cases,
    hints,
    solution_js,
    solution_py,
    complexity_time,
    complexity_space,
    complexity_explanation,
    time_limit
FROM
    coding_challenges
WHERE
    id = :challenge_id;
