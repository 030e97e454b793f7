"""Recommendations 督查建议: what must change at a unit, which owes an answer: what it does, and by when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from hub.case import Clock, Notice
from hub.clocks import LedgerEvent, due_at, due_day
from hub.errors import Forbidden, Invalid, NotFound, NotNow, Overtaken, Said
from hub.journal import Entry
from hub.ladders import Rung, next_rung, next_staffed_moment, rungs_between
from hub.limits import parse_limit
from hub.moments import to_text
from hub.office import Office
from hub.people import SYSTEM, Actor
from hub.rulebook import Rulebook
from hub.storage import clocks, journal, outbox
from hub.storage import recommendations as rows
from hub.storage.recommendations import Recommendation, StepOf
from hub.storage.tx import Tx

LADDER = "recommendation"
HUB = ""
"""What stands in place of a case where a rung belongs to none."""
LIMIT = parse_limit("15wd")
"""How long the answer may take where the ladder says nothing else."""
MOST, BATCH = 4000, 100
UNIT = ("signer",)
"""Who answers for a unit."""
KINDS: Mapping[str, Said] = {
    "improve": Said("改进工作", "Improve how it is done"),
    "policy": Said("完善政策", "Change a rule"),
    "account": Said("追究责任", "Hold to account"),
}
"""信访工作条例 (2022) 38–40: recommendations on work, on policies, and on accountability."""
ADOPTED: Mapping[str, Said] = {
    "yes": Said("采纳", "Adopted"),
    "partly": Said("部分采纳", "Adopted in part"),
    "no": Said("不采纳", "Not adopted"),
}
STATES: Mapping[str, Said] = {
    "owed": Said("待答复", "Owes an answer"),
    "offered": Said("已答复，待督查室看", "Answered, supervision reads it"),
    "agreed": Said("按承诺办理", "Being done as promised"),
    "reported": Said("已报办结，待督查室看", "Reported as done, supervision reads it"),
    "settled": Said("已了结", "Settled"),
    "dropped": Said("已撤销", "Withdrawn"),
}
READ = ("offered", "reported")
"""Where supervision owes the next step."""
COUNTING = ("owed", "agreed")
"""Where the unit's clock runs; what waits for supervision is not the unit's time."""
MOVES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "answer": (("owed",), "unit"),
    "agree": (("offered",), "supervisor"),
    "report": (("agreed",), "unit"),
    "settle": (("reported",), "supervisor"),
    "send_back": (("offered", "reported"), "supervisor"),
    "drop": (("owed", "offered", "agreed", "reported"), "supervisor"),
}
"""Where each move may begin, and whose it is."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A part of the list: these states, of them only those past their day, or only those sent back once or more."""

    name: Said
    states: frozenset[str]
    late: bool = False
    again: bool = False


_OPEN = frozenset((*COUNTING, *READ))
SHELVES: Mapping[str, Shelf] = {
    "all": Shelf(Said("全部", "All"), frozenset(STATES)),
    "open": Shelf(Said("未了结", "Open"), _OPEN),
    "owed": Shelf(Said("待答复", "Answer owed"), frozenset({"owed"})),
    "late": Shelf(Said("已超期", "Overdue"), frozenset(COUNTING), late=True),
    "answered": Shelf(Said("已答复，待看", "Answered, to be read"), frozenset(READ)),
    "agreed": Shelf(Said("按承诺办理", "Being done"), frozenset({"agreed"})),
    "again": Shelf(Said("退回重答", "Sent back"), _OPEN, again=True),
    "ended": Shelf(Said("已了结", "Settled"), frozenset({"settled", "dropped"})),
}


@dataclass(frozen=True, slots=True)
class Given:
    """What came with a move."""

    text: str = ""
    adopted: str = ""
    day: date | None = None


def open_moves(of: Recommendation, actor: Actor, book: Rulebook) -> tuple[str, ...]:
    """The moves open to an officer as it stands."""
    return tuple(code for code, (begins, who) in MOVES.items() if of.state in begins and _is(actor, who, of, book))


def may_see(of: Recommendation, actor: Actor, book: Rulebook) -> bool:
    """Supervision and leaders see all, a unit its own."""
    mine = actor.units("signer", "handler")
    return _works(actor) or any(unit in mine for unit in book.directory.above(of.unit))


def visible(
    tx: Tx, actor: Actor, book: Rulebook, shelf: str = "all", unit: str = "", now: datetime | None = None
) -> list[Recommendation]:
    """What an officer may see of a shelf, of a unit with those below it; the open ones first."""
    wanted = SHELVES[shelf]
    late_at = now if wanted.late else None
    return rows.listed(tx, _units(actor, unit, book), wanted.states, late_at, 2 if wanted.again else 1)


