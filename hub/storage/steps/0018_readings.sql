-- compatible: 17
-- What went out unread is the pool from which a sample is drawn later; most answers are not in it.
CREATE INDEX cases_unread ON cases (answered_at, id) WHERE unreviewed = 1;
