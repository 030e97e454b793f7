"""Cases and what stands on them: add, read a whole dossier, and the one guarded change."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from hub.case import Assignment, Case, Clock, Dossier, Message, Overlay, Party, Reply
from hub.machines.machine import Step
from hub.moments import to_text
from hub.storage import clocks as clock_rows
from hub.storage import journal, outbox
from hub.storage.rows import columns, from_row, insert, to_json, to_row
from hub.storage.tx import Row, Tx

ENCLOSED = "reply"
"""The purpose of a file that an officer laid on a case for the citizen (hub/enclosing.py)."""
NEVER = "9999-12-31T23:59:59.999999Z"
"""Where a case without a running limit stands in a list by due date."""

_CASE = columns(Case)
_UPSERT_REPLY = (
    *("state", "signer", "signer_person", "signed_at", "reviewer", "reviewer_person", "reviewer_bureau"),
    *("decided_at", "verdict", "reasons", "comment"),
)
_UPSERT_OVERLAY = ("state", "due_at", "decided_at", "decided_by", "data")


def _upsert(table: str, names: tuple[str, ...], key: str, changes: tuple[str, ...]) -> str:
    return f"{insert(table, names)} ON CONFLICT ({key}) DO UPDATE SET " + ", ".join(
        f"{c} = excluded.{c}" for c in changes
    )


ADD = insert("cases", (*_CASE, "vault", "sort_due", "fields", "decision"))
REPLACE = (
    "UPDATE cases SET "  # noqa: S608
    + ", ".join(f"{c} = :{c}" for c in (*_CASE, "sort_due") if c not in ("id", "number"))
    + " WHERE id = :id AND version = :seen RETURNING version"
)
REPLACE_WORDS = "UPDATE cases SET title = :title, place = :place, fields = :fields WHERE id = :id"
REPLACE_BODY = "UPDATE messages SET body = :body WHERE case_id = :case_id AND n = :n"
ADD_MESSAGE = insert("messages", ("case_id", *columns(Message)))
ADD_PARTY = insert("parties", ("case_id", *columns(Party), "epoch"))
ADD_FILE = insert(
    "files",
    ("case_id", "n", "sha256", "name", "mime", "size", "purpose", "audience", "owner", "added_at"),
)
PUT_REPLY = _upsert("replies", ("case_id", *columns(Reply)), "case_id, n", _UPSERT_REPLY)
PUT_OVERLAY = _upsert("overlays", ("case_id", *columns(Overlay)), "case_id, n", _UPSERT_OVERLAY)
PUT_ASSIGNMENT = _upsert(
    "assignments",
    ("case_id", "n", "unit", "officer", "since", "until", "by_whom", "reason", "designated"),
    "case_id, n",
    ("until", "officer"),
)
# Next place in a named series; the row lock is held to the end of the deed.
COUNT = """
INSERT INTO counters (name, value) VALUES (:name, 1)
ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value
"""
LOCK = "SELECT id FROM cases WHERE id = :id FOR UPDATE"
BY_ID = "SELECT * FROM cases WHERE id = :id"
BY_NUMBER = "SELECT * FROM cases WHERE number = :number"
ID_OF = "SELECT id FROM cases WHERE number = :number"
RECEIPTS = """
SELECT p.case_id, p.n, p.epoch FROM parties p JOIN cases c ON c.id = p.case_id
WHERE c.number = :number AND c.about = '' ORDER BY p.n
"""
RENEW_CODE = """
UPDATE parties SET epoch = epoch + 1 WHERE case_id = :case_id AND n = :n AND epoch = :seen RETURNING epoch
"""
# The empty lead is ruled out by name, so that both engines may use the index of those that follow.
FOLLOWERS_OF = "SELECT id FROM cases WHERE lead = :lead AND lead <> '' ORDER BY id"
ABOUT = """
SELECT id FROM cases WHERE about = :about AND about <> '' AND machine = :machine
ORDER BY id DESC LIMIT 1
"""


def add(tx: Tx, case: Case, *, vault: str, fields: Mapping[str, Any], decision: Mapping[str, Any]) -> None:
    """Add a case; `vault` is the case whose key seals its contact data (its own, but for a split or publication)."""
    tx.execute(ADD, {**new_row(case, fields, decision), "vault": vault})


def new_row(case: Case, fields: Mapping[str, Any], decision: Mapping[str, Any]) -> Row:
    """The row of a new case whose own key seals its contact data."""
    written = {"vault": case.id, "sort_due": _sort(case), "fields": to_json(fields), "decision": to_json(decision)}
    return {**to_row(case), **written}


def number(tx: Tx, year: int, prefix: str = "") -> str:
    """The next number of a year: 2026-001234."""
    value = tx.execute(COUNT, {"name": f"number:{prefix}{year}"})[0]["value"]
    return f"{prefix}{year}-{value:06d}"


def get(tx: Tx, case_id: str) -> Case | None:
    rows = tx.execute(BY_ID, {"id": case_id})
    return from_row(Case, rows[0]) if rows else None


def row(tx: Tx, number_: str) -> Row | None:
    """The whole row by number, with what moves do not need: vault, fields, decision."""
    rows = tx.execute(BY_NUMBER, {"number": number_})
    return rows[0] if rows else None


def id_of(tx: Tx, number_: str) -> str | None:
    rows = tx.execute(ID_OF, {"number": number_})
    return str(rows[0]["id"]) if rows else None


def hold(tx: Tx, case_id: str) -> None:
    """Take the case's row until the deed is over, where the engine has row locks: who comes meanwhile waits."""
    tx.execute(LOCK, {"id": case_id})


