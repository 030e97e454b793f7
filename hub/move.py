"""move(): the only place where a state changes; pure, it returns the next case and all that goes with it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from hub import entered
from hub.case import Dossier
from hub.errors import Forbidden, Invalid, NotNow, Said
from hub.journal import Entry
from hub.kinds import Kind
from hub.machines.effects import CODED
from hub.machines.fields import CHOICES
from hub.machines.machine import Machine, Move, MoveField, Step, Turn
from hub.machines.registry import MACHINES
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.submission import MOST_FILES
from hub.timing import refreshed, silent, with_dates
from hub.words import WORDS

IMPORTED_MOST = 20_000
"""Characters that a text of an imported history may have, whatever the limit of today's field."""


def move(
    dossier: Dossier,
    code: str,
    actor: Actor,
    values: Mapping[str, Any],
    now: datetime,
    book: Rulebook,
    *,
    findings: tuple[str, ...] = (),
    spare: str = "",
) -> Step:
    """The step that `code` makes from this dossier.

    Raises Forbidden (no such role), NotNow (state, guard), Invalid (a value), each with a sentence; NotNow also for a
    move the machine does not have.
    """
    case, machine = dossier.case, MACHINES[dossier.case.machine]
    this = machine.moves.get(code)
    if this is None:
        raise NotNow("没有这一步操作。", "There is no such step.")
    kind = kind_of(dossier, book)
    turn = Turn(dossier, this, actor, {}, now, book, kind, findings, spare)
    if (no := refusal(turn)) is not None:
        raise no
    turn = replace(turn, values=read_values(turn, values))
    for check in this.checks:
        if (said := check(turn)) is not None:
            raise NotNow(*said) if check.__name__.startswith(("seen", "lifted")) else Invalid({_field_of(this): said})
    to = target(turn)
    step = Step(case=replace(case, state=to, version=case.version + (0 if this.quiet else 1)))
    for effect in this.effects:
        step = effect(turn, step)
    return _settled(turn, step, machine)


def refusal(turn: Turn) -> Forbidden | NotNow | None:
    """Why the actor cannot make this move now, before any value is looked at; None where it is open."""
    case, this = turn.case, turn.move
    if not may(turn):
        return Forbidden(*entered.NOT_THE_CLERK) if held_roles(turn) else Forbidden()
    if case.state not in this.frm:
        state = MACHINES[case.machine].states[case.state]
        if turn.actor.kind == "citizen":
            word = WORDS[state.word]
            return NotNow(
                f"这封信现在是“{word.zh}”，不能{this.zh}。", f"The letter is “{word.en}” now; “{this.en}” is not open."
            )
        return NotNow(
            f"来信现在是“{state.zh}”，不能{this.zh}。请刷新后再看。",
            f"The case is “{state.en}” now; “{this.en}” is not open.",
        )
    for guard in this.guards:
        if (said := guard(turn)) is not None:
            return NotNow(*said)
    return None


def may(turn: Turn) -> bool:
    """Whether the actor may make the move by role. Whoever entered the case for the citizen is no handler of it."""
    held = held_roles(turn)
    return bool(held - {"handler"} if entered.by(turn.dossier, turn.actor.person) else held)


def held_roles(turn: Turn) -> frozenset[str]:
    """Those of the move's roles that the actor holds for this case.

    The signer is sought in the unit, then up the tree (a grant reaches downward). An assisting unit's people may report
    on their own joint task although the case is with another unit, the duty office acknowledge what it was called to.
    """
    directory, units = turn.book.directory, [turn.case.unit]
    if turn.move.code in ("joint_report", "joint_interim"):
        units = [o.unit for o in turn.dossier.overlays if o.kind == "joint" and o.state == "open"]
    called = turn.dossier.open("duty") if turn.move.code == "ack_urgent" else None
    units += [called.unit] if called else []
    holds = turn.actor.holds
    return frozenset(role for role in turn.move.who if any(holds(role, at, directory) for at in units))


def open_moves(dossier: Dossier, actor: Actor, now: datetime, book: Rulebook) -> tuple[Move, ...]:
    """The moves open to the actor at this moment, in the order of the machine."""
    kind = kind_of(dossier, book)
    turns = (Turn(dossier, m, actor, {}, now, book, kind) for m in MACHINES[dossier.case.machine].moves.values())
    return tuple(turn.move for turn in turns if refusal(turn) is None)


def kind_of(dossier: Dossier, book: Rulebook) -> Kind:
    """The kind under which the case came in, with the limits of that day; a publication keeps its letter's edition."""
    case = dossier.case
    return book.kind(case.kind, case.kinds_edition, book.calendar.day_of(case.received_at))


def target(turn: Turn) -> str:
    """The state the move leads to."""
    to = turn.move.to
    if callable(to):
        return to(turn)
    if to == "=":
        return turn.case.state
    return turn.case.back_to if to == "@back" else to


def fields_of(move: Move, kind: Kind) -> tuple[MoveField, ...]:
    """What the move takes on a case of this kind: a grade only where the kind has grades."""
    return tuple(f for f in move.fields if f.options != "grades" or kind.grades)


