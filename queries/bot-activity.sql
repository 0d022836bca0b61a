-- The number of actions of each bot by kind.
-- For: the monthly report on the bots.
-- Report: it counts every row, so its time grows with the tables; no page waits for it.
-- Scans: counts every action, in a covering index ordered by bot.
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