def dossier(tx: Tx, case_id: str, *, lock: bool = False) -> Dossier | None:
    """The case with all a move may ask about; `lock` takes the row first where the engine has row locks."""
    if lock:
        hold(tx, case_id)
    case = get(tx, case_id)
    if case is None:
        return None
    of = {"id": case_id}
    return Dossier(
        case=case,
        parties=tuple(from_row(Party, r) for r in tx.execute(OF_CASE["parties"], of)),
        replies=tuple(from_row(Reply, r) for r in tx.execute(OF_CASE["replies"], of)),
        overlays=tuple(from_row(Overlay, r) for r in tx.execute(OF_CASE["overlays"], of)),
        assignments=tuple(_assignment(r) for r in tx.execute(OF_CASE["assignments"], of)),
        clocks=clock_rows.of_case(tx, case_id),
    )


OF_CASE = {
    table: f"SELECT * FROM {table} WHERE case_id = :id ORDER BY n"  # noqa: S608
    for table in ("parties", "replies", "overlays", "assignments", "messages", "files")
}


def messages(tx: Tx, case_id: str) -> tuple[Message, ...]:
    """The whole thread; whoever shows it leaves out what is not for the reader."""
    return tuple(from_row(Message, r) for r in tx.execute(OF_CASE["messages"], {"id": case_id}))


def bodies(tx: Tx, case_id: str) -> list[str]:
    """What each version of the reply says."""
    return [str(r["body"]) for r in tx.execute(OF_CASE["replies"], {"id": case_id})]


def open_thread(tx: Tx, case_id: str, body: str, at: datetime) -> None:
    """The first message of a case that was split off from another."""
    add_messages(tx, case_id, (Message(1, at, f"party:{case_id}:1", "", "unit", "letter", body, {}),))


def replace_words(
    tx: Tx, case_id: str, title: str, place: str, fields: dict[str, Any], said: Mapping[int, str]
) -> None:
    """Put redacted words in the place of the original ones, which the vault now keeps."""
    tx.execute(REPLACE_WORDS, {"id": case_id, "title": title, "place": place, "fields": to_json(fields)})
    tx.executemany(REPLACE_BODY, [{"case_id": case_id, "n": n, "body": body} for n, body in said.items()])


def vault_of(tx: Tx, case_id: str) -> str:
    """The case whose key seals this one's contact data."""
    rows = tx.execute("SELECT vault FROM cases WHERE id = :id", {"id": case_id})
    return str(rows[0]["vault"]) if rows else case_id


def receipts(tx: Tx, number_: str) -> list[tuple[str, int, int]]:
    """Case id, party and code epoch of everybody who holds a receipt for this number."""
    return [(str(r["case_id"]), int(r["n"]), int(r["epoch"])) for r in tx.execute(RECEIPTS, {"number": number_})]


def renew_code(tx: Tx, case_id: str, party: int, seen: int) -> int:
    """Make a party's query code void by the next epoch; 0 where a colleague was first."""
    rows = tx.execute(RENEW_CODE, {"case_id": case_id, "n": party, "seen": seen})
    return int(rows[0]["epoch"]) if rows else 0


