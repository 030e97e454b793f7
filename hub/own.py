"""Own: what a citizen's pages ask: the own letter, its receipt, own files, and files for a message."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from hub.because import because
from hub.case import Case, Clock, Dossier
from hub.errors import Invalid, NotFound, Said
from hub.kinds import Kind
from hub.machines.outcome_guards import QUESTION
from hub.machines.registry import MACHINES
from hub.machines.sentences import EXPLAINED
from hub.move import kind_of, open_moves
from hub.people import citizen
from hub.reckoning import clock_view
from hub.rulebook import Rulebook
from hub.storage import cases, desk_rows, publications
from hub.storage.tx import Row, Tx
from hub.submission import MOST_FILES, Attached
from hub.thread import NOTHING, thread, unit_name
from hub.views import Asked, CitizenView
from hub.words import IN_HANDS, WORDS

CITIZEN_MOVES = ("add", "supply", "rate", "tell_done", "reopen", "withdraw", "open_contact", "appeal", "set_level")
MOST_ON_CASE = 20
"""Files of one citizen on one case, over all messages."""


def own_letter(tx: Tx, case_id: str, party: int, book: Rulebook, now: datetime) -> CitizenView:
    """A case as its citizen reads it; raises NotFound where there is none."""
    dossier = cases.dossier(tx, case_id)
    if dossier is None or dossier.case.about:
        raise NotFound
    case, kind = dossier.case, kind_of(dossier, book)
    state = MACHINES[case.machine].states[case.state]
    main = dossier.clock("main")
    me = citizen(case_id, party)
    page = publications.by_case(tx, case_id)
    shown = clock_view(main, kind, book, now) if main is not None and main.phase in ("running", "paused") else None
    rating = dossier.clock("rating")
    rate_until = None
    if rating is not None and rating.phase == "running" and rating.due_at is not None:
        rate_until = book.calendar.day_of(rating.due_at - timedelta(microseconds=1))
    opened = {m.code for m in open_moves(dossier, me, now, book)}
    return CitizenView(
        case_id=case.id,
        number=case.number,
        kind=Said(kind.zh, kind.en),
        title=case.title,
        word=state.word,
        state=case.state,
        says=_citizen_sentence(case, book),
        unit=unit_name(case.unit, book) if not case.sealed else NOTHING,
        because=because(
            case,
            unit_name(case.unit, book),
            desk_rows.decisions(tx, [case.id]).get(case.id, {}),
            dossier.assignments,
        ),
        received_at=case.received_at,
        next_day=shown.day if shown else None,
        provisional=shown.provisional if shown else False,
        late_days=_late_days(main, book, now),
        main=shown,
        thread=thread(tx, dossier, me, book),
        moves=tuple(code for code in CITIZEN_MOVES if code in opened),
        score=case.score,
        solved=case.solved,
        rate_until=rate_until,
        answered_at=case.answered_at,
        published=str(page["number"]) if page and page["live"] else "",
        result=_result(dossier, kind),
        version=case.version,
        asked=_asked(dossier, book),
    )


def _asked(dossier: Dossier, book: Rulebook) -> Asked | None:
    """The newest question to the citizen that is open, with the last day of the promise it is about."""
    question = dossier.open(QUESTION)
    if question is None:
        return None
    promise = dossier.overlay(int(question.data.get("about", 0)))
    due = promise.due_at if promise is not None else None
    return Asked(question.n, book.calendar.day_of(due - timedelta(microseconds=1)) if due else None)


def _citizen_sentence(case: Case, book: Rulebook) -> Said:
    if case.state in EXPLAINED:
        return EXPLAINED[case.state]
    unit = unit_name(case.unit, book)
    if case.sealed or not unit.zh:
        return WORDS[MACHINES[case.machine].states[case.state].word]
    return Said(IN_HANDS.zh.format(unit=unit.zh), IN_HANDS.en.format(unit=unit.en))


def _late_days(main: Clock | None, book: Rulebook, now: datetime) -> int:
    if main is None or main.phase != "running" or main.due_at is None or now < main.due_at:
        return 0
    calendar = book.calendar
    return max(1, calendar.count_workdays(calendar.day_of(main.due_at) - timedelta(days=1), calendar.day_of(now)))


def _result(dossier: Dossier, kind: Kind) -> Said:
    released = next((r for r in reversed(dossier.replies) if r.verdict == "qualified" or r.state == "signed"), None)
    result = kind.result(released.result) if released and dossier.case.answered_at else None
    return Said(result.zh, result.en) if result else NOTHING


# Receipt and files --------------------------------------------------------------------------------------------------


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
