-- What the public and the figures are read from; kept up by followers of the journal.
CREATE TABLE publications (
    case_id      TEXT   PRIMARY KEY REFERENCES cases (id),
    record       TEXT   NOT NULL,
    number       TEXT   NOT NULL,
    live         BIGINT NOT NULL,
    title        TEXT   NOT NULL,
    body         TEXT   NOT NULL,
    reply        TEXT   NOT NULL,
    surname      TEXT   NOT NULL,
    masks        TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    unit         TEXT   NOT NULL,
    area         TEXT   NOT NULL,
    result       TEXT   NOT NULL,
    received_day TEXT   NOT NULL,
    answered_day TEXT   NOT NULL,
    workdays     BIGINT NOT NULL,
    allowed      BIGINT NOT NULL,
    rounds       BIGINT NOT NULL,
    score        BIGINT NOT NULL,
    solved       TEXT   NOT NULL,
    published_at TEXT   NOT NULL,
    corrected_at TEXT,
    removed_at   TEXT
);

CREATE UNIQUE INDEX publications_number ON publications (number);
CREATE INDEX publications_live ON publications (published_at, case_id) WHERE live = 1;
CREATE INDEX publications_unit ON publications (unit, published_at, case_id) WHERE live = 1;
CREATE INDEX publications_kind ON publications (kind, published_at, case_id) WHERE live = 1;

CREATE TABLE search_docs (
    doc     BIGINT PRIMARY KEY,
    room    TEXT   NOT NULL,
    case_id TEXT   NOT NULL,
    UNIQUE (room, case_id)
);

-- One row a case: what it counts for in each measure; totals are their sums, kept up by differences.
CREATE TABLE facts (
    case_id  TEXT PRIMARY KEY,
    counted  TEXT NOT NULL
);

CREATE TABLE totals (
    day     TEXT   NOT NULL,
    unit    TEXT   NOT NULL,
    kind    TEXT   NOT NULL,
    measure TEXT   NOT NULL,
    n       BIGINT NOT NULL,
    PRIMARY KEY (unit, day, kind, measure)
);
