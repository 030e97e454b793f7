"""Rule sets: each limit of the law once with its golden date, the version of the day, and what a check refuses."""

import copy
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import starter
from hub.calendar import read_calendar
from hub.clocks import LedgerEvent, append, due_at, due_day, due_if_resumed
from hub.configure import check
from hub.daylines import explain
from hub.kinds import read_kind, read_kinds
from hub.limits import Limit, Until, parse_limit, read_allowed
from hub.rulesets import asked_rule, read_rule_sets
from routing.rules import read_rules

STARTER = starter.read()
CALENDAR = read_calendar(STARTER["calendar"], 1)
SETS = read_rule_sets(STARTER["kinds"]["rule_sets"])
KINDS = read_kinds(STARTER["kinds"])
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def last_day(limit: Limit, start: str) -> date:
    due = due_at((LedgerEvent(at(start), "start", limit),), CALENDAR)
    assert due is not None
    return due_day(due, CALENDAR)


# Each row of NORMS §2 once: rule, day on which it is asked, limit, word of its source, and a golden date of NORMS §6.
ROWS = (
    ("petitions.register", "2026-09-16", "15cd+roll", "第二十二条", "2026-10-08"),
    ("petitions.inform", "2026-02-01", "15cd+roll", "第二十三条", "2026-02-24"),
    ("petitions.object", "2026-02-13", "5wd", "第二十三条", "2026-02-27"),
    ("petitions.decide", "2026-08-02", "60cd+roll", "第三十四条", "2026-10-08"),
    ("petitions.recheck_ask", "2026-09-01", "30cd+roll", "第三十五条", "2026-10-08"),
    ("petitions.recheck", "2026-09-01", "30cd+roll", "第三十五条", "2026-10-08"),
    ("petitions.rereview_ask", "2026-09-01", "30cd+roll", "第三十六条", "2026-10-08"),
    ("petitions.rereview", "2026-09-01", "30cd+roll", "第三十六条", "2026-10-08"),
    ("petitions.register", "2009-09-16", "15cd+roll", "信访条例（2005）第二十一条", "2009-10-09"),
    ("petitions.inform", "2022-04-30", "15cd+roll", "信访条例（2005）第二十二条", "2022-05-16"),
    ("petitions.decide", "2009-08-02", "60cd+roll", "信访条例（2005）第三十三条", "2009-10-09"),
    ("disclosure.answer", "2026-02-13", "20wd", "第三十三条", "2026-03-19"),
    ("disclosure.correction", "2026-09-30", "7wd", "第三十条", "2026-10-15"),
    ("disclosure.third_party", "2026-09-30", "15wd", "第三十二条", "2026-10-27"),
    ("disclosure.other_organ", "2026-09-30", "15wd", "第三十四条", "2026-10-27"),
    ("disclosure.publish", "2026-09-30", "20wd", "第二十六条", "2026-11-03"),
    ("disclosure.answer", "2009-09-25", "15wd", "政府信息公开条例（2007）第二十四条", "2009-10-22"),
    ("permits.one_time_notice", "2026-04-30", "5wd", "第三十二条", "2026-05-11"),
    ("permits.decide", "2026-09-30", "20wd", "第四十二条", "2026-11-03"),
    ("permits.decide_jointly", "2026-09-30", "45wd", "第四十二条", "2026-12-08"),
    ("permits.first_look", "2026-02-13", "20wd", "第四十三条", "2026-03-19"),
    ("permits.hand_over", "2026-09-30", "10wd", "第四十四条", "2026-10-20"),
    ("hotline.consult", "2026-09-30", "2wd", "广东2022", "2026-10-09"),
    ("hotline.help", "2026-09-30", "10wd", "广东2022", "2026-10-20"),
    ("hotline.suggest", "2026-09-30", "10wd", "广东2022", "2026-10-20"),
    ("hotline.complaint", "2026-09-30", "15wd", "广东2022", "2026-10-27"),
    ("hotline.sign", "2026-09-18", "1wd", "蚌埠2019", "2026-09-20"),
    ("hotline.return", "2026-09-30", "2wd", "山东2020", "2026-10-09"),
    ("hotline.handle", "2026-09-24", "5wd", "山东2020", "2026-10-09"),
    ("hotline.progress", "2025-09-30", "5wd", "济南2018", "2025-10-14"),
    ("hotline.site_error", "2026-09-30", "3wd", "辽宁", "2026-10-10"),
    ("hotline.bad_review_contact", "2026-02-13", "1wd", "第五十二条", "2026-02-14"),
    ("hotline.bad_review_fix", "2026-09-30", "15wd", "四川", "2026-10-27"),
    ("beijing.grade_3", "2026-09-24", "7cd", "DB11/T 2021", "2026-10-01"),
    ("beijing.grade_4", "2026-09-16", "15cd", "DB11/T 2021", "2026-10-01"),
    ("letters.intake", "2026-09-30", "1wd", "本平台规定", "2026-10-08"),
    ("letters.main", "2026-09-30", "15wd", "本平台规定", "2026-10-27"),
)


