-- A demand leaves the rates by two persons, who are who their accounts say.
CREATE TRIGGER exclusions_insert BEFORE INSERT ON overlays
WHEN NEW.kind = 'exclusion' AND (
    EXISTS (SELECT 1 FROM officers o WHERE o.id = NEW.opened_by AND o.person <> NEW.opened_person)
    OR (NEW.state IN ('granted', 'refused') AND (
        NEW.decided_by IN ('', NEW.opened_by)
        OR EXISTS (SELECT 1 FROM officers o WHERE o.id = NEW.decided_by AND o.person = NEW.opened_person))))
BEGIN SELECT RAISE(ABORT, 'whoever asks for an exclusion does not decide on it'); END;

CREATE TRIGGER exclusions_update BEFORE UPDATE ON overlays
WHEN (OLD.kind = 'exclusion' OR NEW.kind = 'exclusion') AND (
    (NEW.kind, NEW.opened_by, NEW.opened_person) <> (OLD.kind, OLD.opened_by, OLD.opened_person)
    OR (NEW.state IN ('granted', 'refused') AND (
        NEW.decided_by IN ('', NEW.opened_by)
        OR EXISTS (SELECT 1 FROM officers o WHERE o.id = NEW.decided_by AND o.person = NEW.opened_person))))
BEGIN SELECT RAISE(ABORT, 'whoever asks for an exclusion does not decide on it'); END;
