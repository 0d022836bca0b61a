CREATE TRIGGER trg_questions_history_delete
/*
 * Records that a question was deleted for good, with all its columns, so that it can be restored as it was.
 * Clears the note of an ignored insert, which would keep a deleted question.
 */
AFTER DELETE ON questions
BEGIN
    INSERT INTO question_history (question_id, event_type, event_source, source_name, before_snapshot)
    SELECT
        OLD.id,
        'deleted',
        coalesce((SELECT coalesce(source, default_source) FROM history_writer), 'system'),
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
            'relevance_score', OLD.relevance_score,
            'relevance_details', OLD.relevance_details,
            'job_title_relevance', OLD.job_title_relevance,
            'experience_level_tags', OLD.experience_level_tags,
            'voice_keywords', OLD.voice_keywords,
            'voice_suitable', OLD.voice_suitable,
            'status', OLD.status,
            'is_new', OLD.is_new,
            'last_updated', OLD.last_updated,
            'created_at', OLD.created_at
        )
    WHERE (SELECT source FROM history_writer) IS NOT 'self';

    UPDATE history_writer
    SET
        replaced_question_id = NULL,
        replaced_content = NULL
    WHERE replaced_question_id IS NOT NULL;
END;
