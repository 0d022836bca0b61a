-- What each bot has done so far, by kind.
-- For: the monthly report on the bots.
-- Report: it counts every row there is, so it takes as long as the tables are large; no page waits for it.
-- Scans: counts every action, in an index alone and in the order of the bots.
SELECT
    bot_name,
    total_actions,
    creates,
    updates,
    deletes,
    verifies,
    flags,
    analyzes,
    last_action_at
FROM
    v_bot_activity;