def standing(tx: Tx, actor: Actor, book: Rulebook, unit: str, now: datetime) -> dict[str, int]:
    """How many an officer would find on each shelf at this moment."""
    there = rows.standing(tx, _units(actor, unit, book), now)
    found = dict.fromkeys(SHELVES, 0)
    for code, wanted in SHELVES.items():
        for state in wanted.states & there.keys():
            stand = there[state]
            found[code] += stand.late if wanted.late else stand.again if wanted.again else stand.n
    return found


def waiting(tx: Tx, actor: Actor, book: Rulebook, now: datetime) -> int:
    """How many wait for the officer: answers and reports for supervision, what is owed for a unit's signer."""
    everywhere = rows.standing(tx, None, now) if actor.has("supervisor") else {}
    mine = {below for unit in actor.units(*UNIT) for below in book.directory.below(unit)}
    owed = rows.standing(tx, mine, now) if mine else {}
    read = sum(everywhere[state].n for state in READ if state in everywhere)
    return read + sum(owed[state].n for state in COUNTING if state in owed)


def _units(actor: Actor, unit: str, book: Rulebook) -> frozenset[str] | None:
    """The units whose recommendations an officer reads; None for all there are."""
    asked = book.directory.below(unit) if unit else None
    if _works(actor):
        return asked
    mine = frozenset(below for held in actor.units("signer", "handler") for below in book.directory.below(held))
    return mine if asked is None else mine & asked


def _works(actor: Actor) -> bool:
    return actor.has("supervisor") or actor.has("leader")


def issue(
    tx: Tx, unit: str, kind: str, about: str, given: Given, actor: Actor, book: Rulebook, now: datetime
) -> Recommendation:
    """Supervision issues one; the unit hears of it at once. Raises Forbidden, Invalid, Overtaken."""
    if not actor.has("supervisor"):
        raise Forbidden
    known, wrong = book.directory.get(unit), dict[str, Said]()
    if known is None or not known.active:
        wrong["unit"] = Said("请选择单位。", "Please choose a unit.")
    if kind not in KINDS:
        wrong["kind"] = Said("请选择建议的类型。", "Please choose a kind.")
    wrong |= _faults(given, book, now, text=True)
    if wrong:
        raise Invalid(wrong)
    due = _due(given.day, book, now)
    new = Recommendation(0, unit, kind, about, now, "owed", 1, 1, now, due)
    kept = rows.add(tx, replace(new, rung_at=_next(new, now, book)))
    if kept is None:
        raise Overtaken
    _tell(tx, kept, "issue", given, actor, now)
    outbox.put(tx, HUB, [_notice(kept, f"signer@{unit}", "advice_given", book)], now)
    return kept


def act(
    tx: Tx, n: int, move: str, given: Given, seen: int, actor: Actor, book: Rulebook, now: datetime
) -> Recommendation:
    """Make a move. Raises NotFound (also for who may not see it), Forbidden, NotNow, Invalid, Overtaken."""
    of = rows.one(tx, n)
    if of is None or move not in MOVES or not may_see(of, actor, book):
        raise NotFound
    begins, who = MOVES[move]
    if not _is(actor, who, of, book):
        raise Forbidden
    if of.state not in begins:
        raise NotNow(f"这条建议现在{STATES[of.state].zh}，不能做这一步。", f"Not now: {STATES[of.state].en}.")
    if of.revision != seen:
        raise Overtaken
    if wrong := _wrong(move, given, book, now):
        raise Invalid(wrong)
    after = replace(_after(of, move, given, book, now), revision=of.revision + 1)
    after = replace(after, rung_at=_next(after, now, book) if after.state in COUNTING else None)
    if not rows.change(tx, after, seen):
        raise Overtaken
    _tell(tx, after, move, given, actor, now)
    to, text = _TOLD["settle" if after.ended_at else move]
    outbox.put(tx, HUB, [_notice(after, f"signer@{of.unit}" if to == "unit" else "supervisor@", text, book)], now)
    return after


_TOLD: Mapping[str, tuple[str, str]] = {
    "answer": ("supervisor", "advice_answered"),
    "agree": ("unit", "advice_agreed"),
    "report": ("supervisor", "advice_answered"),
    "settle": ("unit", "advice_ended"),
    "send_back": ("unit", "advice_given"),
    "drop": ("unit", "advice_ended"),
}
"""Who hears of a move, and by which text."""


def _after(of: Recommendation, move: str, given: Given, book: Rulebook, now: datetime) -> Recommendation:
    """Where it stands after a move. Agreed to without a promise (it is not adopted), it is settled."""
    if move == "answer":
        promised = given.day.isoformat() if given.day else ""
        return replace(of, state="offered", adopted=given.adopted, promised=promised)
    if move == "agree" and of.promised:
        due = book.calendar.midnight_after(date.fromisoformat(of.promised))
        return replace(of, state="agreed", since=now, due_at=due)
    if move == "report":
        return replace(of, state="reported")
    if move == "send_back":
        of = replace(of, state="owed", round=of.round + 1, adopted="", promised="")
        return replace(of, since=now, due_at=_due(given.day, book, now))
    return replace(of, state="dropped" if move == "drop" else "settled", ended_at=now)


