-- Facts and totals as one tree each, in the order in which they are read; what was found in it had to be fetched before.
CREATE TABLE facts_in_order (
    case_id TEXT    NOT NULL,
    measure TEXT    NOT NULL,
    day     TEXT    NOT NULL,
    unit    TEXT    NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (case_id, measure, day, unit)
) STRICT, WITHOUT ROWID;
INSERT INTO facts_in_order SELECT case_id, measure, day, unit, n FROM facts ORDER BY case_id, measure, day, unit;
DROP TABLE facts;
ALTER TABLE facts_in_order RENAME TO facts;
CREATE INDEX facts_behind ON facts (measure, day, case_id, unit);
CREATE INDEX facts_at_unit ON facts (unit, measure, day, case_id);

CREATE TABLE totals_in_order (
    unit    TEXT    NOT NULL,
    cut     TEXT    NOT NULL,
    span    TEXT    NOT NULL,
    value   TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    measure TEXT    NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (unit, cut, span, value, kind, measure)
) STRICT, WITHOUT ROWID;
INSERT INTO totals_in_order
SELECT unit, cut, span, value, kind, measure, n FROM totals ORDER BY unit, cut, span, value, kind, measure;
DROP TABLE totals;
ALTER TABLE totals_in_order RENAME TO totals;

-- The open cases of a unit are counted from their index alone: it holds all that decides for whom they exist and whether
-- they are late.
DROP INDEX cases_at_unit;
CREATE INDEX cases_at_unit ON cases (machine, unit, sort_due, id, answered_at, sealed, aim, target, closed_at, lead)
WHERE closed_at IS NULL AND lead = '';
