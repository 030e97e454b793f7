-- A bulletin keeps its figures from the day it is drawn up, and its words from the moment it is released.
CREATE TRIGGER bulletins_stand BEFORE UPDATE ON bulletins
WHEN NEW.kind <> OLD.kind OR NEW.period <> OLD.period OR NEW.version <> OLD.version OR NEW.since <> OLD.since
  OR NEW.until <> OLD.until OR NEW.public <> OLD.public OR NEW.drawn_at <> OLD.drawn_at
  OR NEW.content <> OLD.content OR NEW.digest <> OLD.digest
  OR (OLD.released_at IS NOT NULL AND (NEW.words <> OLD.words OR NEW.released_at IS NOT OLD.released_at
    OR NEW.checked_by <> OLD.checked_by OR NEW.checked_person <> OLD.checked_person
    OR NEW.released_by <> OLD.released_by OR NEW.released_person <> OLD.released_person
    OR NEW.state NOT IN ('released', 'replaced', 'recalled')))
BEGIN SELECT RAISE(ABORT, 'a bulletin keeps its figures, and its words once released'); END;

CREATE TRIGGER bulletins_stay BEFORE DELETE ON bulletins
BEGIN SELECT RAISE(ABORT, 'a bulletin stays'); END;
