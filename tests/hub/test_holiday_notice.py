"""The holiday notice: read in every wording of twenty years, refused by name where it does not fit."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import starter
from hub.calendar import read_calendar
from hub.errors import Invalid
from hub.holiday_notice import SEVEN, read_notice
from tests.hub.notices import COMING, LISTS, whole

STARTER: dict[str, Any] = starter.read()["calendar"]
NOTICE = whole(LISTS[2026], 2026)
WEEKDAYS = "一二三四五六日"


def days_of(table: dict[str, Any], year: int) -> list[tuple[date, bool]]:
    """Which days are worked, from the December before to November: what one notice speaks of."""
    years = {str(year - 1): without_december(STARTER["years"][str(year - 1)]), str(year): table}
    calendar = read_calendar({**STARTER, "years": years}, 1)
    first = date(year - 1, 12, 1)
    return [(day, calendar.is_workday(day)) for day in (first + timedelta(days=n) for n in range(365))]


def without_december(table: dict[str, Any]) -> dict[str, Any]:
    """A year of the file without the New Year's days of the next notice, which the file keeps under the old year."""
    return {**table, "holidays": [h for h in table["holidays"] if h["name"] != "元旦" or "-12-" not in str(h)]}


def as_noticed(year: int) -> dict[str, Any]:
    """A year of the file with the days of December that its notice names."""
    before = [h for h in STARTER["years"][str(year - 1)]["holidays"] if h["name"] == "元旦" and "-12-" in str(h)]
    table = without_december(STARTER["years"][str(year)])
    return {**table, "holidays": [*before, *table["holidays"]]}


@pytest.mark.parametrize("year", LISTS)
def test_the_days_of_a_notice_are_the_days_of_the_calendar(year: int) -> None:
    found = read_notice(whole(LISTS[year], year))
    assert found.year == year
    assert days_of(found.table, year) == days_of(as_noticed(year), year)


@pytest.mark.parametrize("year", [2010, 2024, 2026])
def test_a_notice_becomes_its_year_of_the_calendar_file(year: int) -> None:
    assert read_notice(whole(LISTS[year], year)).table == STARTER["years"][str(year)]


def test_a_make_up_day_in_the_old_year_is_kept_with_the_new_one() -> None:
    found = read_notice(whole(LISTS[2012], 2012)).table["holidays"][0]
    assert found == {"name": "元旦", "first": "2012-01-01", "last": "2012-01-03", "workdays": ["2011-12-31"]}


def test_the_year_to_come_can_be_read() -> None:
    assert read_notice(whole(COMING, 2027)).year == 2027