def choices(field: MoveField, book: Rulebook, kind: Kind) -> tuple[tuple[str, str, str], ...]:
    """Code, Chinese and English of what a choice field takes."""
    if field.options in CHOICES:
        return CHOICES[field.options]
    if field.options == "grades":
        return tuple((g.code, g.zh, g.en) for g in kind.grades)
    if field.options == "results":
        return tuple((r.code, r.zh, r.en) for r in kind.results)
    if field.options == "kinds":
        return tuple((k.code, k.zh, k.en) for k in book.kinds.values() if not k.sealed)
    return tuple((code, row["zh"], row["en"]) for code, row in book.checklist.reasons.get(field.options, {}).items())


def read_values(turn: Turn, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the move, each of its declared type; raises Invalid naming every field that is wrong."""
    known = {f.name: f for f in turn.move.fields}
    wrong: dict[str, Said] = {}
    values: dict[str, Any] = {}
    for name in raw:
        if name not in known:
            wrong[name] = Said("这一步没有这个栏目。", "This step has no such field.")
    for field in known.values():
        given = raw.get(field.name)
        if given is None or given == "" or given == [] or given == ():
            if field.required:
                wrong[field.name] = Said(f"请填写“{field.zh}”。", f"Please fill in “{field.en}”.")
            continue
        try:
            values[field.name] = _read(field, given, turn)
        except (ValueError, TypeError):
            wrong[field.name] = Said(f"“{field.zh}”填得不对，请再看一下。", f"“{field.en}” cannot be taken as it is.")
            continue
        today = turn.book.calendar.day_of(turn.now).isoformat() if field.ahead or field.past else ""
        if field.ahead and str(values[field.name]) < today:
            wrong[field.name] = Said(f"“{field.zh}”不能早于今天。", f"“{field.en}” cannot lie before today.")
        if field.past and str(values[field.name]) > today:
            wrong[field.name] = Said(f"“{field.zh}”不能晚于今天。", f"“{field.en}” cannot lie after today.")
    if wrong:
        raise Invalid(wrong)
    return values


def _read(field: MoveField, given: Any, turn: Turn) -> Any:
    match field.type:
        case "int":
            number = int(given)
            low, high = (1, 5) if field.name == "score" else (0, 10_000)
            if isinstance(given, bool) or not low <= number <= high:
                raise ValueError(field.name)
            return number
        case "files":
            places = given if isinstance(given, list | tuple) else [None]
            if len(places) > MOST_FILES or not all(isinstance(n, int | str) for n in places):
                raise ValueError(field.name)
            return [str(int(n)) for n in dict.fromkeys(places)]
        case "bool":
            return str(given).lower() in ("1", "true", "yes", "on")
        case "date":
            return date.fromisoformat(str(given)).isoformat()
        case "choice":
            if str(given) not in {code for code, _, _ in choices(field, turn.book, turn.kind)}:
                raise ValueError(field.name)
            return str(given)
        case "unit":
            unit = turn.book.directory.get(str(given))
            if unit is None or not unit.active:
                raise ValueError(field.name)
            return unit.code
        case "reasons":
            codes = [given] if isinstance(given, str) else [str(code) for code in given]
            if not all(turn.book.checklist.known(field.options, code) for code in codes):
                raise ValueError(field.name)
            return codes
        case _:
            most = IMPORTED_MOST if turn.actor.kind == "import" else field.most
            if not isinstance(given, str) or len(given) > most or not given.strip():
                raise ValueError(field.name)
            return given.strip()


def _field_of(this: Move) -> str:
    return this.fields[0].name if this.fields else "move"


def _settled(turn: Turn, step: Step, machine: Machine) -> Step:
    """The step with its clocks computed and its own line in the journal."""
    clocks = tuple(refreshed(c, turn.book, machine, turn.now) for c in step.clocks)
    if step.case.origin == "import":
        clocks = tuple(silent(c) for c in clocks)
    line = _line(turn, step)
    return replace(step, case=with_dates(step.case, clocks), clocks=clocks, entries=(line, *step.entries))


def _line(turn: Turn, step: Step) -> Entry:
    """The journal line of the move: from, to, round, version, and the codes among its values."""
    data: dict[str, Any] = {
        "from": turn.case.state,
        "to": step.case.state,
        "round": step.case.round,
        "version": step.case.version,
    }
    coded = {f.name for f in turn.move.fields if f.type in ("choice", "reasons", "unit", "int", "date", "bool")}
    for name in sorted(coded | set(CODED.get(turn.move.code, ()))):
        if (value := turn.values.get(name)) is not None and name != "seen":
            data[name] = value if not isinstance(value, list | tuple) else list(value)
    if step.messages:
        data["message"] = step.messages[-1].n
    if turn.actor.clerk:
        data["clerk"], data["channel"] = turn.actor.clerk.officer, turn.actor.clerk.channel
    return Entry(case_id=turn.case.id, action=f"move.{turn.move.code}", actor=turn.actor.id, at=turn.now, data=data)
