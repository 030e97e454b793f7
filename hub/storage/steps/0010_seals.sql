-- The end of the journal as it was published, once a day: whoever keeps an old one can tell whether the past was changed.
CREATE TABLE seals (
    day   TEXT   PRIMARY KEY,
    seq   BIGINT NOT NULL,
    hash  TEXT   NOT NULL
);
