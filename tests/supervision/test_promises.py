"""Days that a reply promises, read from invented sentences; rules, past and requests are no promises."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from config.starter import plain
from hub.calendar import WorkCalendar, read_calendar
from supervision.checks.vague import _VAGUE
from supervision.promises import promises

WRITTEN = date(2026, 2, 11)
"""A Wednesday before the Spring Festival of 2026 (15 to 23 February); the Saturday before it is worked."""


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    path = Path(__file__).parents[2] / "config" / "calendar.toml"
    return read_calendar(plain(tomllib.loads(path.read_text("utf-8"))), 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("三盏灯预计6月底前完成更换。", date(2026, 6, 30)),
        ("物业将在本周五前修好门禁。", date(2026, 2, 13)),
        ("我们计划下周三前答复您。", date(2026, 2, 18)),
        ("下月10日前清理完毕。", date(2026, 3, 10)),
        ("我们将在三个工作日内回电告知结果。", date(2026, 2, 14)),
        ("确保年底前完工通车。", date(2026, 12, 31)),
        ("力争明年底建成投入使用。", date(2027, 12, 31)),
        ("预计2026年9月完成铺设。", date(2026, 9, 30)),
        ("计划4月中旬前拆除围挡。", date(2026, 4, 20)),
        ("承诺8月前全部整改到位。", date(2026, 7, 31)),
        ("已责令施工单位十五日内恢复路面。", date(2026, 2, 26)),
        ("预计上半年完成改造。", date(2026, 6, 30)),
        ("将于国庆节前开放新的入口。", date(2026, 9, 30)),
        ("确保春节前恢复供水。", date(2026, 2, 14)),
        ("预计两个月内安装路灯。", date(2026, 4, 11)),
        ("The lamps will be replaced by 30 June.", date(2026, 6, 30)),
        ("We will repair it by June 5, 2026.", date(2026, 6, 5)),
        ("The road will be opened by the end of March.", date(2026, 3, 31)),
        ("We shall answer within five working days.", date(2026, 2, 25)),
        ("It will be cleaned by Friday.", date(2026, 2, 13)),
        ("We plan to finish by the end of this year.", date(2026, 12, 31)),
    ],
)
def test_a_promise_is_found_with_its_day(text: str, day: date, calendar: WorkCalendar) -> None:
    assert [p.day for p in promises(text, WRITTEN, calendar)] == [day]


@pytest.mark.parametrize(
    "text",
    [
        "该工程已于2025年底完成。",
        "三盏灯已在2月3日更换。",
        "自受理之日起15个工作日内办结。",
        "请您于3月5日前到窗口办理。",
        "根据规定，收到材料后10个工作日内答复。",
        "我们将尽快彻底解决。",
        "春节后组织施工。",
        "《三年内完成改造计划》正在征求意见。",
        "原计划6月底前完成，因故推迟。",
        "这是市级兜底保障的项目。",
        "2月11日电话联系来信人并答复。",
        "The lamps were replaced on 3 February.",
        "The office opens within the market hall.",
    ],
)
def test_what_happened_what_rules_say_and_what_the_citizen_does_is_no_promise(
    text: str, calendar: WorkCalendar
) -> None:
    assert promises(text, WRITTEN, calendar) == ()


def test_several_days_stand_in_the_order_of_the_words_and_each_once(calendar: WorkCalendar) -> None:
    text = "计划3月底前开工，12月底前完工。现场公示：预计3月底前开工。"
    assert [p.day for p in promises(text, WRITTEN, calendar)] == [date(2026, 3, 31), date(2026, 12, 31)]


def test_no_text_makes_the_finder_raise(calendar: WorkCalendar) -> None:
    for text in (
        "将于2月30日前完成",
        "将于13月底前完成",
        "预计0月前完成",
        "将于9999年底完成",
        "将在999个月内完成",
        "将于2026年99月1日前办好",
    ):
        assert promises(text, WRITTEN, calendar) == (), text


@pytest.mark.parametrize("text", ["春节后组织施工", "节后安排", "年后再研究"])
def test_after_the_holiday_names_no_day_and_is_vague(text: str) -> None:
    assert _VAGUE.search(text)
    assert not _VAGUE.search("两年后复查")
