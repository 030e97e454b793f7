-- Handler, signer and reviewer are three persons, and the reviewer's bureau is not the answering one (DESIGN §5).
ALTER TABLE replies ADD COLUMN reviewer_bureau TEXT NOT NULL DEFAULT '';

UPDATE replies SET reviewer_bureau = reviewer WHERE reviewer_person <> '';

ALTER TABLE replies ADD COLUMN bureau TEXT NOT NULL DEFAULT ''
    CHECK (reviewer_person = '' OR (reviewer_bureau <> '' AND reviewer_bureau <> bureau));
