-- compatible: 9
-- Under which keys a letter is filed so that its like is found; kept up by a follower, made anew from the journal.
CREATE TABLE alike_keys (
    key     BIGINT NOT NULL,
    case_id TEXT   NOT NULL,
    PRIMARY KEY (key, case_id)
);

CREATE INDEX alike_keys_of_case ON alike_keys (case_id, key);
