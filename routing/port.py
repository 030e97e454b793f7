"""Routing as the hub calls it: one function on a snapshot of the rules, built once for each edition."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hub import ports
from hub.kinds import Kind
from hub.rulebook import Rulebook
from hub.units import Directory
from routing.choose import choose, sure
from routing.conflicts import accused_in, sealed_receiver, suggest_aim
from routing.danger import Dangers, danger_in
from routing.matter import Bar, Candidate, Decision, Matter, Reason, aim_of, level_of, record_of
from routing.model import Model
from routing.rules import RuleSet, read_rules


def chooser(dangers: Dangers, model: Callable[[], Model] | None = None) -> ports.Choose:
    """What `run.py` hands to the hub; the rules of a rulebook are read once and kept, and so are those it was
    called with before, so that a dry run beside it (routing/rehearsal.py) reads neither twice.

    `model` gives the model in force, asked for each letter so that a new one counts at once; without it rules decide.
    What it returns raises ValueError for rules that `read_rules` refuses and for an aim or level that is not one.
    """
    kept: list[tuple[Mapping[str, Any], Directory, RuleSet]] = []

    def chosen(given: ports.Matter, kind: Kind, book: Rulebook) -> ports.Chosen:
        rules = next(
            (rules for rules_of, units_of, rules in kept if rules_of is book.rules and units_of is book.directory), None
        )
        if rules is None:
            rules = read_rules(book.rules, book.directory)
            kept[:] = [(book.rules, book.directory, rules), *kept[:1]]
        judge = model() if model is not None and not kind.sealed else None
        return _chosen(_matter(given), kind, book, (rules, judge), dangers)

    return chosen


def _chosen(
    matter: Matter, kind: Kind, book: Rulebook, by: tuple[RuleSet, Model | None], dangers: Dangers
) -> ports.Chosen:
    (rules, model), directory = by, book.directory
    pointed = suggest_aim(matter, directory)
    decision = choose(matter, directory, rules, pointed, model)
    if kind.sealed:
        decision = _sealed(decision, sealed_receiver(kind, matter, directory))
    accused = accused_in(matter, directory)
    met, needed = sure(decision, kind, matter, rules.sure), rules.sure.needed(kind.code)
    bar = Bar(needed, rules.sure.lead, kind.auto_threshold, book.numbers["rules"], met)
    return ports.Chosen(
        unit=decision.unit or "",
        sure=met,
        category=decision.category or "",
        target=accused[0] if len(accused) == 1 else "",
        aim=pointed,
        danger=danger_in(matter.text, matter.pairs, dangers),
        record=record_of(replace(decision, bar=bar)),
    )


def _sealed(decision: Decision, receiver: str | None) -> Decision:
    """A sealed letter knows only its receivers: suggestions to anyone else must not even stand in the record."""
    ranked = (Candidate(receiver, 1.0, ()),) if receiver else ()
    reason = Reason("sealed.receiver" if receiver else "desk.nobody", receiver, (), 1.0 if receiver else 0.0)
    return replace(decision, unit=receiver, score=1.0 if receiver else 0.0, reasons=(reason,), ranked=ranked)


def _matter(given: ports.Matter) -> Matter:
    """The hub says "" for what is not there, routing says None."""
    return Matter(
        kind=given.kind,
        aim=aim_of(given.aim),
        title=given.title,
        body=given.body,
        place=given.place or None,
        target=given.target or None,
        fields={name: value for name, value in given.fields.items() if isinstance(value, str)},
        level=level_of(given.level),
        redactor_sure=given.redactor_sure,
        urgent=given.urgent,
    )
