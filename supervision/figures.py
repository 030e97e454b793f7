"""Figures: each with its formula, what it counts, which clock it uses, and from how many on it says something."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hub.errors import Said
from hub.measures import EXCLUDED, IMPORTED, LONGEST, MOST_ROUNDS
from supervision.wilson import wilson

How = Literal["count", "share", "average", "median"]
Clock = Literal["", "main", "unit", "first_contact", "redo", "commitment"]
MINIMUM = 10
"""From how many cases on a share may be ranked, compared or coloured (NORMS §4)."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One definition: numerator and denominator are sums of measures (hub/measures.py); a count has no denominator.

    `minimum` is the least denominator from which the figure may be ranked or coloured; `clock` the limit it goes by;
    `less` says that less of it is better. Why definitions are code and no setting: docs/adr/0018-figures-are-code.md.
    """

    code: str
    name: Said
    formula: Said
    how: How
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    minimum: int = 1
    clock: Clock = ""
    less: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A figure in numbers: `n` counted out of `of`; `value` is n, n/of or the median, None where there is nothing.

    `enough` says whether `of` reaches the figure's minimum: below it the value is shown, but never ranked. `between` is
    the 95 % interval of a share (supervision/wilson.py); ranks go by its lower end, so that luck with few cases does
    not lead.
    """

    figure: Figure
    n: int
    of: int
    value: float | None
    enough: bool
    between: tuple[float, float] | None = None


