"""New editions of the routing rules: one rule added, changed, moved or taken out, or an earlier edition put back."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.errors import Invalid, NotFound, NotNow, Said
from hub.journal import Datum, Entry
from hub.storage import editions, journal
from hub.storage.tx import Tx
from hub.units import Directory
from routing.rules import Unfit, read_rules

_BETWEEN = re.compile(r"[\s、，,;；]+")
_WORDS = ("words_any", "words_all", "words_none")
_CHOSEN = ("kinds", "aims", "areas")
_LONGEST = 4000
"""Characters of one field at most; the longest rule of the starter district has a tenth of that."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to change: `what` is save, remove or put_back; the other texts as they were typed.

    `rule` is the code of the rule it is about (empty: a new one), `place` where it is to stand (1 is first; empty:
    where it is, a new one last), `edition` the earlier edition to put back; `fields` holds a line “name=value、value”
    for each form field asked about.
    """

    what: str
    rule: str = ""
    edition: str = ""
    place: str = ""
    code: str = ""
    because_zh: str = ""
    because_en: str = ""
    unit: str = ""
    category: str = ""
    score: str = ""
    words_any: str = ""
    words_all: str = ""
    words_none: str = ""
    fields: str = ""
    kinds: tuple[str, ...] = ()
    aims: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Rules that could be published: their whole content, and the codes that the entry will hold."""

    content: Mapping[str, Any]
    data: Mapping[str, Datum]


def in_force(tx: Tx) -> tuple[int, dict[str, Any]]:
    """Number and content of the rules in force."""
    number = editions.numbers(tx)["rules"]
    return number, editions.content(tx, "rules", number)


def earlier(tx: Tx, number: str) -> dict[str, Any]:
    """The content of an earlier edition; raises NotFound."""
    newest = editions.numbers(tx)["rules"]
    if not number.isdecimal() or not 0 < int(number[:9]) < newest:
        raise NotFound
    return editions.content(tx, "rules", int(number))  # type: ignore[no-any-return]


def changed(
    content: Mapping[str, Any], asked: Asked, directory: Directory, kinds: Collection[str], old: Mapping[str, Any]
) -> Change:
    """The rules with what is asked for (`old`: the edition to put back); nothing is written.

    Raises Invalid with the fields that are wrong, NotFound for a rule that is not there any more.
    """
    if asked.what == "put_back":
        return _checked(old, {"put_back": int(asked.edition)}, directory, kinds)
    rows = list(content["rule"])
    at = next((n for n, row in enumerate(rows) if row["code"] == asked.rule), None)
    if asked.rule and at is None:
        raise NotFound
    row = rows.pop(at) if at is not None else None
    if asked.what == "remove":
        return _checked({**content, "rule": rows}, {"rule": asked.rule, "removed": True}, directory, kinds)
    new = _row(asked)
    place = _place(asked.place, len(rows) if at is None else at, len(rows))
    rows.insert(place, new)
    data: dict[str, Datum] = {"rule": new["code"], "place": place + 1, "new": row is None}
    return _checked({**content, "rule": rows}, data, directory, kinds)


def publish(tx: Tx, change: Change, seen: int, by_whom: str, now: datetime) -> int:
    """The deed: put the rules into force; answers their number.

    Raises NotNow where another edition came into force since `seen`, or nothing would change.
    """
    number, _ = in_force(tx)
    if number != seen:
        raise NotNow(
            f"派单规则刚有了第{number}版，请再预览一次。", f"Edition {number} of the rules is new; look once more."
        )
    new = editions.add(tx, "rules", change.content, by_whom, now)
    if new is None:
        raise NotNow("派单规则里已经是这样，没有要改的。", "The rules say so already; there is nothing to change.")
    data = {"family": "rules", "edition": new, **change.data}
    journal.append(tx, [Entry(None, "edition.added", by_whom, now, data)])
    return new


def asked_of(row: Mapping[str, Any], place: int) -> Asked:
    """A rule as the form shows it."""
    when = row.get("when", {})
    return Asked(
        what="save",
        rule=row["code"],
        place=str(place),
        code=row["code"],
        because_zh=row["because_zh"],
        because_en=row["because_en"],
        unit=row["unit"],
        category=row["category"],
        score=str(row["score"]),
        **{name: "、".join(when.get(name, ())) for name in _WORDS},
        fields="\n".join(f"{name}={'、'.join(values)}" for name, values in when.get("field", {}).items()),
        kinds=tuple(when.get("kind", ())),
        aims=tuple(when.get("aim", ())),
        areas=tuple(when.get("area", ())),
    )


def _row(asked: Asked) -> dict[str, Any]:
    """The rule as its edition holds it; raises Invalid."""
    wrong = {name: TOO_LONG for name in _texts(asked) if len(getattr(asked, name)) > _LONGEST}
    needed = ("code", "because_zh", "because_en", "unit", "category")
    wrong |= {name: MISSING for name in needed if not getattr(asked, name)}
    score = _number(asked.score)
    if score is None:
        wrong["score"] = Said("请写0到1之间的数，例如0.9。", "Please give a number between 0 and 1, like 0.9.")
    fields = _fields(asked.fields, wrong)
    if wrong:
        raise Invalid(wrong)
    when: dict[str, Any] = {name: words for name in _WORDS if (words := _split(getattr(asked, name)))}
    given = {"kind": asked.kinds, "aim": asked.aims, "area": asked.areas}
    when |= {name: list(chosen) for name, chosen in given.items() if chosen}
    when |= {"field": fields} if fields else {}
    row = {name: getattr(asked, name) for name in needed}
    return {**row, "score": score, "when": when}


MISSING = Said("请填这一项。", "Please fill this in.")
TOO_LONG = Said("太长了，请缩短。", "This is too long.")


def _texts(asked: Asked) -> Sequence[str]:
    return ("code", "because_zh", "because_en", "unit", "category", "score", *_WORDS, "fields")


def _split(text: str) -> list[str]:
    return list(dict.fromkeys(word for word in _BETWEEN.split(text) if word))


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 < found <= 1 else None


def _fields(text: str, wrong: dict[str, Said]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, equals, values = line.partition("=")
        if not equals or not name.strip() or not _split(values):
            wrong["fields"] = Said(
                f"“{line[:40]}”看不懂，请写成：名称=值、值。",
                f"“{line[:40]}” is not understood; write name=value, value.",
            )
        else:
            found[name.strip()] = _split(values)
    return found


def _place(text: str, usual: int, most: int) -> int:
    """Where the rule is to stand, from 0; raises Invalid."""
    if not text:
        return usual
    if not text.isdecimal() or not 1 <= int(text[:9]) <= most + 1:
        raise Invalid({"place": Said(f"请写1到{most + 1}之间的数。", f"Please give a number from 1 to {most + 1}.")})
    return int(text) - 1


def _checked(
    content: Mapping[str, Any], data: Mapping[str, Datum], directory: Directory, kinds: Collection[str]
) -> Change:
    try:
        read_rules(content, directory, kinds)
    except Unfit as fault:
        raise Invalid({"rules": fault.said}) from None
    return Change(content, data)
