CREATE TRIGGER trg_questions_history_insert
/*
 * Records a new question as created, at the time that the question itself gives.
 * INSERT OR REPLACE of an existing question is a change: it is recorded like one, with the old values, and not at all
 * when the content stayed the same. trg_questions_history_replace has noted the old question, if there was one.
 */
AFTER INSERT ON questions
WHEN (SELECT source FROM history_writer) IS NOT 'self'
BEGIN
    INSERT INTO question_history (question_id, event_type, event_source, source_name, created_at)
    SELECT
        NEW.id,
        'created',
        coalesce((SELECT source FROM history_writer), 'system'),
        (SELECT source_name FROM history_writer),
        NEW.created_at
    WHERE (SELECT replaced_question_id FROM history_writer) IS NOT NEW.id;

    INSERT INTO question_history (
        question_id, event_type, event_source, source_name, changed_fields, before_snapshot, after_snapshot
    )
    SELECT
        NEW.id,
        iif(
            (SELECT replaced_content ->> '$.status' FROM history_writer) IS NEW.status,
            'updated',
            iif(NEW.status IN ('deleted', 'flagged'), NEW.status, 'restored')
        ),
        coalesce((SELECT source FROM history_writer), 'system'),
        (SELECT source_name FROM history_writer),
        json_group_array(content.field),
        json_group_object(content.field, replaced.value),
        json_group_object(content.field, content.new_value)
    FROM (
        SELECT 'question' AS field, NEW.question AS new_value
        UNION ALL SELECT 'answer', NEW.answer
        UNION ALL SELECT 'explanation', NEW.explanation
        UNION ALL SELECT 'diagram', NEW.diagram
        UNION ALL SELECT 'difficulty', NEW.difficulty
        UNION ALL SELECT 'tags', NEW.tags
        UNION ALL SELECT 'channel', NEW.channel
        UNION ALL SELECT 'sub_channel', NEW.sub_channel
        UNION ALL SELECT 'source_url', NEW.source_url
        UNION ALL SELECT 'videos', NEW.videos
        UNION ALL SELECT 'companies', NEW.companies
        UNION ALL SELECT 'eli5', NEW.eli5
        UNION ALL SELECT 'tldr', NEW.tldr
        UNION ALL SELECT 'voice_keywords', NEW.voice_keywords
        UNION ALL SELECT 'voice_suitable', NEW.voice_suitable
        UNION ALL SELECT 'status', NEW.status
    ) AS content
    JOIN json_each((SELECT replaced_content FROM history_writer)) AS replaced ON replaced.key = content.field
    WHERE replaced.value IS NOT content.new_value
    -- One group makes one row; without a difference there is no group.
    GROUP BY NEW.id;

    UPDATE history_writer
    SET
        replaced_question_id = NULL,
        replaced_content = NULL
    WHERE replaced_question_id IS NOT NULL;
END;
