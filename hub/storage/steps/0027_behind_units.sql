-- compatible: 22
-- The facts of one unit lie together, so that what stands behind the number of a small unit is found without the others.
CREATE INDEX facts_at_unit ON facts (unit, measure, day, case_id);
