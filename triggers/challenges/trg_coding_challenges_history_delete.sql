CREATE TRIGGER trg_coding_challenges_history_delete
/*
 * Records that a coding challenge was deleted for good, with all its columns, so that it can be restored as it was.
 * Clears the note of an ignored insert, which would keep a deleted challenge.
 */
AFTER DELETE ON coding_challenges
BEGIN
    INSERT INTO question_history (question_id, question_type, event_type, event_source, source_name, before_snapshot)
    SELECT
        OLD.id,
        'coding',
        'deleted',
        coalesce((SELECT coalesce(source, default_source) FROM history_writer), 'system'),
        (SELECT source_name FROM history_writer),
        json_object(
            'title', OLD.title,
            'description', OLD.description,
            'difficulty', OLD.difficulty,
            'category', OLD.category,
            'tags', OLD.tags,
            'companies', OLD.companies,
            'starter_code_js', OLD.starter_code_js,
            'starter_code_py', OLD.starter_code_py,
            'test_cases', OLD.test_cases,
            'hints', OLD.hints,
            'solution_js', OLD.solution_js,
            'solution_py', OLD.solution_py,
            'complexity_time', OLD.complexity_time,
            'complexity_space', OLD.complexity_space,
            'complexity_explanation', OLD.complexity_explanation,
            'time_limit', OLD.time_limit,
            'created_at', OLD.created_at,
            'last_updated', OLD.last_updated
        )
    WHERE (SELECT source FROM history_writer) IS NOT 'self';

    UPDATE history_writer
    SET
        replaced_question_id = NULL,
        replaced_content = NULL
    WHERE replaced_question_id IS NOT NULL;
END;
