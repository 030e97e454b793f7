-- What each case counts for, a row a count, and under what; figures are their sums, and behind every figure stand its cases.
-- The follower `totals` makes all of it anew from the journal.
DROP TABLE facts;
DROP TABLE totals;

CREATE TABLE facts (
    case_id TEXT   NOT NULL,
    measure TEXT   NOT NULL,
    day     TEXT   NOT NULL,
    unit    TEXT   NOT NULL,
    n       BIGINT NOT NULL,
    PRIMARY KEY (case_id, measure, day, unit)
);

CREATE INDEX facts_behind ON facts (measure, day, case_id, unit);

CREATE TABLE counted (
    case_id TEXT PRIMARY KEY,
    kind    TEXT NOT NULL,
    area    TEXT NOT NULL,
    officer TEXT NOT NULL,
    topic   TEXT NOT NULL,
    channel TEXT NOT NULL,
    hour    TEXT NOT NULL
);

-- `cut` says what a sum is by: a day, a month, or a month and a street, officer, topic, channel or hour of receipt.
CREATE TABLE totals (
    unit    TEXT   NOT NULL,
    cut     TEXT   NOT NULL,
    span    TEXT   NOT NULL,
    value   TEXT   NOT NULL,
    kind    TEXT   NOT NULL,
    measure TEXT   NOT NULL,
    n       BIGINT NOT NULL,
    PRIMARY KEY (unit, cut, span, value, kind, measure)
);

DELETE FROM followers WHERE name = 'totals';
