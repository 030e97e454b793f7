-- A letter's keys stand with it in one row, beside a mark of the words that they were made of; under each key stand its
-- letters, in one tree on SQLite instead of three. The follower files every letter anew, under keys that are made otherwise.
DROP TABLE alike_keys;

CREATE TABLE alike_letters (
    case_id TEXT   PRIMARY KEY,
    words   BIGINT NOT NULL,
    keys    TEXT   NOT NULL
);

DELETE FROM followers WHERE name = 'alike';