def _wrong(move: str, given: Given, book: Rulebook, now: datetime) -> dict[str, Said]:
    """What a move lacks: an answer says what is done and by when, or why nothing is."""
    wrong = _faults(given, book, now, text=move in ("answer", "report", "send_back", "drop"))
    if move == "answer":
        if given.adopted not in ADOPTED:
            wrong["adopted"] = Said("请选择是否采纳。", "Please say whether it is adopted.")
        elif given.adopted != "no" and given.day is None:
            wrong["day"] = Said("请写明哪一天办好。", "Please name the day by which it is done.")
    return wrong


def _faults(given: Given, book: Rulebook, now: datetime, *, text: bool) -> dict[str, Said]:
    wrong = {}
    if (text and not given.text) or len(given.text) > MOST:
        wrong["text"] = Said(f"请写明内容，最多{MOST}字。", f"Please write what, in at most {MOST} characters.")
    if given.day is not None and given.day < book.calendar.day_of(now):
        wrong["day"] = Said("日期已经过去，请另选一天。", "This day has passed: please choose another.")
    return wrong


def _is(actor: Actor, who: str, of: Recommendation, book: Rulebook) -> bool:
    if who == "supervisor":
        return actor.has("supervisor")
    return any(actor.holds(role, of.unit, book.directory) for role in UNIT)


def _tell(tx: Tx, of: Recommendation, move: str, given: Given, actor: Actor, now: datetime) -> None:
    """The step with its words, and the line of the journal without them."""
    day = given.day.isoformat() if given.day else ""
    rows.add_step(tx, StepOf(of.n, 0, now, actor.id, move, given.text, day))
    data: dict[str, str | int] = {"n": of.n, "unit": of.unit, "to": of.state, "round": of.round}
    data["due"] = to_text(of.due_at)
    journal.append(tx, [Entry(None, f"recommendation.{move}", actor.id, now, data)])


def _due(day: date | None, book: Rulebook, now: datetime) -> datetime:
    """The first instant that is late: after the day named, else after the ladder's limit."""
    if day is not None:
        return book.calendar.midnight_after(day)
    ladder = book.ladders.get(LADDER)
    due = due_at((LedgerEvent(now, "start", (ladder.limit if ladder else None) or LIMIT),), book.calendar)
    assert due is not None  # a limit in working days always ends
    return due


# Its clock ----------------------------------------------------------------------------------------------------------


async def look_after(office: Office, now: datetime) -> int:
    """Climb the rungs that have come; answers how many were told. Two sweeps at once tell each once."""
    told, book = 0, await office.book()
    for of in await office.store.read(rows.due, now, BATCH):
        told += await office.store.write(climb, of, book, now)
    return told


def climb(tx: Tx, of: Recommendation, book: Rulebook, now: datetime) -> int:
    """The deed for one: every rung passed is recorded with its true time, the highest is told."""
    ladder, recorded = book.ladders.get(LADDER), 0
    if not rows.look_next(tx, of, _next(of, now, book)) or ladder is None:
        return 0
    clock = Clock(f"{LADDER}#{of.n}", of.revision, LADDER, (LedgerEvent(of.since, "start"),), of.due_at, "running")
    passed = rungs_between(ladder, None, now, of.since, of.due_at, book.calendar)
    for place, (rung, at) in enumerate(passed, 1):
        highest = place == len(passed)
        if not clocks.fire(tx, HUB, clock, rung.code, at, now, told=highest):
            continue
        if highest:
            outbox.put(tx, HUB, _reminders(of, rung, book, now), now)
        data = {"clock": clock.name, "rung": rung.code, "unit": of.unit, "at": to_text(at)}
        journal.append(tx, [Entry(None, "recommendation.climbed", SYSTEM.id, at, data)])
        recorded += highest
    return recorded


def _next(of: Recommendation, after: datetime, book: Rulebook) -> datetime | None:
    """When the next rung comes; None past the top."""
    ladder = book.ladders.get(LADDER)
    found = next_rung(ladder, after, of.since, of.due_at, book.calendar) if ladder else None
    return found[1] if found else None


def _reminders(of: Recommendation, rung: Rung, book: Rulebook, now: datetime) -> list[Notice]:
    text = "advice_due" if rung.at.before_due else "advice_late"
    waits = next_staffed_moment(book.calendar, now) if rung.quiet else None
    to = (f"{role}@{of.unit}" if role in ("handler", "signer") else f"{role}@" for role in rung.to)
    return [replace(_notice(of, one, text, book, rung.code), not_before=waits) for one in to]


def _notice(of: Recommendation, to: str, text: str, book: Rulebook, rung: str = "") -> Notice:
    due = due_day(of.due_at, book.calendar).isoformat()
    refs = {"n": of.n, "unit": of.unit, "due": due, "page": f"/staff/recommendations/{of.n}"}
    return Notice(to, text, f"{LADDER}:{of.n}:{of.revision}:{text}:{rung}:{to}", refs)
