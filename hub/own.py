"""Own: what a citizen's pages ask beyond the letter itself: the receipt, own files, and files for a message."""

from dataclasses import asdict, dataclass
from datetime import datetime

from hub.errors import Invalid, NotFound, Said
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
    """A file that this very party sent in, or that came with an answer to it; raises NotFound for every other one."""
    row = next((r for r in cases.files_of(tx, case_id) if r["n"] == n), None)
    if row is None or not (row["owner"] == f"party:{party}" or _was_sent(tx, case_id, party, n)):
        raise NotFound
    return row


def _was_sent(tx: Tx, case_id: str, party: int, n: int) -> bool:
    """Whether the office sent this file along with words for the party."""
    for_them = (m for m in cases.messages(tx, case_id) if m.audience in ("parties", f"party:{party}"))
    return any(str(n) in map(str, m.refs.get("files", ())) for m in for_them)


def attach(tx: Tx, number: str, party: int, files: tuple[Attached, ...], now: datetime) -> list[int]:
    """Lay files on a case for the message that will name them; answers their numbers. The move itself is a deed apart.

    Raises NotFound, and Invalid for more files than one message or one case may carry.
    """
    case_id = cases.id_of(tx, number)
    if case_id is None:
        raise NotFound
    cases.hold(tx, case_id)
    there = sum(str(r["owner"]).startswith("party:") for r in cases.files_of(tx, case_id))
    if len(files) > MOST_FILES or there + len(files) > MOST_ON_CASE:
        raise Invalid(
            {
                "files": Said(
                    f"一次最多附{MOST_FILES}个文件，一封信最多{MOST_ON_CASE}个。",
                    f"At most {MOST_FILES} files at a time, and {MOST_ON_CASE} to a letter.",
                )
            }
        )
    return cases.lay(tx, case_id, map(asdict, files), "evidence", f"party:{party}", now)
