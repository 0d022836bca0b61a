-- Creates a question. Triggers fill the times and write the history.
-- For: the bots that write questions.
-- :question_id = 'q-900001'
-- :content = '{"question":"How does a cache keep up with its source?","answer":"Writers drop the entry after the commit; readers fill it again.","explanation":"What was never dropped ends with its time to live.","difficulty":"intermediate","tags":["caching"],"channel":"system-design","subChannel":"caching"}'
INSERT INTO
    questions (
        id,
        question,
        answer,
        explanation,
        diagram,
        difficulty,
        tags,
        channel,
        sub_channel,
        companies,
        voice_keywords,
        voice_suitable,
        status
    )
VALUES
    (
        :question_id,
        :content ->> '$.question',
        :content ->> '$.answer',
        :content ->> '$.explanation',
        :content ->> '$.diagram',
        :content ->> '$.difficulty',
        nullif(:content -> '$.tags', 'null'),
        :content ->> '$.channel',
        :content ->> '$.subChannel',
        nullif(:content -> '$.companies', 'null'),
        nullif(:content -> '$.voiceKeywords', 'null'),
        :content ->> '$.voiceSuitable',
        coalesce(:content ->> '$.status', 'active')
    );
