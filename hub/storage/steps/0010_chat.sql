-- Web chat: what was said in each chat in its order, how far its browser is, and talks with a person at the desk.
CREATE TABLE chats (
    channel    TEXT   NOT NULL,
    chat_hash  TEXT   NOT NULL,
    last_n     BIGINT NOT NULL,
    delivered  BIGINT NOT NULL,
    read_up_to BIGINT NOT NULL,
    looked     BIGINT NOT NULL,
    updated_at TEXT   NOT NULL,
    PRIMARY KEY (channel, chat_hash)
);

CREATE INDEX chats_updated ON chats (channel, updated_at);

CREATE TABLE chat_lines (
    channel   TEXT   NOT NULL,
    chat_hash TEXT   NOT NULL,
    n         BIGINT NOT NULL,
    key       TEXT   NOT NULL UNIQUE,
    side      TEXT   NOT NULL,
    said_at   TEXT   NOT NULL,
    sealed    TEXT   NOT NULL,
    PRIMARY KEY (channel, chat_hash, n)
);

CREATE TABLE talks (
    id        TEXT   PRIMARY KEY,
    channel   TEXT   NOT NULL,
    chat_hash TEXT   NOT NULL,
    address   TEXT   NOT NULL,
    lang      TEXT   NOT NULL,
    from_n    BIGINT NOT NULL,
    asked_at  TEXT   NOT NULL,
    taken_by  TEXT   NOT NULL,
    ends_at   TEXT   NOT NULL,
    ended_at  TEXT,
    ended_by  TEXT   NOT NULL
);

CREATE UNIQUE INDEX talks_open ON talks (channel, chat_hash) WHERE ended_at IS NULL;
CREATE INDEX talks_due ON talks (ends_at) WHERE ended_at IS NULL;
