-- The number of rows of each table by week.
-- For: the monthly report on growth.
-- Report: it counts every row, so its time grows with the tables; no page waits for it.
-- Scans: counts every row by day, in a covering index if there is one.
-- Sorts: groups the rows by day, and the days by week.
SELECT
    table_name,
    week_start,
    rows_added
FROM
    v_table_growth;
