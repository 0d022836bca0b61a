-- Creates a coding challenge. Triggers fill the times and write the history.
-- For: the bot that writes challenges.
-- :challenge_id = 'cc900001'
-- :content = '{"title":"Sum of a list","description":"Return the sum of the numbers in a list.","difficulty":"easy","category":"arrays","tags":["arrays"],"companies":[],"starterCode":{"javascript":"function sum(list) {}","python":"def sum_list(items): pass"},"testCases":[],"hints":["Keep a running total."],"sampleSolution":{"javascript":"function sum(list) { return list.reduce((a, b) => a + b, 0); }","python":"def sum_list(items): return sum(items)"},"complexity":{"time":"O(n)","space":"O(1)","explanation":"One pass."},"timeLimit":10}'
INSERT INTO
    coding_challenges (
        id,
        title,
        description,
        difficulty,
        category,
        tags,
        companies,
        starter_code_js,
        starter_code_py,
        test_cases,
        hints,
        solution_js,
        solution_py,
        complexity_time,
        complexity_space,
        complexity_explanation,
        time_limit
    )
VALUES
    (
        :challenge_id,
        :content ->> '$.title',
        :content ->> '$.description',
        :content ->> '$.difficulty',
        :content ->> '$.category',
        :content -> '$.tags',
        :content -> '$.companies',
        :content ->> '$.starterCode.javascript',
        :content ->> '$.starterCode.python',
        :content -> '$.testCases',
        :content -> '$.hints',
        :content ->> '$.sampleSolution.javascript',
        :content ->> '$.sampleSolution.python',
        :content ->> '$.complexity.time',
        :content ->> '$.complexity.space',
        :content ->> '$.complexity.explanation',
        :content ->> '$.timeLimit'
    );
