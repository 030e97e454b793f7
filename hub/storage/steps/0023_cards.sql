-- compatible: 17
-- Cards are few among all records and are asked for by their day; openings of contact data are few among all lines.
CREATE INDEX overlays_cards ON overlays (opened_at, case_id, n) WHERE kind = 'card';
CREATE INDEX entries_contact ON entries (seq) WHERE action = 'contact.shown';
