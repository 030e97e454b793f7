"""Checks on replies: they advise handler and reviewer and never decide; only personal data blocks (DESIGN §9).

A check is a module with `check(look) -> Finding | None`; a new one is a copied sibling and a line here.
"""

from collections.abc import Callable

from hub.case import Case, Reply
from hub.ports import Finding
from hub.rulebook import Rulebook
from supervision.checks import basis, contact, empty, layout, numbered, personal, rude, vague
from supervision.checks.look import Look

Check = Callable[[Look], Finding | None]

CHECKS: tuple[Check, ...] = (
    empty.check,
    numbered.check,
    vague.check,
    basis.check,
    contact.check,
    personal.check,
    rude.check,
    layout.check,
)


def inspect(case: Case, letter: str, reply: Reply | None, body: str, book: Rulebook) -> tuple[Finding, ...]:
    """What the checks say of a reply before it is submitted, in the order of their codes; see hub.ports.Inspect."""
    look = Look(case, letter, reply, body, book)
    return tuple(found for check in CHECKS if (found := check(look)) is not None)
