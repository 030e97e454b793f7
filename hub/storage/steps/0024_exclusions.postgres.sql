-- A demand leaves the rates by two persons, who are who their accounts say.
CREATE FUNCTION exclusion_by_two() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF EXISTS (SELECT 1 FROM officers o WHERE o.id = NEW.opened_by AND o.person <> NEW.opened_person)
  OR (NEW.state IN ('granted', 'refused') AND (
    NEW.decided_by IN ('', NEW.opened_by)
    OR EXISTS (SELECT 1 FROM officers o WHERE o.id = NEW.decided_by AND o.person = NEW.opened_person))) THEN
    RAISE EXCEPTION 'whoever asks for an exclusion does not decide on it' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
END $$;

CREATE FUNCTION exclusion_stands() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
RAISE EXCEPTION 'an exclusion stays what it is, and whose' USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER exclusions_by_two BEFORE INSERT OR UPDATE ON overlays FOR EACH ROW
WHEN (NEW.kind = 'exclusion') EXECUTE FUNCTION exclusion_by_two();

CREATE TRIGGER exclusions_stand BEFORE UPDATE ON overlays FOR EACH ROW
WHEN ((OLD.kind = 'exclusion' OR NEW.kind = 'exclusion')
  AND (NEW.kind, NEW.opened_by, NEW.opened_person) <> (OLD.kind, OLD.opened_by, OLD.opened_person))
EXECUTE FUNCTION exclusion_stands();
