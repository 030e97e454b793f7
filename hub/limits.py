"""A limit: how much time the law or the rule set allows, written the way a rule file writes it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from hub.moments import from_text, to_text

Unit = Literal["wd", "cd", "h", "sh", "min"]
UNITS: tuple[Unit, ...] = get_args(Unit)
UNIT_NAMES: dict[Unit, str] = {"wd": "个工作日", "cd": "日", "h": "小时", "sh": "个办公小时", "min": "分钟"}
UNIT_NAMES_EN: dict[Unit, str] = {
    "wd": "working day",
    "cd": "day",
    "h": "hour",
    "sh": "office hour",
    "min": "minute",
}

_WRITTEN = re.compile(r"(?P<amount>[0-9]{1,4})(?P<unit>wd|cd|h|sh|min)(?P<flags>(?:\+(?:roll|close))*)")


@dataclass(frozen=True, slots=True)
class Limit:
    """So many working days (wd), calendar days (cd), hours (h), staffed office hours (sh) or minutes (min).

    `roll`: a last calendar day that is a rest day moves to the next working day (民事诉讼法 85, 民法典 203).
    `close`: the last day ends with the office, not at midnight.
    Raises ValueError for an amount below one, or a flag that the unit cannot have.
    """

    amount: int
    unit: Unit
    roll: bool = False
    close: bool = False

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError("时限至少为 1")
        if self.unit not in UNITS:
            raise ValueError(
                f"不认识的时限单位“{self.unit}”，"
                "可用 wd（工作日）、cd（自然日）、h（小时）、sh（办公小时）、min（分钟）"
            )
        if self.roll and self.unit != "cd":
            raise ValueError("只有自然日时限（cd）可以顺延到工作日（+roll）")
        if self.close and not self.in_days:
            raise ValueError("只有按日计算的时限可以在下班时截止（+close）")

    @property
    def in_days(self) -> bool:
        """Whether whole days are counted (wd, cd) rather than running time (h, sh, min)."""
        return self.unit in ("wd", "cd")

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}{'+roll' * self.roll}{'+close' * self.close}"

    @property
    def words(self) -> str:
        """The limit as a person reads it: 5个工作日, 60日."""
        return f"{self.amount}{UNIT_NAMES[self.unit]}"

    @property
    def words_en(self) -> str:
        """The same in English: 5 working days, 60 days."""
        return f"{self.amount} {UNIT_NAMES_EN[self.unit]}{'s' * (self.amount != 1)}"


@dataclass(frozen=True, slots=True)
class Until:
    """A limit that ends at a given moment: a due date set outside the hub, or what is left of another clock.

    It is the first instant that is late, like every due instant. It neither rests nor rolls.
    """

    moment: datetime

    def __str__(self) -> str:
        return f"{_UNTIL}{to_text(self.moment)}"


_UNTIL = "until "


def parse_limit(text: str) -> Limit:
    """Read "5wd", "15cd", "15cd+roll", "5wd+close", "24h", "4sh", "15min"; ValueError says what was expected."""
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise ValueError(
            f"看不懂时限“{text}”，请写成 5wd（工作日）、15cd 或 15cd+roll（自然日）、"
            "24h（小时）、4sh（办公小时）、15min（分钟）"
        )
    flags = written["flags"].split("+")
    unit = next(unit for unit in UNITS if unit == written["unit"])
    return Limit(int(written["amount"]), unit, roll="roll" in flags, close="close" in flags)


def read_allowed(text: str) -> Limit | Until | None:
    """What a line of a ledger allows, read back from its text; nothing for an empty one."""
    if text.startswith(_UNTIL):
        return Until(from_text(text.removeprefix(_UNTIL)))
    return parse_limit(text) if text else None