@pytest.mark.parametrize(("name", "day", "limit", "source", "due"), ROWS)
def test_a_rule_gives_the_date_of_its_law(name: str, day: str, limit: str, source: str, due: str) -> None:
    ruled = asked_rule(name, date.fromisoformat(day), SETS)
    assert str(ruled.clock.limit) == limit
    assert source in ruled.clock.source
    assert ruled.clock.basis.en != ruled.clock.source
    assert last_day(ruled.clock.limit, f"{day}T10:00") == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("beijing.grade_1", "2026-09-18T19:00"),  # two hours run through the evening
        ("beijing.grade_2", "2026-09-19T17:00"),
        ("beijing.accept", "2026-09-20T10:30"),  # two office hours wait for Sunday's make-up morning
    ],
)
def test_hours_run_through_the_night_and_office_hours_do_not(name: str, due: str) -> None:
    limit = asked_rule(name, date(2026, 9, 18), SETS).clock.limit
    assert due_at((LedgerEvent(at("2026-09-18T17:00"), "start", limit),), CALENDAR) == at(due)


def test_what_arrives_out_of_hours_counts_its_office_hours_from_the_next_opening() -> None:
    limit = asked_rule("beijing.accept", date(2026, 2, 14), SETS).clock.limit
    for arrived in ("2026-02-14T17:30", "2026-02-14T22:00", "2026-02-18T03:00", "2026-02-24T09:00"):
        assert due_at((LedgerEvent(at(arrived), "start", limit),), CALENDAR) == at("2026-02-24T11:00")


@pytest.mark.parametrize(
    ("name", "most", "by"),
    [
        ("petitions.decide", "30cd", ("leader",)),
        ("disclosure.answer", "20wd", ("signer",)),
        ("permits.decide", "10wd", ("leader",)),
        ("permits.decide_jointly", "15wd", ("leader",)),
        ("hotline.handle", "10wd", ("supervisor",)),
        ("letters.main", "10wd", ("signer", "supervisor")),
    ],
)
def test_an_extension_is_bounded_and_somebody_is_named_for_it(name: str, most: str, by: tuple[str, ...]) -> None:
    extension = asked_rule(name, date(2026, 3, 2), SETS).clock.extension
    assert extension is not None
    assert (str(extension.most), extension.by) == (most, by)


# The version of the day


@pytest.mark.parametrize(
    ("day", "since", "limit"),
    [
        ("2008-05-01", "2008-05-01", "15wd"),
        ("2019-05-14", "2008-05-01", "15wd"),
        ("2019-05-15", "2019-05-15", "20wd"),
        ("2030-01-01", "2019-05-15", "20wd"),
    ],
)
def test_a_new_law_counts_from_its_own_day(day: str, since: str, limit: str) -> None:
    ruled = asked_rule("disclosure.answer", date.fromisoformat(day), SETS)
    assert (ruled.since.isoformat(), str(ruled.clock.limit)) == (since, limit)


def test_before_the_first_version_there_is_no_rule_and_a_sentence_says_so() -> None:
    with pytest.raises(ValueError, match="2008-05-01"):
        asked_rule("disclosure.answer", date(2008, 4, 30), SETS)
    with pytest.raises(ValueError, match="没有规则 moon"):
        asked_rule("moon.answer", date(2026, 1, 1), SETS)
    with pytest.raises(ValueError, match="third_party"):
        asked_rule("disclosure", date(2026, 1, 1), SETS)


days = st.dates(date(1990, 1, 1), date(2040, 12, 31))
a_version = st.tuples(days, st.integers(1, 60), st.integers(1, 60))


