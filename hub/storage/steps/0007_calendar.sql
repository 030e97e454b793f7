-- The edition of the working calendar each clock is counted under; a newer one reaches open clocks by the recount.
ALTER TABLE clocks ADD COLUMN calendar BIGINT NOT NULL DEFAULT 1;

UPDATE clocks SET calendar = COALESCE((SELECT MAX(number) FROM editions WHERE family = 'calendar'), 1);

CREATE INDEX clocks_to_recount ON clocks (calendar, case_id) WHERE phase IN ('running', 'paused');
