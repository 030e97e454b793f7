"""Attempt: what somebody wrote into a form of a case's page, and what became of it; nothing written is ever lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub import contact
from hub.errors import Said


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as the page shows it: its revision, when it was saved, and what another page of the officer saved."""

    revision: int = 0
    said: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request's words, its faults, and the help that was asked for."""

    move: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    wrong: Mapping[str, Said] = field(default_factory=dict)
    above: tuple[Said, ...] = ()
    moved_on: bool = False
    lines: int = 0
    said: int = 0
    findings: Sequence[Mapping[str, str]] = ()
    previews: Sequence[Mapping[str, Any]] = ()
    template: str = ""
    blanks: Mapping[str, str] = field(default_factory=dict)
    kept: Kept | None = None
    shown: contact.Shown | None = None
    status: int = 200


UNTOUCHED = Attempt()
