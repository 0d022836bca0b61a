CREATE TRIGGER trg_coding_challenges_history_update
/*
 * Records a change of a coding challenge: which columns, from which values to which.
 * last_updated is not listed and leaves no history.
 * Nothing is recorded when trg_coding_challenges_history_insert restores created_at of a replaced challenge.
 * Clears the note that trg_coding_challenges_history_replace made before an upsert.
 */
AFTER UPDATE OF
    id, title, description, difficulty, category, tags, companies, starter_code_js, starter_code_py,
    test_cases, hints, solution_js, solution_py, complexity_time, complexity_space, complexity_explanation,
    time_limit, created_at
ON coding_challenges
WHEN NEW.created_at IS OLD.created_at
OR NEW.created_at IS NOT (
    SELECT replaced_content ->> '$.created_at'
    FROM history_writer
    WHERE replaced_question_id = 'coding:' || NEW.id
)
BEGIN
    INSERT INTO question_history (
        question_id, question_type, event_type, event_source, source_name, changed_fields, before_snapshot,
        after_snapshot
    )
    SELECT
        NEW.id,
        'coding',
        'updated',
        coalesce(writer.source, writer.default_source, 'system'),
        writer.source_name,
        change.fields,
        change.old_values,
        change.new_values
    FROM (
        SELECT
            json_group_array(field) AS fields,
            json_group_object(field, old_value) AS old_values,
            json_group_object(field, new_value) AS new_values
        FROM (
            SELECT 'id' AS field, OLD.id AS old_value, NEW.id AS new_value
            UNION ALL SELECT 'title', OLD.title, NEW.title
            UNION ALL SELECT 'description', OLD.description, NEW.description
            UNION ALL SELECT 'difficulty', OLD.difficulty, NEW.difficulty
            UNION ALL SELECT 'category', OLD.category, NEW.category
            UNION ALL SELECT 'tags', OLD.tags, NEW.tags
            UNION ALL SELECT 'companies', OLD.companies, NEW.companies
            UNION ALL SELECT 'starter_code_js', OLD.starter_code_js, NEW.starter_code_js
            UNION ALL SELECT 'starter_code_py', OLD.starter_code_py, NEW.starter_code_py
            UNION ALL SELECT 'test_cases', OLD.test_cases, NEW.test_cases
            UNION ALL SELECT 'hints', OLD.hints, NEW.hints
            UNION ALL SELECT 'solution_js', OLD.solution_js, NEW.solution_js
            UNION ALL SELECT 'solution_py', OLD.solution_py, NEW.solution_py
            UNION ALL SELECT 'complexity_time', OLD.complexity_time, NEW.complexity_time
            UNION ALL SELECT 'complexity_space', OLD.complexity_space, NEW.complexity_space
            UNION ALL SELECT 'complexity_explanation', OLD.complexity_explanation, NEW.complexity_explanation
            UNION ALL SELECT 'time_limit', OLD.time_limit, NEW.time_limit
            UNION ALL SELECT 'created_at', OLD.created_at, NEW.created_at
        ) AS content
        WHERE old_value IS NOT new_value
    ) AS change
    -- A database that has lost the row of history_writer still records changes.
    LEFT JOIN history_writer AS writer
    WHERE writer.source IS NOT 'self'
    AND change.fields <> '[]';

    UPDATE history_writer
    SET
        replaced_question_id = NULL,
        replaced_content = NULL
    WHERE replaced_question_id IS NOT NULL;
END;
