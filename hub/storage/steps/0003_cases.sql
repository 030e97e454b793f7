-- A case and all that stands on it. No check lists states: they belong to the machines.
CREATE TABLE cases (
    id              TEXT   PRIMARY KEY,
    number          TEXT   NOT NULL UNIQUE,
    kind            TEXT   NOT NULL,
    machine         TEXT   NOT NULL,
    kinds_edition   BIGINT NOT NULL,
    origin          TEXT   NOT NULL,
    aim             TEXT   NOT NULL,
    level           TEXT   NOT NULL,
    sealed          BIGINT NOT NULL,
    state           TEXT   NOT NULL,
    received_at     TEXT   NOT NULL,
    recorded_at     TEXT   NOT NULL,
    title           TEXT   NOT NULL,
    about           TEXT   NOT NULL,
    vault           TEXT   NOT NULL,
    place           TEXT   NOT NULL,
    area            TEXT   NOT NULL,
    target          TEXT   NOT NULL,
    category        TEXT   NOT NULL,
    unit            TEXT   NOT NULL,
    officer         TEXT   NOT NULL,
    lead            TEXT   NOT NULL,
    back_to         TEXT   NOT NULL,
    round           BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    messages        BIGINT NOT NULL,
    last_message    BIGINT NOT NULL,
    urgent          BIGINT NOT NULL,
    unreviewed      BIGINT NOT NULL,
    designated      BIGINT NOT NULL,
    returns         BIGINT NOT NULL,
    reopened        BIGINT NOT NULL,
    passed_on       BIGINT NOT NULL,
    anonymous       BIGINT NOT NULL,
    publish_consent BIGINT NOT NULL,
    show_surname    BIGINT NOT NULL,
    reachable       BIGINT NOT NULL,
    answered_at     TEXT,
    closed_at       TEXT,
    score           BIGINT NOT NULL,
    solved          TEXT   NOT NULL,
    main_due        TEXT,
    unit_due        TEXT,
    sort_due        TEXT   NOT NULL,
    fields          TEXT   NOT NULL,
    decision        TEXT   NOT NULL
);

CREATE INDEX cases_at_unit ON cases (machine, unit, sort_due, id) WHERE closed_at IS NULL AND lead = '';
CREATE INDEX cases_at_unit_in_state ON cases (machine, unit, state, sort_due, id) WHERE closed_at IS NULL AND lead = '';
CREATE INDEX cases_in_state ON cases (machine, state, sort_due, id) WHERE closed_at IS NULL AND lead = '';
CREATE INDEX cases_by_due ON cases (machine, sort_due, id) WHERE closed_at IS NULL AND lead = '';
CREATE INDEX cases_by_time ON cases (machine, received_at, id);
CREATE INDEX cases_at_unit_by_time ON cases (unit, machine, received_at, id);
CREATE INDEX cases_following ON cases (lead) WHERE lead <> '';
CREATE INDEX cases_about ON cases (about) WHERE about <> '';

CREATE TABLE submissions (
    scope       TEXT NOT NULL,
    key         TEXT NOT NULL,
    digest      TEXT NOT NULL,
    case_id     TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (scope, key)
);

CREATE TABLE imports (
    source  TEXT NOT NULL,
    id      TEXT NOT NULL,
    case_id TEXT NOT NULL,
    step    TEXT NOT NULL,
    PRIMARY KEY (source, id)
);

CREATE TABLE parties (
    case_id TEXT   NOT NULL REFERENCES cases (id),
    n       BIGINT NOT NULL,
    role    TEXT   NOT NULL,
    channel TEXT   NOT NULL,
    alias   TEXT   NOT NULL,
    lang    TEXT   NOT NULL,
    phone   BIGINT NOT NULL,
    email   BIGINT NOT NULL,
    named   BIGINT NOT NULL,
    epoch   BIGINT NOT NULL,
    PRIMARY KEY (case_id, n)
);

CREATE TABLE case_keys (
    case_id TEXT PRIMARY KEY,
    wrapped TEXT NOT NULL
);

CREATE TABLE vault (
    case_id TEXT NOT NULL REFERENCES case_keys (case_id),
    name    TEXT NOT NULL,
    sealed  TEXT NOT NULL,
    PRIMARY KEY (case_id, name)
);

CREATE TABLE vault_index (
    kind    TEXT   NOT NULL,
    hash    TEXT   NOT NULL,
    case_id TEXT   NOT NULL,
    party   BIGINT NOT NULL,
    PRIMARY KEY (kind, hash, case_id, party)
);

