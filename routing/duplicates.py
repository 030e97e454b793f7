"""Duplicates: every letter is filed under a few keys, and those that share some are compared with it one by one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zlib import crc32

from hub import reading
from hub.case import Case
from hub.followers import passed_over, to_the_end
from hub.journal import Line
from hub.office import Office
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.sight import sight
from hub.storage import alike, cases, desk_rows, lists
from hub.storage.tx import Tx
from hub.views import Row
from routing.similar import Rarity, Sketch, keys, rarity, score, sketch

LETTER = "letter"
NEWEST = 40
"""Letters of one key that are looked at: who writes about the same matter writes in the same weeks."""
COMPARED = 20
"""Letters that are compared word by word on the page of a case; on a list of many letters it is FEW."""
FEW = 6
LIKELY = 0.5
"""From this score on an officer is shown a letter; DESIGN §9: a person decides whether two are one."""

_KEPT: list[tuple[Rulebook, Rarity]] = []


@dataclass(frozen=True, slots=True)
class Alike:
    """A letter that seems to be about the same matter, as its reader may see it.

    `score` lies between 0 and 1; `leads` says that its answer is still to come and that it follows no other, so that
    others may be merged into it.
    """

    row: Row
    score: float
    leads: bool


def rarity_of(book: Rulebook) -> Rarity:
    """The weights in this district, whose own name is no news. Read once for each rulebook."""
    if not _KEPT or _KEPT[0][0] is not book:
        _KEPT[:] = [(book, rarity().knowing((book.directory.district,)))]
    return _KEPT[0][1]


# The follower -------------------------------------------------------------------------------------------------------


async def follow(office: Office) -> int:
    """File every letter that the journal speaks of; answers how many lines were read."""

    async def run(book: Rulebook) -> int:
        return await to_the_end(office, "alike", partial(file_letters, rarity_of(book)))

    return await office.with_rules(run)


def file_letters(table: Rarity, tx: Tx, lines: Iterable[Line]) -> None:
    """File the letters of these lines as they stand now; a sealed one is taken out."""
    touched = {line.case_id for line in lines if line.case_id and not line.action.startswith("clock.")}
    for case_id in sorted(touched):
        with passed_over(tx, case_id):
            case = cases.get(tx, case_id)
            if case is None or case.about or case.machine != LETTER:
                continue
            if case.sealed:
                alike.take_out(tx, case_id)
            else:
                _file(tx, case, table)


def _file(tx: Tx, case: Case, table: Rarity) -> None:
    """File one letter, unless it is filed as its words stand: most lines of a journal change none of them."""
    said = desk_rows.first_words(tx, (case.id,)).get(case.id, "")
    words, filed = crc32(f"{case.title}\n{case.place}\n{said}".encode()), alike.of_case(tx, case.id)
    if filed is None or filed.words != words:
        alike.put(tx, case.id, alike.Filed(words, keys(sketched(case.title, case.place, said, table))))


def sketched(title: str, place: str, said: str, table: Rarity) -> Sketch:
    """A letter as it is compared; the place that its writer gave belongs to what it says."""
    return sketch(title, f"{place}\n{said}", table)


# Questions ----------------------------------------------------------------------------------------------------------


def like_case(tx: Tx, number: str, actor: Actor, book: Rulebook, now: datetime, limit: int = 5) -> tuple[Alike, ...]:
    """The letters most like one, open or answered, as far as the actor sees them; none where that one is not theirs."""
    case_id = cases.id_of(tx, number)
    seen = _visible(tx, [case_id], actor, book) if case_id else []
    return _like(tx, seen[0], actor, book, now, COMPARED)[:limit] if seen else ()


def like_each(
    tx: Tx, numbers: Iterable[str], actor: Actor, book: Rulebook, now: datetime
) -> dict[str, tuple[Alike, ...]]:
    """For each of a list of letters the few most like it. To be asked in the room `heavy`."""
    found = {}
    for case in lists.page(tx, sight(actor, book.directory), {"numbers": tuple(numbers)}, 100):
        found[case.number] = _like(tx, case, actor, book, now, FEW)[:3]
    return found


def _like(tx: Tx, case: Case, actor: Actor, book: Rulebook, now: datetime, most: int) -> tuple[Alike, ...]:
    """Those that share keys, as far as the actor sees them, compared word by word."""
    filed = alike.of_case(tx, case.id)
    ids = alike.sharing(tx, filed.keys, NEWEST, most + 1) if filed else []
    others = _visible(tx, [other for other in ids if other != case.id], actor, book)
    said, table = desk_rows.first_words(tx, [case.id, *(c.id for c in others)]), rarity_of(book)
    mine = sketched(case.title, case.place, said.get(case.id, ""), table)
    scored = [(score(mine, sketched(c.title, c.place, said.get(c.id, ""), table)), c) for c in others]
    likely = sorted((pair for pair in scored if pair[0] >= LIKELY), key=lambda p: (p[0], p[1].id), reverse=True)
    return tuple(Alike(reading.row(c, book, now, actor), share, leads(c)) for share, c in likely)


def _visible(tx: Tx, ids: list[str], actor: Actor, book: Rulebook) -> list[Case]:
    return lists.page(tx, sight(actor, book.directory), {"machine": LETTER, "ids": tuple(ids)}, len(ids)) if ids else []


def leads(case: Case) -> bool:
    """Whether others may be merged into it: its answer is still to come, and it follows no other."""
    return not case.lead and case.answered_at is None and case.closed_at is None
