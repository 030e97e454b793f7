"""Full-text search over terms made in Python: the same answers from FTS5 and from PostgreSQL's tsvector."""

from typing import NamedTuple

from hub.storage.tx import Tx
from hub.terms import Phrase, search_terms, single_characters, terms

DOC = "SELECT doc FROM search_docs WHERE room = :room AND case_id = :case_id"
NEXT = """
INSERT INTO counters (name, value) VALUES ('search', :n)
ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value RETURNING value
"""
ADD_DOC = "INSERT INTO search_docs (doc, room, case_id) VALUES (:doc, :room, :case_id)"
DROP_DOC = "DELETE FROM search_docs WHERE room = :room AND case_id = :case_id"
MOST_TERMS = 4000


class Dialect(NamedTuple):
    """What must differ between the engines: how an index row is written, dropped and asked for."""

    put: str
    drop: str
    find: str


FTS5 = Dialect(
    put="INSERT INTO search_index (rowid, terms) VALUES (:doc, :terms)",
    drop="DELETE FROM search_index WHERE rowid = :doc",
    find="""
SELECT d.case_id, d.doc FROM search_index i JOIN search_docs d ON d.doc = i.rowid
WHERE search_index MATCH :query AND d.room = :room AND d.doc < :before ORDER BY i.rowid DESC LIMIT :limit
""",
)
TSVECTOR = Dialect(
    put="INSERT INTO search_index (doc, terms) VALUES (:doc, to_tsvector('simple', :terms))",
    drop="DELETE FROM search_index WHERE doc = :doc",
    find="""
SELECT d.case_id, d.doc FROM search_index i JOIN search_docs d ON d.doc = i.doc
WHERE i.terms @@ to_tsquery('simple', :query) AND d.room = :room AND d.doc < :before ORDER BY d.doc DESC LIMIT :limit
""",
)
DIALECTS = {"sqlite": FTS5, "postgres": TSVECTOR}


class Hit(NamedTuple):
    """A case that was found; `doc` is where the next page goes on."""

    case_id: str
    doc: int


def put(tx: Tx, engine: str, room: str, case_id: str, text: str) -> None:
    """Index a case anew; a case that changed moves to the front, as its newest word is the newest thing."""
    remove(tx, engine, room, case_id)
    doc = int(tx.execute(NEXT, {"n": 1})[0]["value"])
    tx.execute(ADD_DOC, {"doc": doc, "room": room, "case_id": case_id})
    tx.execute(DIALECTS[engine].put, {"doc": doc, "terms": written(text)})


def written(text: str) -> str:
    """A text as it stands in the index: its terms in their order, then each of its characters once."""
    return " ".join((*terms(text)[:MOST_TERMS], *single_characters(text)))


def remove(tx: Tx, engine: str, room: str, case_id: str) -> None:
    """Take a case out of the index: withdrawn pages and destroyed cases leave nothing behind."""
    key = {"room": room, "case_id": case_id}
    for row in tx.execute(DOC, key):
        tx.execute(DIALECTS[engine].drop, {"doc": row["doc"]})
        tx.execute(DROP_DOC, key)


def find(tx: Tx, engine: str, room: str, query: str, limit: int, before: int = 1 << 60) -> list[Hit]:
    """The newest documents that hold every phrase of the query; nothing to search finds nothing."""
    phrases = search_terms(query)
    if not phrases:
        return []
    asked_for = _query(engine, phrases)
    asked = {"query": asked_for, "room": room, "before": before, "limit": limit}
    return [Hit(str(r["case_id"]), int(r["doc"])) for r in tx.execute(DIALECTS[engine].find, asked)]


def _query(engine: str, phrases: tuple[Phrase, ...]) -> str:
    """The query in the engine's own writing; tokens hold only letters and digits, so nothing can be slipped in."""
    if engine == "sqlite":
        return " AND ".join('"' + " ".join(p) + '"' for p in phrases)
    return " & ".join("(" + " <-> ".join(f"'{t}'" for t in p) + ")" for p in phrases)