CREATE TABLE messages (
    case_id     TEXT   NOT NULL REFERENCES cases (id),
    n           BIGINT NOT NULL,
    at          TEXT   NOT NULL,
    author      TEXT   NOT NULL,
    author_name TEXT   NOT NULL,
    audience    TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    refs        TEXT   NOT NULL,
    PRIMARY KEY (case_id, n)
);

CREATE TABLE files (
    case_id  TEXT   NOT NULL REFERENCES cases (id),
    n        BIGINT NOT NULL,
    sha256   TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    mime     TEXT   NOT NULL,
    size     BIGINT NOT NULL,
    purpose  TEXT   NOT NULL,
    audience TEXT   NOT NULL,
    owner    TEXT   NOT NULL,
    added_at TEXT   NOT NULL,
    PRIMARY KEY (case_id, n)
);

CREATE TABLE replies (
    case_id        TEXT   NOT NULL REFERENCES cases (id),
    n              BIGINT NOT NULL,
    round          BIGINT NOT NULL,
    type           TEXT   NOT NULL,
    state          TEXT   NOT NULL,
    body           TEXT   NOT NULL,
    handling       TEXT   NOT NULL,
    delivery       TEXT   NOT NULL,
    result         TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    promised       TEXT   NOT NULL,
    drafted_at     TEXT   NOT NULL,
    handler        TEXT   NOT NULL,
    handler_person TEXT   NOT NULL,
    signer         TEXT   NOT NULL,
    signer_person  TEXT   NOT NULL,
    signed_at      TEXT,
    reviewer        TEXT  NOT NULL,
    reviewer_person TEXT  NOT NULL,
    decided_at     TEXT,
    verdict        TEXT   NOT NULL,
    reasons        TEXT   NOT NULL,
    comment        TEXT   NOT NULL,
    PRIMARY KEY (case_id, n),
    -- Nobody takes two of the parts handler, signer, reviewer on one reply (DESIGN §5).
    CHECK (handler_person <> ''),
    CHECK (signer_person = '' OR signer_person <> handler_person),
    CHECK (reviewer_person = '' OR (reviewer_person <> handler_person AND reviewer_person <> signer_person))
);

CREATE TABLE overlays (
    case_id       TEXT   NOT NULL REFERENCES cases (id),
    n             BIGINT NOT NULL,
    kind          TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    opened_at     TEXT   NOT NULL,
    opened_by     TEXT   NOT NULL,
    opened_person TEXT   NOT NULL,
    unit          TEXT   NOT NULL,
    due_at        TEXT,
    decided_at    TEXT,
    decided_by    TEXT   NOT NULL,
    data          TEXT   NOT NULL,
    PRIMARY KEY (case_id, n)
);

CREATE INDEX overlays_open ON overlays (kind, unit, due_at, case_id) WHERE state = 'open';

CREATE TABLE assignments (
    case_id    TEXT   NOT NULL REFERENCES cases (id),
    n          BIGINT NOT NULL,
    unit       TEXT   NOT NULL,
    officer    TEXT   NOT NULL,
    since      TEXT   NOT NULL,
    until      TEXT,
    by_whom    TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    designated BIGINT NOT NULL,
    PRIMARY KEY (case_id, n)
);

CREATE TABLE clocks (
    case_id     TEXT   NOT NULL REFERENCES cases (id),
    name        TEXT   NOT NULL,
    round       BIGINT NOT NULL,
    ladder      TEXT   NOT NULL,
    phase       TEXT   NOT NULL,
    revision    BIGINT NOT NULL,
    due_at      TEXT,
    breached_at TEXT,
    rung        TEXT   NOT NULL,
    rung_at     TEXT,
    tries       BIGINT NOT NULL,
    PRIMARY KEY (case_id, name, round)
);

CREATE INDEX clocks_to_look_at ON clocks (rung_at, case_id) WHERE rung_at IS NOT NULL;

-- Each clock's ledger is only added to; due_at above is computed from it.
CREATE TABLE clock_ledger (
    case_id  TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    round    BIGINT NOT NULL,
    n        BIGINT NOT NULL,
    at       TEXT   NOT NULL,
    what     TEXT   NOT NULL,
    allowed  TEXT   NOT NULL,
    reason   TEXT   NOT NULL,
    PRIMARY KEY (case_id, name, round, n)
);

-- One row for each effect of a rung, ever: two sweeps, a crash or a clock set back cannot fire it twice.
CREATE TABLE fired (
    case_id     TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    round       BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    rung        TEXT   NOT NULL,
    at          TEXT   NOT NULL,
    recorded_at TEXT   NOT NULL,
    told        BIGINT NOT NULL,
    PRIMARY KEY (case_id, name, round, revision, rung)
);
