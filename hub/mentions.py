"""Mentions: colleagues named with @ in an internal note. Only those who see the case can be named; each hears of it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from hub.case import Dossier, Notice
from hub.errors import Invalid, Said
from hub.people import Actor
from hub.sight import ASSISTING, CALLER, WHOLE_HUB
from hub.storage import people
from hub.storage.tx import Tx
from hub.units import Directory

Sees = Callable[[Actor], bool]
NOTE = "remark"
"""The move whose words may name colleagues."""
_AT = re.compile(r"(?<![A-Za-z0-9._%+-])[@＠](?=\S)")
_WORD = re.compile(r"\w{1,8}")


def colleagues(tx: Tx, dossier: Dossier, sees: Sees, directory: Directory, now: datetime) -> dict[str, Actor]:
    """Everybody who may see the case today, by the label they are named with: the name, or name(account) where two
    share a name."""
    known = people.actors(tx, now)
    alike = Counter(officer.name for _, officer in known)
    near = _near(dossier, directory)
    return {
        officer.name if alike[officer.name] == 1 else f"{officer.name}({account})": officer
        for account, officer in known
        if any(_may(g.role, g.unit, near) for g in officer.grants) and sees(officer)
    }


def _near(dossier: Dossier, directory: Directory) -> frozenset[str]:
    """Units whose people can have the case in sight; whether they do is asked for each of them."""
    joint = (o.unit for o in dossier.overlays if o.kind in ASSISTING and o.state == "open")
    return frozenset(above for unit in (dossier.case.unit, *joint) if unit for above in directory.above(unit))


def _may(role: str, unit: str | None, near: frozenset[str]) -> bool:
    return unit in near if unit else role in WHOLE_HUB or role == CALLER


def named(text: str, labels: Iterable[str]) -> Iterator[str]:
    """The labels that stand behind an @ in a text, longest first where one begins another; raises Invalid for an @
    that names nobody of them."""
    longest = sorted(labels, key=len, reverse=True)
    for at in _AT.finditer(text):
        label = next((label for label in longest if text.startswith(label, at.end())), "")
        if label:
            yield label
        elif word := _WORD.match(text, at.end()):
            raise Invalid({"text": _nobody(word[0])})


def _nobody(word: str) -> Said:
    return Said(
        f"“@{word}”不在能看到这件来信的同事里，没有提醒到谁，备注也没有存。请从可以提醒的同事里选，或者把@去掉。",
        f"“@{word}” is none of the colleagues who can see this case; nobody was told and the note was not kept. "
        "Choose one of those listed, or take the @ away.",
    )


def notices(case_id: str, message: int, told: Mapping[str, Actor], author: Actor) -> tuple[Notice, ...]:
    """One notice for each colleague, whatever number of times they are named; nobody is told of their own note."""
    others = {officer.id: officer for officer in told.values() if officer.person != author.person}
    return tuple(
        Notice(f"officer:{officer}", "mentioned", f"{case_id}:mentioned:{message}:{officer}", {"message": message})
        for officer in others
    )
