CREATE TABLE alike_keys (
    key     INTEGER NOT NULL,
    case_id TEXT    NOT NULL,
    PRIMARY KEY (key, case_id)
) STRICT, WITHOUT ROWID;
