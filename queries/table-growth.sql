-- How many rows of each week every table holds.
-- For: the monthly report on growth.
-- Report: it counts every row there is, so it takes as long as the tables are large; no page waits for it.
-- Scans: counts every row by its day, in an index alone where there is one.
-- Sorts: groups the rows by day, and the days by week.
SELECT
    table_name,
    week_start,
    rows_added
FROM
    v_table_growth;
