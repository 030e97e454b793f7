-- What was written to a unit, and what it answered, stands.
CREATE TRIGGER recommendation_steps_stand BEFORE UPDATE ON recommendation_steps
BEGIN SELECT RAISE(ABORT, 'the steps of a recommendation are only added to'); END;

CREATE TRIGGER recommendation_steps_stay BEFORE DELETE ON recommendation_steps
BEGIN SELECT RAISE(ABORT, 'the steps of a recommendation are only added to'); END;
