-- What was written to a unit, and what it answered, stands.
CREATE FUNCTION recommendation_stands() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the steps of a recommendation are only added to'; END $$;

CREATE TRIGGER recommendation_steps_stand BEFORE UPDATE OR DELETE ON recommendation_steps
FOR EACH ROW EXECUTE FUNCTION recommendation_stands();