@settings(max_examples=60)
@given(versions=st.lists(a_version, min_size=1, max_size=5, unique_by=lambda v: v[0]), day=days)
def test_a_kind_goes_by_the_newest_version_that_is_not_after_the_day(
    versions: list[tuple[date, int, int]], day: date
) -> None:
    def clocks(main: int, unit: int) -> dict[str, Any]:
        return {
            "main": {"limit": f"{main}wd", "source": f"第{main}条"},
            "unit": {"limit": f"{unit}wd", "source": f"第{unit}条"},
        }

    rows = [{"from": str(d), "law": "法", "law_en": "Law", "clocks": clocks(m, u)} for d, m, u in versions]
    sets = read_rule_sets([{"code": "law", "zh": "法", "en": "Law", "versions": rows}])
    suggest = next(k for k in STARTER["kinds"]["kinds"] if k["code"] == "suggest")
    row = {**suggest, "rule_set": "law", "leaves_out": [], "clocks": {"unit": {"limit": "7cd"}}, "rating": False}
    kind = read_kind(row, sets).on(day)

    started = [v for v in versions if v[0] <= day] or [min(versions)]  # older than every rule: the oldest
    _, main, unit = max(started)
    assert str(kind.clocks["main"].limit) == f"{main}wd"
    assert (str(kind.clocks["unit"].limit), kind.clocks["unit"].source) == ("7cd", f"第{unit}条")


def test_a_report_on_staff_of_2010_was_told_under_the_rules_of_2005() -> None:
    kind = KINDS["report_staff"]
    assert "2005" in kind.on(date(2010, 3, 1)).clocks["main"].source
    assert "2022" in kind.on(date(2026, 3, 1)).clocks["main"].source
    assert kind.on(date(2026, 3, 1)) is kind


def test_a_kind_changes_single_clocks_and_shares_the_others() -> None:
    consult, suggest = KINDS["consult"], KINDS["suggest"]
    assert consult.clocks["intake"] == suggest.clocks["intake"]
    assert [str(k.clocks["main"].limit) for k in (consult, suggest)] == ["5wd", "15wd"]
    assert consult.clocks["unit"].source == suggest.clocks["unit"].source
    assert "first_contact" not in consult.clocks
    assert [(g.code, str(g.rule.limit), g.rule.ladder) for g in KINDS["help"].grades] == [
        ("I", "2h", "main"),
        ("II", "24h", "main"),
        ("III", "7cd", "main"),
        ("IV", "15cd", "main"),
    ]


# What a check refuses


def _first(content: Mapping[str, Any], code: str) -> Any:
    return next(s for s in content["rule_sets"] if s["code"] == code)


def _kind(content: Mapping[str, Any], code: str) -> Any:
    return next(k for k in content["kinds"] if k["code"] == code)


def _twice_from_one_day(kinds: Any) -> None:
    versions = _first(kinds, "disclosure")["versions"]
    versions[0]["from"] = versions[1]["from"]


def _no_source(kinds: Any) -> None:
    del _first(kinds, "permits")["versions"][0]["clocks"]["decide"]["article"]


FAULTS = (
    (_twice_from_one_day, ("disclosure", "2019-05-15")),
    (_no_source, ("permits", "decide")),
    (lambda k: _first(k, "permits")["versions"][0]["clocks"]["decide"].update(limit="20 days"), ("permits", "20 days")),
    (lambda k: _first(k, "letters")["versions"][0]["clocks"]["intake"].update(ladder="nowhere"), ("intake", "nowhere")),
    (lambda k: _first(k, "petitions")["versions"][0]["clocks"].pop("inform"), ("report_staff", "2005-05-01")),
    (lambda k: _kind(k, "help")["grades"][0].update(rule="beijing.grade_9"), ("help", "grade_9")),
    (lambda k: _kind(k, "help").update(rule_set="moon"), ("help", "moon")),
    (lambda k: _kind(k, "consult").update(leaves_out=["moon"]), ("consult", "moon")),
    (lambda k: k["rule_sets"].append(_first(k, "letters")), ("letters", "两次")),
    (lambda k: _first(k, "letters")["versions"].clear(), ("letters", "版本")),
    (lambda k: _first(k, "letters")["versions"][0]["clocks"]["main"].update(counts_from="moon"), ("main", "moon")),
    (lambda k: _first(k, "letters")["versions"][0]["clocks"]["main"].update(colour="red"), ("main", "colour")),
    (
        lambda k: _first(k, "letters")["versions"][0]["clocks"]["main"]["extension"].update(by=["moon"]),
        ("main", "supervisor"),
    ),
    (lambda k: _first(k, "letters")["versions"][0]["clocks"]["redo"].update(at_least_rest_of="moon"), ("redo", "moon")),
    (lambda k: _first(k, "letters")["versions"][0]["clocks"]["unit"].update(ahead="24h"), ("unit", "1wd")),
    (lambda k: _first(k, "letters").pop("zh"), ("letters", "zh")),
)


