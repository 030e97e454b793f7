-- Files that go to the citizen with a reply, by their places among the files of the case; part of the version.
ALTER TABLE replies ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
-- Those of them that a publisher let the public have: place, hash, type and size as JSON.
ALTER TABLE publications ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