@pytest.mark.parametrize(
    "spelled",
    [
        NOTICE.replace("（", "(").replace("）", ")").replace("，", ",").replace("：", ":"),
        NOTICE.translate({ord(d): chr(ord(d) + 0xFEE0) for d in "0123456789"}),
        NOTICE.replace("\n", "\n\n　　"),
        NOTICE.replace("周", "星期").replace("星期日", "星期天"),
        NOTICE.replace("放假，共", "放 假， 共"),
        NOTICE.replace("1月1日（周四）至3日", "1月1日（周四）—3日"),
        NOTICE.replace("部分节假日", "\n部分节假日"),
        LISTS[2026].strip().join(["现将2026年元旦等节日的安排通知如下：\n", "\n（此件公开发布）"]),
    ],
)
def test_other_spellings_of_the_same_notice_read_the_same(spelled: str) -> None:
    assert read_notice(spelled).table == STARTER["years"]["2026"]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("2026年", "今年", "看不出是哪一年"),
        ("关于2026年", "关于2027年", "年份不一致"),
        ("1月4日（周日）上班", "1月4日（周六）上班", "2026-01-04不是周六"),
        ("共9天", "共8天", "天数与起止日期不符：“共8天”"),
        ("6日（周一）放假，共3天", "6日（周一）放假2天", "天数与起止日期不符"),
        ("五、端午节：6月19日（周五）至21日（周日）放假，共3天。\n", "", "缺少端午节"),
        ("六、中秋节", "六、端午节", "端午节写了两次"),
        ("5月9日（周六）上班", "5月8日（周五）上班", "2026-05-08不是周六或周日"),
        ("2月14日（周六）", "2月15日（周日）", "2026-02-15写了两次，或既放假又上班"),
        ("5月9日（周六）上班。", "5月9日（周六）上班。职工可以轮休。", "看不懂这一句：“职工可以轮休”"),
        ("10月10日（周六）上班", "10月10日（周六）值班", "看不懂这一句：“9月20日(周日)、10月10日(周六)值班”"),
        ("1月4日（周日）上班", "1月4日（大雪、周日）上班", "看不懂括号里的“大雪”"),
        ("1月4日（周日）上班", "1月4日（周日上班", "括号不成对"),
        ("6月19日（周五）至21日（周日）", "2月30日至3月1日", "没有这一天"),
        ("1日（周四）至7日（周三）放假调休，共7天", "2日（周五）至7日（周三）放假调休，共6天", "2026-10-01应当放假"),
        ("4日（周六）至6日（周一）放假，共3天", "8日放假，与周末连休", "挨不着周末"),
        ("4日（周六）至6日（周一）放假，共3天", "6日（周一）至4日（周六）放假", "起止日期不对"),
        ("一、元旦：1月1日", "一、元旦：1日", "看不出是几月"),
        ("节假日期间，", "节假日期间，10月8日上班，", "正文之后还有一句"),
        ("共5天。5月9日", "共5天，不调休。5月9日", "写了不调休"),
        ("七、国庆节：", "七、国庆日：", "看不懂这一句"),
        (LISTS[2026].strip(), "", "没有找到"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(old: str, new: str, named: str) -> None:
    text = NOTICE.replace(old, new)
    assert text != NOTICE
    with pytest.raises(Invalid) as refused:
        read_notice(text)
    assert named in refused.value.zh
    assert refused.value.fields["notice"].en


def test_text_without_end_is_refused_at_once() -> None:
    with pytest.raises(Invalid, match="too long"):
        read_notice(NOTICE * 100)


# Random years in the fixed wording


def told(day: date, year: int) -> str:
    return f"{'' if day.year == year else f'{day.year}年'}{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


ANCHORS = ((1, 1), (2, 6), (4, 4), (5, 1), (6, 10), (9, 12), (10, 1))


@st.composite
def years(draw: st.DrawFn) -> tuple[int, dict[str, Any], str]:
    """A year, its table, and the notice that announces it."""
    year = draw(st.integers(2008, 2100))
    rows, lines, taken = [], [], set[date]()
    for number, name, anchor in zip("一二三四五六七", SEVEN, ANCHORS, strict=True):
        first = date(year, *anchor)
        last = first + timedelta(days=draw(st.integers(0, 8)))
        rest = {first + timedelta(days=n) for n in range((last - first).days + 1)}
        near = {first + timedelta(days=n) for n in range(-10, 14)}
        weekends = sorted(day for day in near - rest - taken if day.weekday() >= 5)
        work = sorted(draw(st.sets(st.sampled_from(weekends), max_size=3))) if weekends else []
        taken |= rest | set(work)
        row: dict[str, Any] = {"name": name, "first": first.isoformat()}
        stretch = told(first, year)
        if last != first:
            row["last"] = last.isoformat()
            stretch += "至" + told(last, year).removeprefix("" if last.month != first.month else f"{last.month}月")
        if work:
            row["workdays"] = [day.isoformat() for day in work]
        rows.append(row)
        lines.append(f"{number}、{name}：{stretch}放假{'调休' if work else ''}，共{(last - first).days + 1}天。")
        lines[-1] += f"{'、'.join(told(day, year) for day in work)}上班。" if work else ""
    source = f"国务院办公厅关于{year}年部分节假日安排的通知"
    return year, {"source": source, "announced": True, "holidays": rows}, whole("\n".join(lines), year)


@settings(max_examples=150, deadline=None)
@given(years())
def test_any_year_told_in_the_fixed_wording_reads_back(given_year: tuple[int, dict[str, Any], str]) -> None:
    year, table, text = given_year
    found = read_notice(text)
    assert (found.year, found.table) == (year, table)
