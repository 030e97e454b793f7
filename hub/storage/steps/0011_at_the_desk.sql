-- What stands on an officer's desk beside a case: a reply still being written, and who has the page open at this moment.
CREATE TABLE drafts (
    case_id    TEXT   NOT NULL REFERENCES cases (id),
    officer_id TEXT   NOT NULL REFERENCES officers (id),
    words      TEXT   NOT NULL,
    replies    BIGINT NOT NULL,
    revision   BIGINT NOT NULL,
    saved_at   TEXT   NOT NULL,
    PRIMARY KEY (case_id, officer_id)
);

CREATE TABLE looking (
    case_id    TEXT   NOT NULL REFERENCES cases (id),
    officer_id TEXT   NOT NULL REFERENCES officers (id),
    writing    BIGINT NOT NULL,
    seen_at    TEXT   NOT NULL,
    PRIMARY KEY (case_id, officer_id)
);

CREATE INDEX looking_since ON looking (seen_at);

-- The answer in the writer's own language, beside the one that is signed and reviewed.
ALTER TABLE replies ADD COLUMN translated TEXT NOT NULL DEFAULT '';
