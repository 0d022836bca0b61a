CREATE VIEW v_active_sessions AS
/* One row is one type of session with the sessions under way (status active). */
SELECT
    -- test, voice-interview, certification, channel or training.
    session.session_type AS session_type,
    -- How many sessions of the type are under way.
    count(*) AS session_count,
    -- How far they are on average, in percent with one decimal.
    round(avg(session.progress), 1) AS average_progress,
    -- How many items were done in them altogether.
    sum(session.completed_items) AS completed_items
FROM
    user_sessions AS session
WHERE
    session.status = 'active'
GROUP BY
    session.session_type;
