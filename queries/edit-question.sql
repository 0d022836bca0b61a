-- Changes the columns of a question that `changes` names, if those of `read` are still as they were read. Triggers set
-- last_updated and write the history.
-- For: the bots that correct questions.
-- :question_id = 'q-29'
-- :read = '{"question":"What is a cache?","answer":"A copy."}'
-- :changes = '{"answer":"A copy of data that is kept close to those who read it."}'
UPDATE questions
SET
    question = coalesce(:changes ->> '$.question', question),
    answer = coalesce(:changes ->> '$.answer', answer),
    explanation = coalesce(:changes ->> '$.explanation', explanation),
    diagram = iif(
        json_type(:changes, '$.diagram') = 'null',
        NULL,
        coalesce(:changes ->> '$.diagram', diagram)
    ),
    difficulty = coalesce(:changes ->> '$.difficulty', difficulty),
    tags = coalesce(nullif(:changes -> '$.tags', 'null'), tags),
    companies = coalesce(
        nullif(:changes -> '$.companies', 'null'),
        companies
    ),
    eli5 = coalesce(:changes ->> '$.eli5', eli5),
    tldr = coalesce(:changes ->> '$.tldr', tldr),
    status = coalesce(:changes ->> '$.status', status)
WHERE
    id = :question_id
    AND (
        question,
        answer,
        explanation,
        diagram,
        difficulty,
        tags,
        channel,
        sub_channel,
        companies,
        eli5,
        tldr,
        status
    ) IS (
        :read ->> '$.question',
        :read ->> '$.answer',
        :read ->> '$.explanation',
        :read ->> '$.diagram',
        :read ->> '$.difficulty',
        :read ->> '$.tags',
        :read ->> '$.channel',
        :read ->> '$.sub_channel',
        :read ->> '$.companies',
        :read ->> '$.eli5',
        :read ->> '$.tldr',
        :read ->> '$.status'
    );
