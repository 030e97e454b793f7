"""Import: letters of an earlier system become cases with their own dates, quietly, once each, routed like new ones."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from hub.case import Dossier
from hub.errors import Refusal
from hub.fold import fold, joined
from hub.imported import BadLine, Letter, read_line
from hub.intake import Means, Prepared, prepare, receive
from hub.machines.machine import Step
from hub.move import move
from hub.office import Office
from hub.people import importer
from hub.ports import Choose
from hub.rulebook import Rulebook
from hub.storage import cases, desk_rows, editions, imports
from hub.storage.pace import in_short_deeds
from hub.storage.tx import Tx
from hub.submission import Submission

CHUNK = 128
"""Lines that are prepared together; what is prepared is written in short deeds with rests between them."""
MOST_REFUSED = 1000
"""How many refused lines a report names; all are counted."""
MOVES_AT_RECEIPT = frozenset({"accept", "designate", "sign", "answer_directly"})
WITHOUT_RESULT = "导入时没有结果代码。(Imported without a result code.)"
LETTER, REPLY = "letter", "reply"
"""How far a letter was taken."""
Tell = Callable[[int], None]


class Refused(NamedTuple):
    """A line that was not taken, and why."""

    line: int
    reason: str


@dataclass
class Summary:
    """How an import went. Letters that were here already are `known`; `sure` counts those routed without a person."""

    letters: int = 0
    imported: int = 0
    known: int = 0
    replies: int = 0
    sure: int = 0
    refused: int = 0
    named: list[Refused] = field(default_factory=list)
    units: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def refuse(self, line: int, reason: str) -> None:
        """Count a refused line, and name it while there is room."""
        self.refused += 1
        if len(self.named) < MOST_REFUSED:
            self.named.append(Refused(line, reason))

    def as_told(self) -> dict[str, Any]:
        """For a program that reads it: every count, units by name, refused lines with their reasons."""
        plain = {name: getattr(self, name) for name in ("letters", "imported", "known", "replies", "sure", "refused")}
        named = [refused._asdict() for refused in self.named]
        return {**plain, "seconds": round(self.seconds, 3), "units": dict(self.units.most_common()), "named": named}


class Ready(NamedTuple):
    """A letter as it will be written: the new case, and the steps of its reply where there is one."""

    letter: Letter
    prepared: Prepared
    answered: Step | None


@dataclass(frozen=True, slots=True)
class Way:
    """How letters are brought in: where to, routed by what, from which source, and whether with their replies."""

    office: Office
    choose: Choose
    source: str
    with_replies: bool = False


class Later(NamedTuple):
    """The reply to a letter that was imported before without it."""

    letter: Letter
    answered: Step
    version: int


async def import_letters(way: Way, lines: Iterable[str], tell: Tell = lambda n: None) -> Summary:
    """Take JSON lines one by one; whatever was imported before under (source, id) is passed over.

    No notice is written and no rung fires. Interrupted, it goes on where it stopped when it is run again. Raises
    StoreError from the store; a line that cannot be taken is refused with its number and the rest goes on.
    """
    begun, summary = time.monotonic(), Summary()
    numbered = ((n, line) for n, line in enumerate(lines, 1) if line.strip())
    while chunk := list(islice(numbered, CHUNK)):
        _add(summary, await way.office.with_rules(partial(_chunk, way, chunk)))
        tell(len(chunk))
    summary.seconds = time.monotonic() - begun
    return summary


async def _chunk(way: Way, chunk: Sequence[tuple[int, str]], book: Rulebook) -> Summary:
    """Prepare what is new in these lines and write it; all or part of it may be here already."""
    store, now, summary = way.office.store, way.office.clock(), Summary()
    letters = list(_read(chunk, book, now, summary))
    known = await store.read(imports.known, way.source, [letter.id for letter in letters])
    summary.known += sum(1 for letter in letters if letter.id in known)
    fresh = []
    for letter in letters:
        if letter.id not in known:
            fresh.append(_ready(way, letter, book, now, summary))
            await asyncio.sleep(0)
    async for taken in in_short_deeds(store, partial(bring, way.source, book, now), fresh):
        for ready in taken:
            summary.imported += 1
            summary.replies += ready.answered is not None
            summary.sure += ready.prepared.arrival.step.case.unit != ""
            summary.units[_unit_of(ready, book)] += 1
    if way.with_replies:
        without = {i: case_id for i, (case_id, step) in known.items() if step == LETTER}
        later = [le for le in letters if le.reply and le.id in without]
        steps = [s for le in later if (s := await _answer_later(way, le, without[le.id], book, summary))]
        async for count in in_short_deeds(store, partial(bring_later, way.source, book, now), steps):
            summary.replies += count
    return summary


def _read(chunk: Sequence[tuple[int, str]], book: Rulebook, now: datetime, summary: Summary) -> Iterator[Letter]:
    seen: set[str] = set()
    for n, line in chunk:
        summary.letters += 1
        try:
            letter = read_line(n, line, book, now)
        except BadLine as fault:
            summary.refuse(n, str(fault))
            continue
        if letter.id in seen:
            summary.known += 1
            continue
        seen.add(letter.id)
        yield letter


def _ready(way: Way, letter: Letter, book: Rulebook, now: datetime, summary: Summary) -> Ready:
    kind = book.kinds[letter.kind]
    given = Submission(
        key=letter.id,
        scope=f"import:{way.source}",
        channel="import",
        kind=letter.kind,
        title=letter.title,
        body=letter.body,
        aim=kind.aims[0],
        at=letter.at,
        outside_due=letter.outside_due,
    )
    prepared = prepare(given, book, Means(way.office.ring, way.office.fresh_id(), way.choose, book.public), now)
    if letter.category:
        case = replace(prepared.arrival.step.case, category=letter.category)
        arrival = replace(prepared.arrival, step=replace(prepared.arrival.step, case=case))
        prepared = replace(prepared, arrival=arrival)
    answered = None
    if way.with_replies and letter.reply:
        dossier = fold(Dossier(prepared.arrival.step.case, parties=(prepared.arrival.party,)), prepared.arrival.step)
        try:
            answered = answer(dossier, letter, _ranked(prepared), book)
        except Refusal as no:
            summary.refuse(letter.line, f"答复未导入：{no.zh}")
    return Ready(letter, prepared, answered)


def answer(dossier: Dossier, letter: Letter, ranked: str, book: Rulebook) -> Step:
    """The steps from receipt to the released reply, each by its own named import actor, as one step to write.

    The unit that routing ranks first answers; without one reception answers itself. Raises Refusal where a rule of
    today stands in the way.
    """
    whole: Step | None = None
    for role, code, values in _line_of_moves(dossier, letter, ranked, book):
        at = letter.at if code in MOVES_AT_RECEIPT else max(letter.at, letter.reply_at or letter.at)
        machine_step = move(dossier, code, importer(role), values, at, book)
        whole = machine_step if whole is None else joined(whole, machine_step)
        dossier = fold(dossier, machine_step)
        if dossier.case.answered_at is not None:
            break
    assert whole is not None
    return whole


def _line_of_moves(
    dossier: Dossier, letter: Letter, ranked: str, book: Rulebook
) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Role, move and values, in order; what the system did at receipt is not done again."""
    case = dossier.case
    result = _result(letter, book)
    reason = "导入：由路由排在第一的单位办理。"
    if not case.unit:
        if not any(c.name == "dispatch" for c in dossier.clocks):
            yield "intake", "accept", {}
        if ranked:
            yield "dispatcher", "designate", {"unit": ranked, "reason": reason}
        else:
            yield "dispatcher", "answer_directly", {}
    if case.unit or ranked:
        yield "handler", "sign", {}
    yield "handler", "draft", {"body": letter.reply, **result}
    yield "signer", "sign_off", {}
    yield "reviewer", "qualified", {}


