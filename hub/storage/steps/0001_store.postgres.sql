-- The journal is only ever added to.
CREATE FUNCTION journal_stands() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the journal is only added to'; END $$;

CREATE TRIGGER entries_stand BEFORE UPDATE OR DELETE ON entries
FOR EACH STATEMENT EXECUTE FUNCTION journal_stands();

-- A list travels as one JSON text, on both engines: SELECT CAST(value AS TEXT) FROM json_each(:list).
CREATE FUNCTION json_each(list text) RETURNS TABLE (key bigint, value text) LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT ordinality - 1, item FROM jsonb_array_elements_text(CAST(list AS jsonb)) WITH ORDINALITY AS each (item) $$;
