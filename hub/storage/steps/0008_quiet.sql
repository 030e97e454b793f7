-- Notices that keep the quiet hours, and records that somebody has to answer, found without looking at the rest.
CREATE INDEX outbox_quiet ON outbox (next_at, recipient, text) WHERE state = 'quiet';
