CREATE TRIGGER trg_questions_history_insert
/*
 * Records a new question as created, at the time in the question itself.
 * INSERT OR REPLACE of an existing question is recorded as a change, with the old values, and not at all when the
 * content is the same. trg_questions_history_replace has noted the old question, if there was one.
 * The writer may set both times of a replaced question. Otherwise created_at keeps its value, and so does last_updated
 * unless the content changed: then it is now. This also holds for a writer that records its own history.
 */
AFTER INSERT ON questions
BEGIN
    INSERT INTO question_history (question_id, event_type, event_source, source_name, created_at)
    SELECT
        NEW.id,
        'created',
        coalesce((SELECT source FROM history_writer), 'system'),
        (SELECT source_name FROM history_writer),
        NEW.created_at
    WHERE (SELECT source FROM history_writer) IS NOT 'self'
    AND (SELECT replaced_question_id FROM history_writer) IS NOT NEW.id;

    -- The default is the time of this statement, which shows that the writer did not set it.
    UPDATE questions
    SET created_at = (SELECT replaced_content ->> '$.created_at' FROM history_writer)
    WHERE id = NEW.id
    AND created_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    AND created_at <> (
        SELECT replaced_content ->> '$.created_at'
        FROM history_writer
        WHERE replaced_question_id = NEW.id
    );

    -- From here on the note holds what changed, each column with its old and its new value.
    UPDATE history_writer
    SET replaced_content = (
        SELECT json_object(
            'last_updated', history_writer.replaced_content ->> '$.last_updated',
            'changes', json_group_object(content.field, json_array(replaced.value, content.new_value))
        )
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
            UNION ALL SELECT 'created_at', (SELECT created_at FROM questions WHERE id = NEW.id)
        ) AS content
        JOIN json_each(history_writer.replaced_content) AS replaced ON replaced.key = content.field
        WHERE replaced.value IS NOT content.new_value
    )
    WHERE replaced_question_id = NEW.id;

    INSERT INTO question_history (
        question_id, event_type, event_source, source_name, changed_fields, before_snapshot, after_snapshot
    )
    SELECT
        NEW.id,
        iif(
            (SELECT replaced_content -> '$.changes.status' FROM history_writer) IS NULL,
            coalesce((SELECT event_type FROM history_writer), 'updated'),
            iif(NEW.status IN ('deleted', 'flagged'), NEW.status, 'restored')
        ),
        coalesce((SELECT source FROM history_writer), 'system'),
        (SELECT source_name FROM history_writer),
        json_group_array(change.key),
        json_group_object(change.key, change.value ->> '$[0]'),
        json_group_object(change.key, change.value ->> '$[1]')
    FROM json_each((SELECT replaced_content FROM history_writer), '$.changes') AS change
    WHERE (SELECT source FROM history_writer) IS NOT 'self'
    -- One group is one row; without a difference there is no group.
    GROUP BY NEW.id;

    UPDATE questions
    SET last_updated = (
        SELECT iif(
            replaced_content ->> '$.changes' = '{}',
            replaced_content ->> '$.last_updated',
            strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        )
        FROM history_writer
    )
    WHERE id = NEW.id
    AND last_updated IS NULL
    AND EXISTS (SELECT 1 FROM history_writer WHERE replaced_question_id = NEW.id);

    UPDATE history_writer
    SET
        replaced_question_id = NULL,
        replaced_content = NULL
    WHERE replaced_question_id IS NOT NULL;
END;
