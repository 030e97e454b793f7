-- By its mark a sentence of a reply is found again in the replies of other cases, without reading them.
CREATE TABLE reply_marks (
    mark    TEXT NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (mark, case_id)
);
