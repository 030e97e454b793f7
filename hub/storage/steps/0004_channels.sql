-- What came in and waits, what goes out and waits, and the conversations in between.
CREATE TABLE inbox (
    channel     TEXT   NOT NULL,
    event_id    TEXT   NOT NULL,
    lane        TEXT   NOT NULL,
    received_at TEXT   NOT NULL,
    payload     TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    attempts    BIGINT NOT NULL,
    next_at     TEXT   NOT NULL,
    lease_until TEXT,
    lease_by    TEXT   NOT NULL,
    error       TEXT   NOT NULL,
    PRIMARY KEY (channel, event_id)
);

CREATE INDEX inbox_waiting ON inbox (channel, received_at, event_id) WHERE state = 'new';
CREATE INDEX inbox_lane ON inbox (channel, lane, received_at, event_id) WHERE state = 'new';

CREATE TABLE dialogues (
    channel    TEXT   NOT NULL,
    chat_hash  TEXT   NOT NULL,
    session    TEXT   NOT NULL,
    revision   BIGINT NOT NULL,
    updated_at TEXT   NOT NULL,
    PRIMARY KEY (channel, chat_hash)
);

CREATE TABLE outbox (
    key         TEXT   PRIMARY KEY,
    case_id     TEXT   NOT NULL,
    recipient   TEXT   NOT NULL,
    lane        TEXT   NOT NULL,
    text        TEXT   NOT NULL,
    refs        TEXT   NOT NULL,
    created_at  TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    channel     TEXT   NOT NULL,
    attempts    BIGINT NOT NULL,
    next_at     TEXT   NOT NULL,
    lease_until TEXT,
    lease_by    TEXT   NOT NULL,
    provider_id TEXT   NOT NULL,
    settled_at  TEXT,
    error       TEXT   NOT NULL
);

CREATE INDEX outbox_waiting ON outbox (next_at, key) WHERE state = 'waiting';
CREATE INDEX outbox_of_case ON outbox (case_id, created_at);
CREATE INDEX outbox_to ON outbox (recipient, created_at) WHERE channel = 'desk';
CREATE INDEX outbox_lane ON outbox (lane, created_at) WHERE state = 'waiting';
