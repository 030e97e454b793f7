-- A version of a reply stands as it was written, and whoever takes a part in it is who the account says.
CREATE TRIGGER replies_stand BEFORE UPDATE ON replies
WHEN (NEW.round, NEW.type, NEW.body, NEW.translated, NEW.handling, NEW.result, NEW.drafted_at)
    <> (OLD.round, OLD.type, OLD.body, OLD.translated, OLD.handling, OLD.result, OLD.drafted_at)
  OR (NEW.handler, NEW.handler_person, NEW.bureau) <> (OLD.handler, OLD.handler_person, OLD.bureau)
  OR (OLD.signer_person <> '' AND (NEW.signer, NEW.signer_person) <> (OLD.signer, OLD.signer_person))
BEGIN SELECT RAISE(ABORT, 'a version of a reply stands as it was written and signed'); END;

CREATE TRIGGER replies_parts_insert BEFORE INSERT ON replies
WHEN EXISTS (SELECT 1 FROM officers o WHERE o.id = NEW.handler AND o.person <> NEW.handler_person)
  OR EXISTS (SELECT 1 FROM officers o WHERE o.id = NEW.signer AND o.person <> NEW.signer_person)
  OR EXISTS (SELECT 1 FROM officers o WHERE o.id = NEW.reviewer AND o.person <> NEW.reviewer_person)
BEGIN SELECT RAISE(ABORT, 'a part in a reply is taken by the person whose account it is'); END;

CREATE TRIGGER replies_parts_update BEFORE UPDATE ON replies
WHEN EXISTS (SELECT 1 FROM officers o WHERE o.id = NEW.signer AND o.person <> NEW.signer_person)
  OR EXISTS (SELECT 1 FROM officers o WHERE o.id = NEW.reviewer AND o.person <> NEW.reviewer_person)
BEGIN SELECT RAISE(ABORT, 'a part in a reply is taken by the person whose account it is'); END;

CREATE TRIGGER replies_reviewer_outside BEFORE UPDATE ON replies
WHEN NEW.reviewer <> OLD.reviewer AND EXISTS (
    SELECT 1 FROM officers o JOIN cases c ON c.id = NEW.case_id
    WHERE o.id = NEW.reviewer AND o.home <> '' AND o.home = c.unit)
BEGIN SELECT RAISE(ABORT, 'a reply is reviewed by somebody outside the answering unit'); END;