_TOOK = tuple(f"took:{days:02d}" for days in range(LONGEST + 1))
_SOLVED = ("solved:yes", "solved:partly", "solved:no")
_BY_PHONE = ("phone:yes", "phone:partly", "phone:no")

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
        "contacted",
        Said("按时联系", "Contacted in time"),
        Said(
            "时限内联系上 ÷ 首次联系时限已到期或已联系上的",
            "reached in time ÷ first contacts whose limit has passed or that were made",
        ),
        "share",
        ("contact_in_time",),
        ("contact_in_time", "contact_late"),
        MINIMUM,
        "first_contact",
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
        "sampled",
        Said("审核覆盖", "Read by review"),
        Said(
            "发出前经督查审核的答复 ÷ 已答复",
            "answers that the supervision office read before they went out ÷ answered",
        ),
        "share",
        ("checked",),
        ("answered",),
        MINIMUM,
    ),
    Figure(
        "agreement",
        Said("复读一致", "Readings agree"),
        Said(
            "第二位审核员盲读后也判合格 ÷ 复读过的答复",
            "found fit by a second reviewer who did not know the first verdict ÷ replies read twice",
        ),
        "share",
        ("second_read_agreed",),
        ("second_read",),
        MINIMUM,
    ),
    Figure(
        "rounds",
        Said("平均轮次", "Rounds"),
        Said("办理轮次之和 ÷ 已答复", "rounds ÷ answered"),
        "average",
        ("rounds",),
        ("answered",),
        less=True,
    ),
    Figure(
        "late_rounds",
        Said("重办超期", "Late rounds"),
        Said(
            "退回重办超过时限的 ÷ 重办时限已到期或已办出的",
            "rounds after a return that ended late ÷ such rounds whose limit has passed or that ended",
        ),
        "share",
        ("redo_late",),
        ("redo_in_time", "redo_late"),
        MINIMUM,
        "redo",
        less=True,
    ),
    Figure(
        "solved",
        Said("解决率", "Solved"),
        Said(
            "来信人自己评为已解决 ÷ 自己参评的；部分解决另计",
            "rated as solved by the citizens themselves ÷ rated by them; partly solved counts apart",
        ),
        "share",
        ("solved:yes",),
        _SOLVED,
        MINIMUM,
    ),
    Figure(
        "solved_by_phone",
        Said("回访解决率", "Solved by phone"),
        Said(
            "回访时说已解决 ÷ 回访联系上并回答的；没联系上的不算",
            "said to be solved when called ÷ those who were reached and answered; the unreached do not count",
        ),
        "share",
        ("phone:yes",),
        _BY_PHONE,
        MINIMUM,
    ),
    Figure(
        "reached",
        Said("回访联系上", "Reached by phone"),
        Said("回访联系上的 ÷ 回访过的", "call-backs that reached somebody ÷ call-backs made"),
        "share",
        ("reached",),
        ("called_back",),
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
        less=True,
    ),
    Figure(
        "mean_days",
        Said("平均用时", "Mean time"),
        Said("从收到到答复的工作日之和 ÷ 已答复", "working days from receipt to answer ÷ answered"),
        "average",
        ("workdays",),
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
        less=True,
    ),
    Figure(
        "repeated",
        Said("重复率", "Repeated"),
        Said("两人确认为重复件的 ÷ 收到", "confirmed by two persons as a repeat ÷ received"),
        "share",
        ("repeated",),
        ("received",),
        MINIMUM,
        less=True,
    ),
    Figure(
        "yellow_cards",
        Said("黄牌", "Yellow cards"),
        Said("发给单位、没有撤销的黄牌", "yellow cards given to units and not revoked"),
        "count",
        ("card:yellow",),
        less=True,
    ),
    Figure(
        "red_cards",
        Said("红牌", "Red cards"),
        Said("发给单位、没有撤销的红牌", "red cards given to units and not revoked"),
        "count",
        ("card:red",),
        less=True,
    ),
    Figure(
        "excluded",
        Said("剔除", "Excluded"),
        Said("两人决定不计入比率的来信", "letters that two persons took out of the rates"),
        "count",
        (f"{EXCLUDED}received",),
        less=True,
    ),
    Figure(
        "reopened",
        Said("重新办理", "Reopened"),
        Said("重新办理 ÷ 已答复", "reopened ÷ answered"),
        "share",
        ("reopened",),
        ("answered",),
        MINIMUM,
        less=True,
    ),
    Figure(
        "kept",
        Said("承诺兑现", "Commitments kept"),
        Said(
            "兑现的 ÷ 有了结果的承诺：来信人说办好了才算，督查查实的可以改；来信人没有回答的不算",
            "kept ÷ commitments with an outcome, by the citizen's word or as supervision found",
        ),
        "share",
        ("commitments_kept",),
        ("commitments_kept", "commitments_partly", "commitments_broken"),
        MINIMUM,
    ),
)
BOTH_RATES = ("on_time", "unit_on_time", "first_pass", "solved", "satisfied")
"""Rates that are always shown twice: of everything, and without what two persons excluded (NORMS §4)."""
BY_CODE: Mapping[str, Figure] = {figure.code: figure for figure in FIGURES}
UNIT_FIGURES = (
    *("received", "answered", "on_time", "unit_on_time", "contacted", "first_pass", "sampled", "rounds", "late_rounds"),
    *("solved", "satisfied", "rated_share", "median_days", "objected", "repeated", "kept"),
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
    between = wilson(n, of) if figure.how == "share" and n <= of else None
    return Value(figure, n, of, n / of if of else None, of >= figure.minimum, between)


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


def without_excluded(sums: Mapping[str, int]) -> dict[str, int]:
    """The measures without those of excluded cases."""
    return {m: n - sums.get(EXCLUDED + m, 0) for m, n in sums.items() if not m.startswith(EXCLUDED)}


def plain(sums: Mapping[str, int], *, imported: bool = False) -> dict[str, int]:
    """The measures without those of imported cases, or with them added where somebody asked for them."""
    kept = {m: n for m, n in sums.items() if not m.startswith(IMPORTED)}
    if imported:
        for measure, n in sums.items():
            if measure.startswith(IMPORTED):
                own = measure.removeprefix(IMPORTED)
                kept[own] = kept.get(own, 0) + n
    return kept
