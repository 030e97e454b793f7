-- The journal in its one order, and how far each follower has read in it.
CREATE TABLE journal_head (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    hash TEXT   NOT NULL
);

INSERT INTO journal_head (id, seq, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE entries (
    seq         BIGINT PRIMARY KEY,
    case_id     TEXT,
    action      TEXT NOT NULL,
    actor       TEXT NOT NULL,
    at          TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    data        TEXT NOT NULL,
    prev        TEXT NOT NULL,
    hash        TEXT NOT NULL
);

CREATE INDEX entries_of_case ON entries (case_id, seq) WHERE case_id IS NOT NULL;

CREATE TABLE followers (
    name   TEXT   PRIMARY KEY,
    cursor BIGINT NOT NULL
);
