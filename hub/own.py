"""Own: what a citizen's pages ask and do beyond a plain move: the receipt, own files, and a message with files."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from hub import desk
from hub.case import Case
from hub.errors import Invalid, NotFound, Said
from hub.moments import to_text
from hub.people import Actor
from hub.reading import own_letter
from hub.rulebook import Rulebook
from hub.storage import cases
from hub.storage.tx import Row, Tx
from hub.submission import MOST_FILES, Attached
from hub.views import CitizenView

MOST_ON_CASE = 20
"""Files of one citizen on one case, over all messages."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What the receipt shows beside the letter: the epoch of its code, and whether the matter is urgent."""

    letter: CitizenView
    epoch: int
    urgent: bool
    contact_asked: bool


def slip(tx: Tx, case_id: str, party: int, book: Rulebook, now: datetime) -> Slip:
    """A letter with what its receipt and own page need; raises NotFound."""
    letter = own_letter(tx, case_id, party, book, now)
    epoch = next((e for c, n, e in cases.receipts(tx, letter.number) if c == case_id and n == party), 0)
    if not epoch:
        raise NotFound
    dossier = cases.dossier(tx, case_id)
    if dossier is None:
        raise NotFound
    return Slip(letter, epoch, dossier.case.urgent, dossier.open("ask_contact") is not None)


def number_of(tx: Tx, case_id: str) -> str:
    """The number of an opened letter; raises NotFound."""
    case = cases.get(tx, case_id)
    if case is None:
        raise NotFound
    return case.number


def own_file(tx: Tx, case_id: str, party: int, n: int) -> Row:
    """A file that this very party sent in; raises NotFound for every other one."""
    rows = tx.execute(cases.OF_CASE["files"], {"id": case_id})
    row = next((r for r in rows if r["n"] == n and r["owner"] == f"party:{party}"), None)
    if row is None:
        raise NotFound
    return row


def say(
    tx: Tx,
    number: str,
    move: str,
    values: Mapping[str, Any],
    files: tuple[Attached, ...],
    actor: Actor,
    book: Rulebook,
    now: datetime,
) -> Case:
    """A move of the citizen that brings files: the files and the message that shows them are one deed.

    Raises what desk.act raises, and Invalid for more files than one message or one case may carry.
    """
    case_id = cases.id_of(tx, number)
    if case_id is None:
        raise NotFound
    given = dict(values)
    if files:
        there = tx.execute(cases.OF_CASE["files"], {"id": case_id})
        if len(files) > MOST_FILES or len(there) + len(files) > MOST_ON_CASE:
            raise Invalid({"files": Said(f"一次最多附{MOST_FILES}个文件。", f"At most {MOST_FILES} files at a time.")})
        first = max((int(r["n"]) for r in there), default=0) + 1
        numbers = range(first, first + len(files))
        given["files"] = list(numbers)
    case = desk.act(tx, number, desk.Asked(move, given), actor, book, now)
    if files:
        owner = {"purpose": "evidence", "audience": "unit", "owner": f"party:{actor.party}", "added_at": to_text(now)}
        cases.add_files(tx, case_id, ({"n": n, **asdict(f), **owner} for n, f in zip(numbers, files, strict=True)))
    return case
