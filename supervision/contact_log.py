"""The read log of contact data: who opened whose, when and why; for the supervision office, which changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from hub.errors import Forbidden
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.sight import sight, within
from hub.storage import cases, contact_log, people
from hub.storage.tx import Tx

PAGE = 50
NEWEST = 1 << 60


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of contact data: `why` is a code of the checklist's `contact`, empty where none was given."""

    at: datetime
    officer: str
    number: str
    why: str


@dataclass(frozen=True, slots=True)
class Log:
    """One page, newest first; `older` is where the next one begins, 0 at the end."""

    rows: tuple[Opening, ...]
    older: int
    officers: tuple[tuple[str, str], ...]


def log(tx: Tx, actor: Actor, officer: str, number: str, before: int, book: Rulebook) -> Log:
    """A page of the log, narrowed by an officer's id and a case's number where they are given.

    Openings on cases that do not exist for the actor (about the actor's own office) are left out. Raises Forbidden.
    """
    if "supervisor" not in actor.hub_roles:
        raise Forbidden
    everyone = tuple((o.id, o.name) for o, _ in people.everyone(tx))
    case_id = cases.id_of(tx, number.strip()) if number.strip() else ""
    if case_id is None:
        return Log((), 0, everyone)
    found = contact_log.opened(tx, officer, case_id, before or NEWEST, PAGE + 1)
    eye, names, rows = sight(actor, book.directory), dict(everyone), list[Opening]()
    for one in found[:PAGE]:
        case = cases.get(tx, one.case_id)
        if case is not None and within(eye, case):
            rows.append(Opening(one.at, names.get(one.officer, one.officer), case.number, one.why))
    return Log(tuple(rows), found[PAGE - 1].seq if len(found) > PAGE else 0, everyone)
