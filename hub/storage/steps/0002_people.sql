-- Rule sets as numbered immutable editions; officers with their roles, absences and sign-ins.
CREATE TABLE editions (
    family         TEXT   NOT NULL,
    number         BIGINT NOT NULL,
    content        TEXT   NOT NULL,
    hash           TEXT   NOT NULL,
    by_whom        TEXT   NOT NULL,
    effective_from TEXT   NOT NULL,
    PRIMARY KEY (family, number)
);

CREATE TABLE counters (
    name  TEXT   PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE officers (
    id            TEXT   PRIMARY KEY,
    account       TEXT   NOT NULL UNIQUE,
    person        TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    home          TEXT   NOT NULL,
    password_hash TEXT   NOT NULL,
    otp_secret    TEXT   NOT NULL,
    active        BIGINT NOT NULL,
    created_at    TEXT   NOT NULL
);

CREATE TABLE grants (
    officer_id TEXT NOT NULL REFERENCES officers (id),
    role       TEXT NOT NULL,
    unit       TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    granted_at TEXT NOT NULL,
    PRIMARY KEY (officer_id, role, unit)
);

CREATE INDEX grants_at ON grants (unit, role);

CREATE TABLE absences (
    officer_id TEXT NOT NULL REFERENCES officers (id),
    since      TEXT NOT NULL,
    until      TEXT NOT NULL,
    deputy_id  TEXT NOT NULL REFERENCES officers (id),
    entered_by TEXT NOT NULL,
    PRIMARY KEY (officer_id, since),
    CHECK (deputy_id <> officer_id)
);

CREATE INDEX absences_of_deputy ON absences (deputy_id, until);

CREATE TABLE sign_ins (
    token_hash TEXT PRIMARY KEY,
    officer_id TEXT NOT NULL REFERENCES officers (id),
    purpose    TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at    TEXT NOT NULL,
    until      TEXT NOT NULL
);

CREATE INDEX sign_ins_of ON sign_ins (officer_id);
CREATE INDEX sign_ins_until ON sign_ins (until);
