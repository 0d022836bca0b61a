-- Questions with garbled texts: replacement characters, unpaired surrogates or NUL.
-- Level: warning
-- Why: The text was decoded wrongly or cut in the middle of a character; some drivers crash when they read it.
-- Remedy: Replace the text by its source: UPDATE questions SET <column> = '<text>' WHERE id = '<id>'.
SELECT
    question.id AS id,
    CASE
        WHEN question.question GLOB marks.pattern
        OR instr(question.question, char(0)) > 0 THEN 'question'
        WHEN question.answer GLOB marks.pattern
        OR instr(question.answer, char(0)) > 0 THEN 'answer'
        ELSE 'explanation'
    END AS "column"
FROM
    questions AS question,
    (
        SELECT
            '*' || char(65533) || '*' AS pattern
    ) AS marks
WHERE
    question.question GLOB marks.pattern
    OR question.answer GLOB marks.pattern
    OR question.explanation GLOB marks.pattern
    OR instr(question.question, char(0)) > 0
    OR instr(question.answer, char(0)) > 0
    OR instr(question.explanation, char(0)) > 0
ORDER BY
    question.id;
