-- What the sweep could not work off waits here and leaves its own row as it was; it is over when that row moved on.
CREATE TABLE put_off (
    what    TEXT   NOT NULL,
    case_id TEXT   NOT NULL,
    name    TEXT   NOT NULL,
    n       BIGINT NOT NULL,
    at      TEXT   NOT NULL,
    until   TEXT   NOT NULL,
    tries   BIGINT NOT NULL,
    since   TEXT   NOT NULL,
    error   TEXT   NOT NULL,
    PRIMARY KEY (what, case_id, name, n)
);

ALTER TABLE clocks DROP COLUMN tries;

-- Effects that fired while the computer's clock stood ahead of the time: none is undone, all are shown.
ALTER TABLE fired ADD COLUMN ahead BIGINT NOT NULL DEFAULT 0;

CREATE INDEX fired_ahead ON fired (at, case_id) WHERE ahead = 1;
