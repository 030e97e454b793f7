"""The vault's rows: wrapped case keys, sealed values by name, and the keyed-hash index for look-ups by equality."""

from collections.abc import Mapping

from hub.storage.tx import Tx

ADD_KEY = "INSERT INTO case_keys (case_id, wrapped) VALUES (:case_id, :wrapped)"
KEY = "SELECT wrapped FROM case_keys WHERE case_id = :case_id"
PUT = """
INSERT INTO vault (case_id, name, sealed) VALUES (:case_id, :name, :sealed)
ON CONFLICT (case_id, name) DO UPDATE SET sealed = excluded.sealed
"""
GET = "SELECT name, sealed FROM vault WHERE case_id = :case_id"
INDEX = """
INSERT INTO vault_index (kind, hash, case_id, party) VALUES (:kind, :hash, :case_id, :party)
ON CONFLICT (kind, hash, case_id, party) DO NOTHING
"""
FIND = """
SELECT v.case_id, v.party FROM vault_index v JOIN cases c ON c.id = v.case_id
WHERE v.kind = :kind AND v.hash = :hash ORDER BY c.received_at DESC, c.id DESC LIMIT :limit
"""
FORGET_KEY = "DELETE FROM case_keys WHERE case_id = :case_id"
FORGET = "DELETE FROM vault WHERE case_id = :case_id"
FORGET_INDEX = "DELETE FROM vault_index WHERE case_id = :case_id"


def add(tx: Tx, case_id: str, wrapped: str, sealed: Mapping[str, str]) -> None:
    """Keep a case's wrapped key and its sealed values."""
    tx.execute(ADD_KEY, {"case_id": case_id, "wrapped": wrapped})
    put(tx, case_id, sealed)


def put(tx: Tx, case_id: str, sealed: Mapping[str, str]) -> None:
    """Keep or replace sealed values."""
    if sealed:
        tx.executemany(PUT, [{"case_id": case_id, "name": n, "sealed": s} for n, s in sealed.items()])


def read(tx: Tx, case_id: str) -> tuple[str, dict[str, str]] | None:
    """The wrapped key and all sealed values; None where the person was forgotten."""
    key = tx.execute(KEY, {"case_id": case_id})
    if not key:
        return None
    return str(key[0]["wrapped"]), {r["name"]: r["sealed"] for r in tx.execute(GET, {"case_id": case_id})}


def index(tx: Tx, case_id: str, party: int, hashes: Mapping[str, str]) -> None:
    """Let a case be found by a keyed hash of a phone, mail or chat."""
    if hashes:
        tx.executemany(INDEX, [{"kind": k, "hash": h, "case_id": case_id, "party": party} for k, h in hashes.items()])


def find(tx: Tx, kind: str, digest: str, limit: int = 20) -> list[tuple[str, int]]:
    """The cases of one phone, mail or chat, newest first."""
    rows = tx.execute(FIND, {"kind": kind, "hash": digest, "limit": limit})
    return [(str(r["case_id"]), int(r["party"])) for r in rows]


def forget(tx: Tx, case_id: str) -> None:
    """Destroy the key and what it opened; the journal stays whole."""
    for sql in (FORGET, FORGET_INDEX, FORGET_KEY):
        tx.execute(sql, {"case_id": case_id})
