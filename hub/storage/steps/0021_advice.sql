-- compatible: 17
-- Recommendations 督查建议 of supervision to a unit, and every step of each; the steps are only added to.
CREATE TABLE recommendations (
    n         BIGINT PRIMARY KEY,
    unit      TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    about     TEXT   NOT NULL,
    issued_at TEXT   NOT NULL,
    state     TEXT   NOT NULL,
    round     BIGINT NOT NULL,
    revision  BIGINT NOT NULL,
    since     TEXT   NOT NULL,
    due_at    TEXT   NOT NULL,
    rung_at   TEXT,
    adopted   TEXT   NOT NULL,
    promised  TEXT   NOT NULL,
    ended_at  TEXT
);

CREATE INDEX recommendations_at_unit ON recommendations (unit, n);
CREATE INDEX recommendations_to_look_at ON recommendations (rung_at) WHERE rung_at IS NOT NULL;

CREATE TABLE recommendation_steps (
    n       BIGINT NOT NULL REFERENCES recommendations (n),
    k       BIGINT NOT NULL,
    at      TEXT   NOT NULL,
    officer TEXT   NOT NULL,
    what    TEXT   NOT NULL,
    text    TEXT   NOT NULL,
    day     TEXT   NOT NULL,
    PRIMARY KEY (n, k)
);
