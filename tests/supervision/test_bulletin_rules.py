"""The rules behind bulletins, without a store: periods, grades by hand, sentences, and what the settings may say."""

from datetime import date
from typing import Any

import pytest

from config import starter
from hub.errors import Said
from supervision.board import Line
from supervision.bulletins.composing import TABLES as DRAWN
from supervision.bulletins.grading import TOO_FEW, Grade, grade
from supervision.bulletins.kinds import TABLES, read_bulletins
from supervision.bulletins.periods import Period, ended, period_of, read_period
from supervision.figures import UNIT_FIGURES, values

CONTENT: dict[str, Any] = starter.read()["texts"]["bulletins"]


@pytest.mark.parametrize(
    ("every", "day", "code", "before", "year_before"),
    [
        ("week", date(2026, 1, 1), "2026-W01", "2025-W52", "2025-W01"),
        ("week", date(2027, 1, 3), "2026-W53", "2026-W52", "2025-W52"),
        ("month", date(2026, 3, 31), "2026-03", "2026-02", "2025-03"),
        ("month", date(2028, 2, 29), "2028-02", "2028-01", "2027-02"),
        ("quarter", date(2026, 1, 5), "2026-Q1", "2025-Q4", "2025-Q1"),
        ("year", date(2026, 12, 31), "2026", "2025", "2025"),
    ],
)
def test_a_period_knows_its_code_and_its_neighbours(
    every: Any, day: date, code: str, before: str, year_before: str
) -> None:
    period = period_of(every, day)
    assert (period.code, period.before.code, period.year_before.code) == (code, before, year_before)
    assert read_period(every, code) == period
    assert period.since <= day <= period.until
    assert period_of(every, period.until) == period != period_of(every, date.fromordinal(period.until.toordinal() + 1))


@pytest.mark.parametrize(
    ("every", "code"), [("week", "2026-W54"), ("month", "2026-13"), ("quarter", "2026-Q5"), ("year", "x")]
)
def test_what_is_no_period_gets_a_sentence(every: Any, code: str) -> None:
    with pytest.raises(ValueError, match="No such period"):
        read_period(every, code)


def test_a_new_hub_speaks_of_the_last_period_alone_and_only_if_it_saw_its_end() -> None:
    today = date(2026, 5, 6)
    assert [p.code for p in ended("month", None, date(2026, 1, 9), today)] == ["2026-04"]
    assert list(ended("month", None, date(2026, 5, 1), today)) == []
    missed = ended("month", date(2026, 1, 31), date(2026, 1, 9), today)
    assert [p.code for p in missed] == ["2026-02", "2026-03", "2026-04"]


def line(**sums: int) -> Line:
    """A unit with these measures."""
    return Line("urban", values(UNIT_FIGURES, sums), 0)


def test_a_grade_is_what_a_hand_reckons() -> None:
    rule = read_bulletins(CONTENT).grading
    full = line(answered=40, unit_in_time=38, unit_late=2, first_reviewed=20, first_pass=15, rated=20, satisfied=18,
                **{"solved:yes": 16, "solved:no": 4})  # fmt: skip
    reached = grade(full, rule)
    # 35 × 0.95 + 25 × 0.75 + 20 × 0.8 + 20 × 0.9 = 33.25 + 18.75 + 16 + 18
    assert (reached.points, reached.weight) == (86.0, 100)
    # Wilson's formula: 38/40 between .8350 and .9862, 15/20 .5313 .8881, 16/20 .5840 .9193, 18/20 .6990 .9721
    assert (reached.between, reached.band) == ((68.2, 94.5), Said("合格", "Sufficient"))

    few_rated = line(answered=40, unit_in_time=38, unit_late=2, first_reviewed=20, first_pass=15, rated=9, satisfied=0)
    reached = grade(few_rated, rule)
    # nine ratings are too few to count: (33.25 + 18.75) of 60
    assert (reached.points, reached.weight, reached.band) == (86.7, 60, Said("合格", "Sufficient"))


def even(n: int, of: int) -> Grade:
    """The grade of a unit with the same share in every figure."""
    rated = {"solved:yes": n, "solved:no": of - n}
    shares = {"unit_in_time": n, "unit_late": of - n, "first_reviewed": of, "first_pass": n}
    return grade(line(answered=of, rated=of, satisfied=n, **shares, **rated), read_bulletins(CONTENT).grading)


def test_luck_with_few_cases_neither_leads_nor_fails() -> None:
    lucky, steady = even(12, 12), even(388, 400)
    assert lucky.points is not None
    assert steady.points is not None
    assert lucky.points > steady.points
    assert lucky.low < steady.low, "the order is that of the lower ends"
    assert (lucky.band.zh, steady.band.zh) == ("良", "优")
    assert (even(6, 12).band.zh, even(200, 400).band.zh) == ("合格", "不合格"), "only what is certain fails"


@pytest.mark.parametrize(
    "sums",
    [
        {"answered": 9, "unit_in_time": 30, "first_reviewed": 30, "first_pass": 30},
        {"answered": 30, "unit_in_time": 9, "first_reviewed": 30, "first_pass": 30},
        {},
    ],
)
def test_a_unit_with_few_cases_is_not_graded(sums: dict[str, int]) -> None:
    reached = grade(line(**sums), read_bulletins(CONTENT).grading)
    assert (reached.points, reached.band) == (None, TOO_FEW)


def test_every_table_that_a_part_may_name_is_drawn() -> None:
    assert set(TABLES) == set(DRAWN)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("bulletins", 0, "every"), "day", "every"),
        (("bulletins", 0, "due"), "01-31", "due"),
        (("bulletins", 3, "due"), "soon", "due"),
        (("bulletins", 0, "title_zh"), "{who}", "unknown word"),
        (("bulletins", 0, "title_en"), "{district", "brace"),
        (("bulletins", 0, "parts", 0, "tables"), ["pie"], "no such table"),
        (("bulletins", 0, "code"), "month", "twice"),
        (("bulletins", 0, "parts", 0, "code"), "a/b", "code"),
        (("grades", "weights"), {"satisfied": 90}, "100"),
        (("grades", "weights"), {"received": 100}, "no share"),
        (("grades", "bands"), [{"from": 50, "zh": "优", "en": "A"}], "down to 0"),
        (("floors",), {"median_days": 0.5}, "no share"),
        (("bulletins", 0, "parts"), None, "missing"),
    ],
)
def test_a_fault_in_the_settings_is_named(path: tuple[Any, ...], value: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_bulletins(changed(CONTENT, path, value))


def changed(content: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The content with one place changed; nothing else is touched."""
    if not path:
        return value
    at, *rest = path
    if isinstance(content, list):
        return [changed(one, tuple(rest), value) if n == at else one for n, one in enumerate(content)]
    return {**content, at: changed(content.get(at), tuple(rest), value)}


def test_the_last_day_for_a_release_is_counted_or_named() -> None:
    kinds = read_bulletins(CONTENT).kinds
    assert {code for code, kind in kinds.items() if kind.public} == {"month", "quarter", "year", "site"}
    year = Period("year", date(2026, 1, 1), date(2026, 12, 31))
    assert kinds["site"].last_day(date(2027, 1, 4), year.until, None) == date(2027, 1, 31)  # type: ignore[arg-type]
