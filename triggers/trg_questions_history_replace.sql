CREATE TRIGGER trg_questions_history_replace
/*
 * Notes the existing question that an insert meets, because INSERT OR REPLACE deletes it without a delete trigger.
 * The outcome of the insert is unknown here: OR IGNORE drops it, ON CONFLICT DO UPDATE turns it into an update. So only
 * trg_questions_history_insert writes the history, once the row is inserted.
 * Each insert replaces the note, so that the note of an ignored insert is never used for the next row. An update and a
 * deletion clear it. A writer that records its own history needs it too, for the times of the replaced question.
 * A plain insert of a new question has nothing to note or clear, so it writes no row here.
 */
BEFORE INSERT ON questions
BEGIN
    UPDATE history_writer
    SET
        replaced_question_id = (SELECT id FROM questions WHERE id = NEW.id),
        replaced_content = (
            SELECT json_object(
                'question', replaced.question,
                'answer', replaced.answer,
                'explanation', replaced.explanation,
                'diagram', replaced.diagram,
                'difficulty', replaced.difficulty,
                'tags', replaced.tags,
                'channel', replaced.channel,
                'sub_channel', replaced.sub_channel,
                'source_url', replaced.source_url,
                'videos', replaced.videos,
                'companies', replaced.companies,
                'eli5', replaced.eli5,
                'tldr', replaced.tldr,
                'voice_keywords', replaced.voice_keywords,
                'voice_suitable', replaced.voice_suitable,
                'status', replaced.status,
                'created_at', replaced.created_at,
                'last_updated', replaced.last_updated
            )
            FROM questions AS replaced
            WHERE replaced.id = NEW.id
        )
    WHERE replaced_question_id IS NOT NULL
    OR EXISTS (SELECT 1 FROM questions WHERE id = NEW.id);
END;
