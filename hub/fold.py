"""fold(): the dossier as it stands after a step, in memory: intake folds the first moves before its one deed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from hub.case import Dossier
from hub.machines.machine import Step

Row = TypeVar("Row")


def fold(dossier: Dossier, step: Step) -> Dossier:
    """The next dossier; the same that a deed would read after the step was written."""
    return replace(
        dossier,
        case=step.case,
        replies=_put(dossier.replies, step.replies, lambda r: r.n),
        overlays=_put(dossier.overlays, step.overlays, lambda o: o.n),
        assignments=_put(dossier.assignments, step.assignments, lambda a: a.n),
        clocks=_put(dossier.clocks, step.clocks, lambda c: (c.round, c.name)),
    )


def joined(first: Step, second: Step) -> Step:
    """Two steps written together; where both touch a row the second one's stands."""
    return Step(
        case=second.case,
        entries=first.entries + second.entries,
        messages=first.messages + second.messages,
        replies=_put(first.replies, second.replies, lambda r: r.n),
        overlays=_put(first.overlays, second.overlays, lambda o: o.n),
        assignments=_put(first.assignments, second.assignments, lambda a: a.n),
        clocks=_put(first.clocks, second.clocks, lambda c: (c.round, c.name)),
        notices=first.notices + second.notices,
        openings=first.openings + second.openings,
    )


def _put(old: tuple[Row, ...], new: tuple[Row, ...], key: Callable[[Row], Any]) -> tuple[Row, ...]:
    """The rows of both by their key, the newer one of each."""
    if not new:
        return old
    rows = {key(row): row for row in (*old, *new)}
    return tuple([rows[k] for k in sorted(rows)])
