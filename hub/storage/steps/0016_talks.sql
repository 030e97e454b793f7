-- compatible: 9
-- Talks of a citizen with a person at the reception desk, in the chat they write in; their words lie sealed.
CREATE TABLE talks (
    id          TEXT   PRIMARY KEY,
    channel     TEXT   NOT NULL,
    chat_hash   TEXT   NOT NULL,
    address     TEXT   NOT NULL,
    lang        TEXT   NOT NULL,
    opened_at   TEXT   NOT NULL,
    waits_since TEXT,
    silent_at   TEXT   NOT NULL,
    urgent      BIGINT NOT NULL,
    taken_by    TEXT   NOT NULL,
    ended_at    TEXT,
    ended_by    TEXT   NOT NULL
);

CREATE UNIQUE INDEX talks_open ON talks (channel, chat_hash) WHERE ended_at IS NULL;
CREATE INDEX talks_silent ON talks (silent_at) WHERE ended_at IS NULL;
CREATE INDEX talks_ended ON talks (ended_at);

CREATE TABLE talk_lines (
    talk    TEXT   NOT NULL,
    n       BIGINT NOT NULL,
    key     TEXT   NOT NULL UNIQUE,
    officer TEXT   NOT NULL,
    said_at TEXT   NOT NULL,
    sealed  TEXT   NOT NULL,
    PRIMARY KEY (talk, n)
);
