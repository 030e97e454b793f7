"""Figures: each with its formula, what it counts, which clock it uses, and from how many on it says something."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hub.errors import Said
from hub.measures import IMPORTED, LONGEST, MOST_ROUNDS

How = Literal["count", "share", "average", "median"]
MINIMUM = 10
"""From how many cases on a share may be ranked or compared (NORMS §4)."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One definition: numerator and denominator are sums of measures (hub/measures.py); a count has no denominator."""

    code: str
    name: Said
    formula: Said
    how: How
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    minimum: int = 1
    clock: Literal["", "main", "unit"] = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A figure in numbers: `n` counted out of `of`; `value` is n, n/of or the median, None where there is nothing.

    `enough` says whether `of` reaches the figure's minimum: below it the value is shown, but never ranked.
    """

    figure: Figure
    n: int
    of: int
    value: float | None
    enough: bool


_TOOK = tuple(f"took:{days:02d}" for days in range(LONGEST + 1))
_SOLVED = ("solved:yes", "solved:partly", "solved:no")

FIGURES: tuple[Figure, ...] = (
    Figure("received", Said("收到", "Received"), Said("收到的来信", "letters received"), "count", ("received",)),
    Figure("answered", Said("已答复", "Answered"), Said("已有答复的来信", "letters answered"), "count", ("answered",)),
    Figure(
        "on_time",
        Said("按期答复", "On time"),
        Said(
            "期限内答复 ÷（已到期的 + 期限内答复的）；没答复的超期件也算在内",
            "answered in time ÷ all whose limit has passed or that were answered; open overdue ones included",
        ),
        "share",
        ("in_time",),
        ("in_time", "late"),
        MINIMUM,
        "main",
    ),
    Figure(
        "unit_on_time",
        Said("单位按期办理", "Units on time"),
        Said("单位时限内办出 ÷ 单位时限已到期或已办出的", "met in time ÷ unit limits passed or met"),
        "share",
        ("unit_in_time",),
        ("unit_in_time", "unit_late"),
        MINIMUM,
        "unit",
    ),
    Figure(
        "first_pass",
        Said("一次通过", "First pass"),
        Said("第一次审核即合格 ÷ 审核过的来信", "first verdict qualified ÷ letters reviewed"),
        "share",
        ("first_pass",),
        ("first_reviewed",),
        MINIMUM,
    ),
    Figure(
        "rounds",
        Said("平均轮次", "Rounds"),
        Said("办理轮次之和 ÷ 已答复", "rounds ÷ answered"),
        "average",
        ("rounds",),
        ("answered",),
    ),
    Figure(
        "solved",
        Said("解决率", "Solved"),
        Said("评为已解决 ÷ 参评；部分解决另计", "rated as solved ÷ rated; partly solved counts apart"),
        "share",
        ("solved:yes",),
        _SOLVED,
        MINIMUM,
    ),
    Figure(
        "satisfied",
        Said("满意率", "Satisfied"),
        Said("4–5分 ÷ 参评；不评的不算满意", "scores of 4 and 5 ÷ rated; unrated is never satisfied"),
        "share",
        ("satisfied",),
        ("rated",),
        MINIMUM,
    ),
    Figure(
        "rated_share",
        Said("参评率", "Rated"),
        Said("参评 ÷ 已答复", "rated ÷ answered"),
        "share",
        ("rated",),
        ("answered",),
        MINIMUM,
    ),
    Figure(
        "median_days",
        Said("中位用时", "Median time"),
        Said(
            "从收到到答复的工作日，一半的来信不超过这个数",
            "working days from receipt to answer that half of the letters do not exceed",
        ),
        "median",
        _TOOK,
        ("answered",),
        1,
        "main",
    ),
    Figure(
        "objected",
        Said("退单率", "Objected"),
        Said("单位退单 ÷ 收到", "objections ÷ received"),
        "share",
        ("objected",),
        ("received",),
        MINIMUM,
    ),
    Figure(
        "reopened",
        Said("重新办理", "Reopened"),
        Said("重新办理 ÷ 已答复", "reopened ÷ answered"),
        "share",
        ("reopened",),
        ("answered",),
        MINIMUM,
    ),
)
BY_CODE: Mapping[str, Figure] = {figure.code: figure for figure in FIGURES}
UNIT_FIGURES = (
    *("received", "answered", "on_time", "unit_on_time", "first_pass", "rounds", "solved", "satisfied"),
    *("rated_share", "median_days", "objected"),
)
PUBLIC_FIGURES = ("received", "answered", "on_time", "median_days", "solved", "satisfied", "rated_share")


def value(figure: Figure, sums: Mapping[str, int]) -> Value:
    """The figure over sums of measures."""
    of = sum(sums.get(m, 0) for m in figure.denominator)
    if figure.how == "median":
        buckets = distribution(sums)
        return Value(figure, of, of, median(buckets), of >= figure.minimum)
    n = sum(sums.get(m, 0) for m in figure.numerator)
    if figure.how == "count":
        return Value(figure, n, n, float(n), n >= figure.minimum)
    return Value(figure, n, of, n / of if of else None, of >= figure.minimum)


def values(codes: tuple[str, ...], sums: Mapping[str, int]) -> dict[str, Value]:
    """Several figures by their codes."""
    return {code: value(BY_CODE[code], sums) for code in codes}


def distribution(sums: Mapping[str, int]) -> dict[int, int]:
    """How many answers took how many working days; the last bucket holds all that took longer."""
    return {days: n for days in range(LONGEST + 1) if (n := sums.get(f"took:{days:02d}", 0)) > 0}


def median(buckets: Mapping[int, int]) -> float | None:
    """The middle of a distribution; halfway between the two middles of an even number, None of nothing."""
    total = sum(buckets.values())
    if total <= 0:
        return None
    low, high = _nth(buckets, (total - 1) // 2), _nth(buckets, total // 2)
    return (low + high) / 2


def _nth(buckets: Mapping[int, int], n: int) -> int:
    passed = 0
    for days in sorted(buckets):
        passed += buckets[days]
        if n < passed:
            return days
    return 0


def rounds_funnel(sums: Mapping[str, int]) -> dict[int, int]:
    """How many letters were answered in their first, second, third … round; the last holds all later ones."""
    return {n: sums.get(f"round:{n}", 0) for n in range(1, MOST_ROUNDS + 1)}


def plain(sums: Mapping[str, int], *, imported: bool = False) -> dict[str, int]:
    """The measures without those of imported cases, or with them added where somebody asked for them."""
    kept = {m: n for m, n in sums.items() if not m.startswith(IMPORTED)}
    if imported:
        for measure, n in sums.items():
            if measure.startswith(IMPORTED):
                own = measure.removeprefix(IMPORTED)
                kept[own] = kept.get(own, 0) + n
    return kept
