CREATE TRIGGER trg_questions_history_update
/*
 * Records a change of a question: which columns, from which values to which.
 * A change of the status makes it deleted, flagged or restored, whatever else changed; any other is updated, or what the
 * writer calls it.
 * Bookkeeping columns (see the comments of the table) are not listed and leave no history.
 * Nothing is recorded when trg_questions_history_insert restores created_at of a replaced question.
 * Clears the note that trg_questions_history_replace made before an upsert.
 */
AFTER UPDATE OF
    id, question, answer, explanation, diagram, difficulty, tags, channel, sub_channel, source_url, videos,
    companies, eli5, tldr, voice_keywords, voice_suitable, status, created_at
ON questions
WHEN NEW.created_at IS OLD.created_at
OR NEW.created_at IS NOT (
    SELECT replaced_content ->> '$.created_at'
    FROM history_writer
    WHERE replaced_question_id = NEW.id
)
BEGIN
    INSERT INTO question_history (
        question_id, event_type, event_source, source_name, changed_fields, before_snapshot, after_snapshot
    )
    SELECT
        NEW.id,
        iif(
            OLD.status IS NEW.status,
            coalesce(writer.event_type, 'updated'),
            iif(NEW.status IN ('deleted', 'flagged'), NEW.status, 'restored')
        ),
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
            UNION ALL SELECT 'question', OLD.question, NEW.question
            UNION ALL SELECT 'answer', OLD.answer, NEW.answer
            UNION ALL SELECT 'explanation', OLD.explanation, NEW.explanation
            UNION ALL SELECT 'diagram', OLD.diagram, NEW.diagram
            UNION ALL SELECT 'difficulty', OLD.difficulty, NEW.difficulty
            UNION ALL SELECT 'tags', OLD.tags, NEW.tags
            UNION ALL SELECT 'channel', OLD.channel, NEW.channel
            UNION ALL SELECT 'sub_channel', OLD.sub_channel, NEW.sub_channel
            UNION ALL SELECT 'source_url', OLD.source_url, NEW.source_url
            UNION ALL SELECT 'videos', OLD.videos, NEW.videos
            UNION ALL SELECT 'companies', OLD.companies, NEW.companies
            UNION ALL SELECT 'eli5', OLD.eli5, NEW.eli5
            UNION ALL SELECT 'tldr', OLD.tldr, NEW.tldr
            UNION ALL SELECT 'voice_keywords', OLD.voice_keywords, NEW.voice_keywords
            UNION ALL SELECT 'voice_suitable', OLD.voice_suitable, NEW.voice_suitable
            UNION ALL SELECT 'status', OLD.status, NEW.status
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