def followers_of(tx: Tx, lead: str) -> list[str]:
    """The merged cases that wait for this one's answer."""
    return [str(r["id"]) for r in tx.execute(FOLLOWERS_OF, {"lead": lead})]


def about(tx: Tx, case_id: str, machine: str) -> str | None:
    """The newest case of a machine that speaks about this one: a letter's publication."""
    rows = tx.execute(ABOUT, {"about": case_id, "machine": machine})
    return str(rows[0]["id"]) if rows else None


def add_messages(tx: Tx, case_id: str, said: tuple[Message, ...]) -> None:
    if said:
        tx.executemany(ADD_MESSAGE, [{"case_id": case_id, **to_row(m)} for m in said])


def add_party(tx: Tx, case_id: str, party: Party) -> None:
    tx.execute(ADD_PARTY, {"case_id": case_id, **to_row(party), "epoch": 1})


def apply(tx: Tx, step: Step, seen: int, now: datetime) -> bool:
    """Write a step: the case guarded by the version that was seen, then all that goes with it.

    False when a colleague was first; then nothing of the step is written.
    """
    case = step.case
    changed = tx.execute(REPLACE, {**to_row(case), "sort_due": _sort(case), "seen": seen})
    if not changed:
        return False
    add_messages(tx, case.id, step.messages)
    if step.replies:
        tx.executemany(PUT_REPLY, [{"case_id": case.id, **to_row(r)} for r in step.replies])
    put_overlays(tx, case.id, step.overlays)
    put_assignments(tx, case.id, step.assignments)
    put_clocks(tx, case.id, step.clocks)
    outbox.put(tx, case.id, step.notices, now)
    journal.append(tx, step.entries)
    return True


def add_files(tx: Tx, case_id: str, files: Iterable[Mapping[str, Any]]) -> None:
    """Keep what files stand on a case; their bytes are in the file store under their hash."""
    rows = [{"case_id": case_id, **f} for f in files]
    if rows:
        tx.executemany(ADD_FILE, rows)


def files_of(tx: Tx, case_id: str) -> list[Row]:
    """Every file that stands on a case."""
    return tx.execute(OF_CASE["files"], {"id": case_id})


def lay(tx: Tx, case_id: str, files: Iterable[Mapping[str, Any]], purpose: str, owner: str, now: datetime) -> list[int]:
    """Lay files (hash, name, type, size) on a case behind those that are there; answers their places."""
    rows, first = tuple(files), max((int(r["n"]) for r in files_of(tx, case_id)), default=0) + 1
    known = {"purpose": purpose, "audience": "unit", "owner": owner, "added_at": to_text(now)}
    places = list(range(first, first + len(rows)))
    add_files(tx, case_id, ({"n": n, **row_, **known} for n, row_ in zip(places, rows, strict=True)))
    return places


def put_overlays(tx: Tx, case_id: str, overlays: tuple[Overlay, ...]) -> None:
    if overlays:
        tx.executemany(PUT_OVERLAY, [{"case_id": case_id, **to_row(o)} for o in overlays])


def put_assignments(tx: Tx, case_id: str, given: tuple[Assignment, ...]) -> None:
    if given:
        tx.executemany(PUT_ASSIGNMENT, [_assignment_row(case_id, a) for a in _last_of_each(given)])


def put_clocks(tx: Tx, case_id: str, clocks: tuple[Clock, ...]) -> None:
    clock_rows.put(tx, case_id, clocks)


def _sort(case: Case) -> str:
    due = case.main_due if case.unit_due is None else case.unit_due
    return NEVER if due is None else to_text(due)


def assignment_rows(step: Step) -> list[Row]:
    """The rows of a step's assignments, each once."""
    return [_assignment_row(step.case.id, a) for a in _last_of_each(step.assignments)]


def _last_of_each(rows: tuple[Assignment, ...]) -> list[Assignment]:
    return list({a.n: a for a in rows}.values())


def _assignment(r: Row) -> Assignment:
    return from_row(Assignment, {**r, "by": r["by_whom"]})


def _assignment_row(case_id: str, given: Assignment) -> Row:
    row_ = to_row(given)
    row_["by_whom"] = row_.pop("by")
    return {"case_id": case_id, **row_}
