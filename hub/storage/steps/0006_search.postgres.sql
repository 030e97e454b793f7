-- Overlapping two-character terms made in Python, under the configuration that changes nothing.
CREATE TABLE search_index (
    doc   BIGINT   PRIMARY KEY,
    terms tsvector NOT NULL
);

CREATE INDEX search_index_terms ON search_index USING gin (terms);
