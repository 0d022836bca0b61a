CREATE TRIGGER trg_questions_history_replace
/*
 * Notes what an insert changes of the existing question that it meets, because INSERT OR REPLACE deletes it without a
 * delete trigger.
 * The outcome of the insert is unknown here: OR IGNORE drops it, ON CONFLICT DO UPDATE turns it into an update. So only
 * trg_questions_history_insert writes the history, once the row is inserted.
 * Each insert replaces the note, so that the note of an ignored insert is never used for the next row. An update and a
 * deletion clear it. A writer that records its own history needs it too, for the times of the replaced question.
 * A plain insert of a new question has nothing to note or clear, so it ends at the condition.
 * created_at is the time of this statement, its default, when the writer did not set it. OR REPLACE takes the default of a
 * column also for a NULL, which is still NULL here.
 */
BEFORE INSERT ON questions
WHEN EXISTS (SELECT 1 FROM questions WHERE id = NEW.id)
OR EXISTS (SELECT 1 FROM history_writer WHERE replaced_question_id IS NOT NULL)
BEGIN
    UPDATE history_writer
    SET
        replaced_question_id = (SELECT id FROM questions WHERE id = NEW.id),
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
                    SELECT 'question' AS field, replaced.question AS old_value, NEW.question AS new_value
                    UNION ALL SELECT 'answer', replaced.answer, NEW.answer
                    UNION ALL SELECT 'explanation', replaced.explanation, NEW.explanation
                    UNION ALL SELECT 'diagram', replaced.diagram, NEW.diagram
                    UNION ALL SELECT 'difficulty', replaced.difficulty, NEW.difficulty
                    UNION ALL SELECT 'tags', replaced.tags, NEW.tags
                    UNION ALL SELECT 'channel', replaced.channel, NEW.channel
                    UNION ALL SELECT 'sub_channel', replaced.sub_channel, NEW.sub_channel
                    UNION ALL SELECT 'source_url', replaced.source_url, NEW.source_url
                    UNION ALL SELECT 'videos', replaced.videos, NEW.videos
                    UNION ALL SELECT 'companies', replaced.companies, NEW.companies
                    UNION ALL SELECT 'eli5', replaced.eli5, NEW.eli5
                    UNION ALL SELECT 'tldr', replaced.tldr, NEW.tldr
                    UNION ALL SELECT 'voice_keywords', replaced.voice_keywords, NEW.voice_keywords
                    UNION ALL SELECT 'voice_suitable', replaced.voice_suitable, NEW.voice_suitable
                    UNION ALL SELECT 'status', replaced.status, coalesce(NEW.status, 'active')
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
            FROM questions AS replaced
            WHERE replaced.id = NEW.id
        )
    WHERE id = 1;
END;
