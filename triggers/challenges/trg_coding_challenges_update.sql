CREATE TRIGGER trg_coding_challenges_update
/*
 * Sets last_updated when the content changes, unless the writer sets it.
 * The update below names no column of the list, so it fires neither this trigger again nor the history.
 * Does nothing when trg_coding_challenges_history_insert restores created_at of a replaced challenge.
 */
AFTER UPDATE OF
    id, title, description, difficulty, category, tags, companies, starter_code_js, starter_code_py,
    test_cases, hints, solution_js, solution_py, complexity_time, complexity_space, complexity_explanation,
    time_limit, created_at
ON coding_challenges
WHEN NEW.last_updated IS OLD.last_updated
AND (
    NEW.id, NEW.title, NEW.description, NEW.difficulty, NEW.category, NEW.tags, NEW.companies,
    NEW.starter_code_js, NEW.starter_code_py, NEW.test_cases, NEW.hints, NEW.solution_js, NEW.solution_py,
    NEW.complexity_time, NEW.complexity_space, NEW.complexity_explanation, NEW.time_limit, NEW.created_at
) IS NOT (
    OLD.id, OLD.title, OLD.description, OLD.difficulty, OLD.category, OLD.tags, OLD.companies,
    OLD.starter_code_js, OLD.starter_code_py, OLD.test_cases, OLD.hints, OLD.solution_js, OLD.solution_py,
    OLD.complexity_time, OLD.complexity_space, OLD.complexity_explanation, OLD.time_limit, OLD.created_at
)
AND (
    NEW.created_at IS OLD.created_at
    OR NEW.created_at IS NOT (
        SELECT replaced_content ->> '$.created_at'
        FROM history_writer
        WHERE replaced_question_id = 'coding:' || NEW.id
    )
)
BEGIN
    UPDATE coding_challenges
    SET last_updated = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    WHERE id = NEW.id;
END;
