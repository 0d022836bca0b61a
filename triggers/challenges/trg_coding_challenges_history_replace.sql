CREATE TRIGGER trg_coding_challenges_history_replace
/*
 * Notes what an insert changes of the existing challenge that it meets, because INSERT OR REPLACE deletes it without a
 * delete trigger.
 * The note is that of trg_questions_history_replace, under an id that no question has; the comment there tells how long
 * it lasts. trg_coding_challenges_history_insert uses it.
 */
BEFORE INSERT ON coding_challenges
WHEN EXISTS (SELECT 1 FROM coding_challenges WHERE id = NEW.id)
OR EXISTS (SELECT 1 FROM history_writer WHERE replaced_question_id IS NOT NULL)
BEGIN
    UPDATE history_writer
    SET
        replaced_question_id = (SELECT 'coding:' || id FROM coding_challenges WHERE id = NEW.id),
        replaced_content = (
            SELECT (
                SELECT json_object(
                    'created_at', replaced.created_at,
                    'last_updated', replaced.last_updated,
                    'changed', json_group_array(content.field),
                    'before', json_group_object(content.field, content.old_value),
                    'after', json_group_object(content.field, content.new_value)
                )
                FROM (
                    SELECT 'title' AS field, replaced.title AS old_value, NEW.title AS new_value
                    UNION ALL SELECT 'description', replaced.description, NEW.description
                    UNION ALL SELECT 'difficulty', replaced.difficulty, NEW.difficulty
                    UNION ALL SELECT 'category', replaced.category, NEW.category
                    UNION ALL SELECT 'tags', replaced.tags, NEW.tags
                    UNION ALL SELECT 'companies', replaced.companies, NEW.companies
                    UNION ALL SELECT 'starter_code_js', replaced.starter_code_js, NEW.starter_code_js
                    UNION ALL SELECT 'starter_code_py', replaced.starter_code_py, NEW.starter_code_py
                    UNION ALL SELECT 'test_cases', replaced.test_cases, NEW.test_cases
                    UNION ALL SELECT 'hints', replaced.hints, NEW.hints
                    UNION ALL SELECT 'solution_js', replaced.solution_js, NEW.solution_js
                    UNION ALL SELECT 'solution_py', replaced.solution_py, NEW.solution_py
                    UNION ALL SELECT 'complexity_time', replaced.complexity_time, NEW.complexity_time
                    UNION ALL SELECT 'complexity_space', replaced.complexity_space, NEW.complexity_space
                    UNION ALL SELECT 'complexity_explanation', replaced.complexity_explanation, NEW.complexity_explanation
                    UNION ALL SELECT 'time_limit', replaced.time_limit, coalesce(NEW.time_limit, 15)
                    UNION ALL SELECT
                        'created_at',
                        replaced.created_at,
                        coalesce(
                            nullif(NEW.created_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
                            replaced.created_at
                        )
                ) AS content
                WHERE content.old_value IS NOT content.new_value
            )
            FROM coding_challenges AS replaced
            WHERE replaced.id = NEW.id
        )
    WHERE id = 1;
END;
