CREATE TRIGGER trg_coding_challenges_history_replace
/*
 * Notes the existing challenge that an insert meets, because INSERT OR REPLACE deletes it without a delete trigger.
 * The note is that of trg_questions_history_replace, under an id that no question has; the comment there tells how long
 * it lasts. trg_coding_challenges_history_insert uses it.
 */
BEFORE INSERT ON coding_challenges
BEGIN
    UPDATE history_writer
    SET
        replaced_question_id = (SELECT 'coding:' || id FROM coding_challenges WHERE id = NEW.id),
        replaced_content = (
            SELECT json_object(
                'title', replaced.title,
                'description', replaced.description,
                'difficulty', replaced.difficulty,
                'category', replaced.category,
                'tags', replaced.tags,
                'companies', replaced.companies,
                'starter_code_js', replaced.starter_code_js,
                'starter_code_py', replaced.starter_code_py,
                'test_cases', replaced.test_cases,
                'hints', replaced.hints,
                'solution_js', replaced.solution_js,
                'solution_py', replaced.solution_py,
                'complexity_time', replaced.complexity_time,
                'complexity_space', replaced.complexity_space,
                'complexity_explanation', replaced.complexity_explanation,
                'time_limit', replaced.time_limit,
                'created_at', replaced.created_at,
                'last_updated', replaced.last_updated
            )
            FROM coding_challenges AS replaced
            WHERE replaced.id = NEW.id
        )
    WHERE replaced_question_id IS NOT NULL
    OR EXISTS (SELECT 1 FROM coding_challenges WHERE id = NEW.id);
END;
