-- Web chat: what was said in each chat in its order, and how far its browser is.
CREATE TABLE chats (
    channel    TEXT   NOT NULL,
    chat_hash  TEXT   NOT NULL,
    last_n     BIGINT NOT NULL,
    delivered  BIGINT NOT NULL,
    read_up_to BIGINT NOT NULL,
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
