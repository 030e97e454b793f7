-- compatible: 9
-- Bulletins 通报 in numbered versions: the figures as they stood when one was drawn up, and the words beside them.
CREATE TABLE bulletins (
    kind            TEXT   NOT NULL,
    period          TEXT   NOT NULL,
    version         BIGINT NOT NULL,
    since           TEXT   NOT NULL,
    until           TEXT   NOT NULL,
    public          BIGINT NOT NULL,
    due             TEXT   NOT NULL,
    drawn_at        TEXT   NOT NULL,
    content         TEXT   NOT NULL,
    digest          TEXT   NOT NULL,
    state           TEXT   NOT NULL,
    revision        BIGINT NOT NULL,
    words           TEXT   NOT NULL,
    note            TEXT   NOT NULL,
    checked_by      TEXT   NOT NULL,
    checked_person  TEXT   NOT NULL,
    released_by     TEXT   NOT NULL,
    released_person TEXT   NOT NULL,
    released_at     TEXT,
    recalled_at     TEXT,
    PRIMARY KEY (kind, period, version),
    -- Whoever checks a bulletin does not release it.
    CHECK (released_person = '' OR (checked_person <> '' AND released_person <> checked_person))
);

-- One version of a period is at work at a time, and one is in force.
CREATE UNIQUE INDEX bulletins_at_work ON bulletins (kind, period) WHERE state IN ('drawn', 'checked');
CREATE UNIQUE INDEX bulletins_in_force ON bulletins (kind, period) WHERE state = 'released';
CREATE INDEX bulletins_by_time ON bulletins (drawn_at, kind);
CREATE INDEX bulletins_known ON bulletins (kind, until);
