CREATE TABLE alike_keys (
    key     BIGINT           NOT NULL,
    case_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (key, case_id)
);
