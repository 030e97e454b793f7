"""Kinds of bulletins as data, read from the texts edition: when each is drawn up, its parts, floors and grades."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Any

from hub.calendar import WorkCalendar
from hub.errors import Said
from hub.rulebook import Rulebook
from supervision.bulletins.periods import EVERY, Every
from supervision.figures import BY_CODE, UNIT_FIGURES

TABLES = ("figures", "kinds", "units", "floors", "channels", "days", "rounds", "grades", "site", "advice")
"""What a part may name; supervision/bulletins/composing.py and counting.py draw them."""
FAMILY = "bulletins"
"""Where they stand in the texts edition."""
_PLAIN = ("period", "district", "before", "overdue_open")
_SUFFIXES = ("", "_n", "_of", "_change")
WORDS = frozenset((*_PLAIN, *(code + suffix for code in BY_CODE for suffix in _SUFFIXES)))
"""What may stand in braces in a text."""
_DUE = re.compile(r"(?:(?P<workdays>[1-9][0-9]?)wd|(?P<month>[01][0-9])-(?P<day>[0-3][0-9]))")
_CODE = re.compile(r"[a-z][a-z_]{0,30}")


@dataclass(frozen=True, slots=True)
class PartKind:
    """A section as the edition describes it."""

    code: str
    title: Said
    text: Said
    tables: tuple[str, ...]
    written: bool


@dataclass(frozen=True, slots=True)
class BulletinKind:
    """One kind of bulletin."""

    code: str
    name: Said
    every: Every
    due: str
    public: bool
    title: Said
    parts: tuple[PartKind, ...]

    def last_day(self, drawn: date, until: date, calendar: WorkCalendar) -> date:
        """The last day for the release: working days after it was drawn up, or a day of the year after the period."""
        found = _DUE.fullmatch(self.due)
        assert found is not None  # looked at when it was read
        if found["workdays"]:
            return calendar.add_workdays(drawn, int(found["workdays"]))
        return date(until.year + 1, int(found["month"]), int(found["day"]))


@dataclass(frozen=True, slots=True)
class Grading:
    """How units are graded: weights of shares, 100 together, bands from above, and the least that must be known."""

    weights: Mapping[str, int]
    bands: tuple[tuple[float, Said], ...]
    least_weight: int
    least_answered: int


@dataclass(frozen=True, slots=True)
class Bulletins:
    """All kinds by their code, with the floors of shares and the rule of grades."""

    kinds: Mapping[str, BulletinKind]
    floors: Mapping[str, float]
    grading: Grading


NONE = Bulletins({}, {}, Grading({}, (), 100, 1))


def bulletins_of(book: Rulebook) -> Bulletins:
    """The bulletins of the edition in force; none where an older edition knows none."""
    content = book.texts.get(FAMILY)
    return NONE if content is None else read_bulletins(content)


def read_bulletins(content: Mapping[str, Any]) -> Bulletins:
    """The content of config/texts/bulletins.toml; raises ValueError with the sentence of the first fault."""
    try:
        kinds = [_kind(row) for row in content["bulletins"]]
        floors = {_share(code): float(least) for code, least in content.get("floors", {}).items()}
        grading = _grading(content["grades"])
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"通报的设置缺少或写错了一项：{fault}。(Bulletins: something is missing.)") from None
    if len({kind.code for kind in kinds}) != len(kinds):
        raise ValueError("通报的代码写了两次。(A bulletin's code stands twice.)")
    return Bulletins({kind.code: kind for kind in kinds}, floors, grading)


def _kind(row: Mapping[str, Any]) -> BulletinKind:
    code = str(row["code"])
    if not _CODE.fullmatch(code):
        raise ValueError(f"通报的代码“{code}”只能用小写字母。(A bulletin's code has lower case letters only.)")
    every = next((one for one in EVERY if one == row["every"]), None)
    if every is None:
        raise ValueError(f"通报 {code} 的 every 应当是 {'、'.join(EVERY)} 之一。(Bulletin {code}: every.)")
    due = str(row["due"])
    _check_due(code, due, every)
    title = _both(code, row, "title_zh", "title_en")
    parts = tuple(_part(code, part) for part in row["parts"])
    if len({part.code for part in parts}) != len(parts):
        raise ValueError(f"通报 {code} 有两节同名。(Bulletin {code}: a part stands twice.)")
    return BulletinKind(code, Said(row["zh"], row["en"]), every, due, bool(row["public"]), title, parts)


def _check_due(code: str, due: str, every: Every) -> None:
    found = _DUE.fullmatch(due)
    if found is None or (found["month"] and every != "year"):
        raise ValueError(f"通报 {code} 的 due 请写成 5wd，年度的也可以写成 01-31。(Bulletin {code}: due.)")
    if found["month"]:
        date(2001, int(found["month"]), int(found["day"]))  # a common year: 29 February is no day to promise


def _part(code: str, row: Mapping[str, Any]) -> PartKind:
    tables = tuple(row.get("tables", ()))
    if strangers := set(tables) - set(TABLES):
        raise ValueError(f"通报 {code} 用了不存在的表 {min(strangers)}。(Bulletin {code}: no such table.)")
    if not _CODE.fullmatch(str(row["code"])):
        raise ValueError(f"通报 {code} 的节 {row['code']} 只能用小写字母。(Bulletin {code}: a part's code.)")
    text = _both(code, row, "text_zh", "text_en") if "text_zh" in row else Said("", "")
    return PartKind(str(row["code"]), Said(row["zh"], row["en"]), text, tables, bool(row.get("written", False)))


def _both(code: str, row: Mapping[str, Any], zh: str, en: str) -> Said:
    said = Said(str(row[zh]).strip(), str(row[en]).strip())
    for text in said:
        try:
            named = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        except ValueError:
            raise ValueError(
                f"通报 {code} 的括号不成对：{text[:40]}。(Bulletin {code}: a brace is not closed.)"
            ) from None
        if strangers := named - WORDS:
            raise ValueError(
                f"通报 {code} 里不认识 {{{min(strangers)}}}。(Bulletin {code}: an unknown word in braces.)"
            )
    return said


def _grading(content: Mapping[str, Any]) -> Grading:
    given = sorted(content["weights"].items(), key=lambda pair: list(BY_CODE).index(_share(pair[0])))
    weights = {code: int(weight) for code, weight in given}
    if sum(weights.values()) != 100 or min(weights.values()) <= 0:
        raise ValueError("评级的权重加起来应当是 100。(The weights of grades make 100 together.)")
    bands = tuple((float(row["from"]), Said(row["zh"], row["en"])) for row in content["bands"])
    if (
        not bands
        or [least for least, _ in bands] != sorted((least for least, _ in bands), reverse=True)
        or bands[-1][0]
    ):
        raise ValueError("评级的档次从高到低写，最后一档从 0 开始。(Bands run from above down to 0.)")
    return Grading(weights, bands, int(content["least_weight"]), int(content["least_answered"]))


def _share(code: str) -> str:
    if code not in UNIT_FIGURES or BY_CODE[code].how != "share":
        raise ValueError(f"{code} 不是各单位都有的比率。({code} is no share that units have.)")
    return code