@pytest.mark.parametrize(("change", "named"), FAULTS)
def test_a_fault_of_a_rule_set_is_told_by_its_place(change: Any, named: tuple[str, ...]) -> None:
    content = copy.deepcopy(STARTER)
    change(content["kinds"])
    told = [fault for fault in check(content, read_rules) if all(word in fault for word in named)]
    assert told


# A disclosure, as a ledger: correction, third party, extension (政府信息公开条例 2019, 30 to 34)


def test_a_correction_lets_the_answer_be_counted_anew() -> None:
    answer = asked_rule("disclosure.answer", date(2026, 2, 13), SETS).clock
    ledger = append((), LedgerEvent(at("2026-02-13T10:00"), "start", answer.limit))
    assert due_at(ledger, CALENDAR) == at("2026-03-20T00:00")
    ledger = append(ledger, LedgerEvent(at("2026-02-26T15:00"), "restart", None, "收到补正"))
    assert due_at(ledger, CALENDAR) == at("2026-03-26T00:00")


def test_the_time_of_a_third_party_is_left_out_whole() -> None:
    answer = asked_rule("disclosure.answer", date(2026, 2, 13), SETS).clock
    ledger = append((), LedgerEvent(at("2026-02-13T10:00"), "start", answer.limit))
    asked = append(ledger, LedgerEvent(at("2026-03-02T10:00"), "pause", None, "征求第三方意见"))
    assert due_at(asked, CALENDAR) is None
    assert due_if_resumed(asked, CALENDAR, at("2026-03-02T18:00")) == at("2026-03-20T00:00")
    assert answer.pause is not None
    silent = last_day(answer.pause, "2026-03-02T10:00")  # the third party says nothing: the organ decides itself
    assert silent == date(2026, 3, 23)
    resumed = append(asked, LedgerEvent(CALENDAR.midnight_after(silent), "resume"))
    assert due_at(resumed, CALENDAR) == at("2026-04-14T00:00")
    rest = [line for line in explain(resumed, CALENDAR) if "征求第三方意见" in line.why]
    assert (rest[0].day, rest[-1].day) == (date(2026, 3, 2), silent)


def test_an_extension_of_an_answer_counts_on_after_a_rest_and_only_before_the_limit() -> None:
    answer = asked_rule("disclosure.answer", date(2026, 2, 13), SETS).clock
    assert answer.extension is not None
    ledger = append((), LedgerEvent(at("2026-02-13T10:00"), "start", answer.limit))
    longer = append(ledger, LedgerEvent(at("2026-03-19T23:59"), "extend", answer.extension.most))
    assert due_at(longer, CALENDAR) == at("2026-04-18T00:00")
    too_late = append(ledger, LedgerEvent(at("2026-03-20T00:00"), "extend", answer.extension.most))
    assert due_at(too_late, CALENDAR) == at("2026-03-20T00:00")


# A date that somebody outside set


def test_a_date_set_outside_is_kept_to_the_minute_and_read_back() -> None:
    until = Until(at("2026-03-05T18:00"))
    assert read_allowed(str(until)) == until
    assert read_allowed(str(parse_limit("5wd"))) == parse_limit("5wd")
    assert read_allowed("") is None
    ledger = (LedgerEvent(at("2026-02-13T10:00"), "start", until),)
    assert due_at(ledger, CALENDAR) == until.moment
    lines = explain(ledger, CALENDAR)
    assert (lines[0].why, lines[-1].day) == ("收到当天不计", date(2026, 3, 5))
    assert lines[-1].count == CALENDAR.count_workdays(date(2026, 2, 13), date(2026, 3, 5))
    assert not any(
        line.provisional for line in explain((LedgerEvent(at("2030-01-01T10:00"), "start", until),), CALENDAR)
    )


@settings(max_examples=80)
@given(
    hours=st.integers(1, 5000),
    later=st.lists(st.tuples(st.integers(1, 400), st.sampled_from(["pause", "resume", "met"])), max_size=6),
)
def test_a_date_set_outside_does_not_move_whatever_happens_to_the_clock(hours: int, later: list[Any]) -> None:
    start = at("2026-01-05T10:00")
    until = Until(start + timedelta(hours=hours))
    ledger: tuple[LedgerEvent, ...] = (LedgerEvent(start, "start", until),)
    moment = start
    for passed, what in later:
        moment += timedelta(hours=passed)
        ledger = (*ledger, LedgerEvent(moment, what))
        assert due_at(ledger, CALENDAR) in (until.moment, None)
    extended = due_at((*ledger[:1], LedgerEvent(start, "extend", parse_limit("5wd"))), CALENDAR)
    assert extended is not None
    assert extended > until.moment
