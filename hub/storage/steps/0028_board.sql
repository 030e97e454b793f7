-- Sums of ten days beside those of days and months: what a period has beside its whole months is read in fewer rows.
INSERT INTO totals (unit, cut, span, value, kind, measure, n)
SELECT unit, 'dekad', substr(span, 1, 8) || CASE WHEN span < substr(span, 1, 8) || '11' THEN '1'
    WHEN span < substr(span, 1, 8) || '21' THEN '2' ELSE '3' END, '', kind, measure, SUM(n)
FROM totals WHERE cut = 'day' AND n <> 0
GROUP BY 1, 3, 5, 6;
