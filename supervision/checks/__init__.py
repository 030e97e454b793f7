"""Checks on replies: they advise handler and reviewer and never decide; only personal data blocks (DESIGN §9).

A check is a module with `check(look) -> Finding | None`; a new one is a copied sibling and a line here.
"""

from collections.abc import Callable

from hub.ports import Draft, Finding
from hub.rulebook import Rulebook
from supervision.checks import (
    basis,
    beside,
    contact,
    contrary,
    copied,
    empty,
    late,
    layout,
    numbered,
    personal,
    rude,
    shirking,
    stock,
    unfinished,
    vague,
)
from supervision.checks.look import Look

Check = Callable[[Look], Finding | None]

CHECKS: tuple[Check, ...] = (
    empty.check,
    stock.check,
    unfinished.check,
    numbered.check,
    beside.check,
    shirking.check,
    vague.check,
    basis.check,
    contact.check,
    copied.check,
    late.check,
    personal.check,
    rude.check,
    layout.check,
    contrary.check,
)
"""In the order of their codes; of several with one code the first that speaks is heard."""


def inspect(draft: Draft, book: Rulebook) -> tuple[Finding, ...]:
    """What the checks say of a reply, each code once, in the order of the codes; see hub.ports.Inspect."""
    look = Look(draft, book)
    found: dict[str, Finding] = {}
    for check in CHECKS:
        spoken = check(look)
        if spoken is not None:
            found.setdefault(spoken.code, spoken)
    return tuple(found.values())
