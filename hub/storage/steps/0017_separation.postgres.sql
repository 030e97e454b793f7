-- A version of a reply stands as it was written, and whoever takes a part in it is who the account says.
CREATE FUNCTION reply_stands() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF (NEW.round, NEW.type, NEW.body, NEW.translated, NEW.handling, NEW.result, NEW.drafted_at)
    <> (OLD.round, OLD.type, OLD.body, OLD.translated, OLD.handling, OLD.result, OLD.drafted_at)
  OR (NEW.handler, NEW.handler_person, NEW.bureau) <> (OLD.handler, OLD.handler_person, OLD.bureau)
  OR (OLD.signer_person <> '' AND (NEW.signer, NEW.signer_person) <> (OLD.signer, OLD.signer_person)) THEN
    RAISE EXCEPTION 'a version of a reply stands as it was written and signed' USING ERRCODE = 'check_violation';
END IF;
IF NEW.reviewer <> OLD.reviewer AND EXISTS (
    SELECT 1 FROM officers o JOIN cases c ON c.id = NEW.case_id
    WHERE o.id = NEW.reviewer AND o.home <> '' AND o.home = c.unit) THEN
    RAISE EXCEPTION 'a reply is reviewed by somebody outside the answering unit' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
END $$;

CREATE TRIGGER replies_stand BEFORE UPDATE ON replies FOR EACH ROW EXECUTE FUNCTION reply_stands();

CREATE FUNCTION reply_parts() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF EXISTS (SELECT 1 FROM officers o WHERE o.id = NEW.handler AND o.person <> NEW.handler_person)
  OR EXISTS (SELECT 1 FROM officers o WHERE o.id = NEW.signer AND o.person <> NEW.signer_person)
  OR EXISTS (SELECT 1 FROM officers o WHERE o.id = NEW.reviewer AND o.person <> NEW.reviewer_person) THEN
    RAISE EXCEPTION 'a part in a reply is taken by the person whose account it is' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
END $$;

CREATE TRIGGER replies_parts BEFORE INSERT OR UPDATE ON replies FOR EACH ROW EXECUTE FUNCTION reply_parts();
