CREATE TRIGGER trg_questions_history_delete
/* Records that a question was deleted for good, with its whole content, so that it can be restored. */
AFTER DELETE ON questions
WHEN (SELECT source FROM history_writer) IS NOT 'self'
BEGIN
    INSERT INTO question_history (question_id, event_type, event_source, source_name, before_snapshot)
    SELECT
        OLD.id,
        'deleted',
        coalesce((SELECT source FROM history_writer), 'system'),
        (SELECT source_name FROM history_writer),
        json_object(
            'question', OLD.question,
            'answer', OLD.answer,
            'explanation', OLD.explanation,
            'diagram', OLD.diagram,
            'difficulty', OLD.difficulty,
            'tags', OLD.tags,
            'channel', OLD.channel,
            'sub_channel', OLD.sub_channel,
            'source_url', OLD.source_url,
            'videos', OLD.videos,
            'companies', OLD.companies,
            'eli5', OLD.eli5,
            'tldr', OLD.tldr,
            'voice_keywords', OLD.voice_keywords,
            'voice_suitable', OLD.voice_suitable,
            'status', OLD.status
        );
END;
