CREATE TRIGGER trg_questions_update
/*
 * Sets last_updated when the content changes, unless the writer sets it.
 * The update below names no column of the list, so it fires neither this trigger again nor the history.
 * Does nothing when trg_questions_history_insert restores created_at of a replaced question.
 */
AFTER UPDATE OF
    id, question, answer, explanation, diagram, difficulty, tags, channel, sub_channel, source_url, videos,
    companies, eli5, tldr, voice_keywords, voice_suitable, status, created_at
ON questions
WHEN NEW.last_updated IS OLD.last_updated
AND (
    NEW.id, NEW.question, NEW.answer, NEW.explanation, NEW.diagram, NEW.difficulty, NEW.tags, NEW.channel,
    NEW.sub_channel, NEW.source_url, NEW.videos, NEW.companies, NEW.eli5, NEW.tldr, NEW.voice_keywords,
    NEW.voice_suitable, NEW.status, NEW.created_at
) IS NOT (
    OLD.id, OLD.question, OLD.answer, OLD.explanation, OLD.diagram, OLD.difficulty, OLD.tags, OLD.channel,
    OLD.sub_channel, OLD.source_url, OLD.videos, OLD.companies, OLD.eli5, OLD.tldr, OLD.voice_keywords,
    OLD.voice_suitable, OLD.status, OLD.created_at
)
AND (
    NEW.created_at IS OLD.created_at
    OR NEW.created_at IS NOT (
        SELECT replaced_content ->> '$.created_at'
        FROM history_writer
        WHERE replaced_question_id = NEW.id
    )
)
BEGIN
    UPDATE questions
    SET last_updated = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    WHERE id = NEW.id;
END;
