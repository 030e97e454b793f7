-- Overlapping two-character terms made in Python, looked up by document number.
CREATE VIRTUAL TABLE search_index USING fts5(terms, tokenize='unicode61');