def _result(letter: Letter, book: Rulebook) -> dict[str, str]:
    """The result the line names, else the one of its kind that claims least, with the reason that none was known."""
    codes = [r.code for r in book.kinds[letter.kind].results]
    if letter.result in codes:
        return {"result": letter.result, "reason": WITHOUT_RESULT}
    modest = ("answered", "explained", "kept", "passed_on", "unverifiable")
    code = next((c for c in modest if c in codes), codes[0] if codes else "")
    return {"result": code, "reason": WITHOUT_RESULT} if code else {}


def bring(source: str, book: Rulebook, now: datetime, tx: Tx, letters: Sequence[Ready]) -> list[Ready]:
    """The deed that writes some prepared letters; answers with those that were not here before. Raises OldEdition."""
    editions.must_be_current(tx, book)
    taken = []
    for ready in letters:
        step = REPLY if ready.answered else LETTER
        if not imports.take(tx, source, ready.letter.id, ready.prepared.arrival.step.case.id, step):
            continue
        receive(tx, ready.prepared, book, now)
        if ready.answered is not None:
            cases.apply(tx, ready.answered, ready.prepared.arrival.step.case.version, now)
        taken.append(ready)
    return taken


def bring_later(source: str, book: Rulebook, now: datetime, tx: Tx, replies: Sequence[Later]) -> int:
    """The deed that gives replies to letters imported without them; answers how many it gave. Raises OldEdition."""
    editions.must_be_current(tx, book)
    count = 0
    for later in replies:
        if cases.apply(tx, later.answered, later.version, now):
            count += imports.went_on(tx, source, later.letter.id, REPLY)
    return count


async def _answer_later(way: Way, letter: Letter, case_id: str, book: Rulebook, summary: Summary) -> Later | None:
    dossier = await way.office.store.read(cases.dossier, case_id)
    decisions = await way.office.store.read(desk_rows.decisions, [case_id])
    if dossier is None:
        return None
    try:
        return Later(letter, answer(dossier, letter, first_ranked(decisions.get(case_id)), book), dossier.case.version)
    except Refusal as no:
        summary.refuse(letter.line, f"答复未导入：{no.zh}")
        return None


def _ranked(prepared: Prepared) -> str:
    return first_ranked(prepared.arrival.decision)


def first_ranked(decision: object) -> str:
    """The unit that a routing record puts first; empty when it names none."""
    ranked = decision.get("ranked") if isinstance(decision, dict) else None
    return str(ranked[0].get("unit") or "") if ranked else ""


def _unit_of(ready: Ready, book: Rulebook) -> str:
    step = ready.answered or ready.prepared.arrival.step
    return step.case.unit or _ranked(ready.prepared) or book.directory.desks["reception"]


def _add(whole: Summary, part: Summary) -> None:
    for name in ("letters", "imported", "known", "replies", "sure"):
        setattr(whole, name, getattr(whole, name) + getattr(part, name))
    whole.units.update(part.units)
    whole.refused += part.refused
    whole.named += part.named[: MOST_REFUSED - len(whole.named)]
