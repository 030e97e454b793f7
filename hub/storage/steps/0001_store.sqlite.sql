-- The journal is only ever added to.
CREATE TRIGGER entries_stand_update BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER entries_stand_delete BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;
