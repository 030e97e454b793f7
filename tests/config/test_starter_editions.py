"""The starter editions read as the hub reads them, and say what the design asks of them."""

import re
import string
import tomllib
from pathlib import Path
from typing import Any

import pytest

from config import starter
from hub.kinds import Kind, read_kinds
from hub.units import Directory, read_units

CONFIG = Path(__file__).parents[2] / "config"
PLACEHOLDERS = {"number", "title", "unit", "due", "link", "code", "reason", "question", "days", "phone", "result"}
# fmt: off
CITIZEN_NOTICES = {
    "excluded",
    "received_by_unit",
    "received", "accepted", "dispatched", "need_fix", "rejected", "lapsed", "answered", "answer_body", "interim",
    "redo_due", "extended", "new_due", "question", "overdue", "rate_invite", "rated", "reopened", "reopen_refused",
    "closed", "withdrawn", "transferred", "merged", "dictated", "message_added", "message_after_answer", "published",
    "corrected", "due_moved",
    "call_question", "done_question", "told_done", "stands",
    "code_renewed",
}
FOR_OFFICERS = {"channel", "record", "what", "n", "due_today", "late", "writers", "bulletin", "period"}
OFFICER_NOTICES = {
    "returned_often", "returned_twice", "reading_differs", "talk_called", "card_given", "card_appealed", "card_decided",
    "exclusion_asked",
    "assigned", "returned", "contested", "contest_decided", "review_waiting", "remind", "overdue_staff", "urge",
    "urgent", "phone_task", "message_from_citizen", "question_answered", "new_limit", "extension_asked",
    "extension_decided", "reopen_asked", "publication_waiting", "undeliverable", "answered_followers",
    "reason_given", "record_due", "record_late", "listed", "call_back", "veto", "site_publication",
    "site_statistics", "digest", "work_list", "due_moved_staff", "mentioned", "topic_surge", "put_aside",
    "not_solved", "officer_away",
    "bulletin_drawn", "bulletin_checked", "bulletin_back", "bulletin_released", "bulletin_late",
    "advice_given", "advice_answered", "advice_agreed", "advice_ended", "advice_due", "advice_late",
}
# fmt: on
FILLED = {
    "number": "2026-001234",
    "title": "",
    "unit": "区市场监管局",
    "due": "12月31日（星期四）",
    "link": "https://minxin.example/t",
    "code": "384 920 175 663",
    "reason": "Q4",
    "question": "",
    "days": "12",
    "phone": "0555-0102484",
    "result": "不同意",
    "was": "12月30日（星期三）",
    "record": "延期申请",
    "what": "已超期",
    "n": "58",
    "due_today": "12",
    "bulletin": "月度通报",
    "period": "2026-02",
    "late": "104",
    "writers": "12",
    "channel": "telegram",
}
FILLED_EN = FILLED | {
    "unit": "Market Supervision Bureau",
    "was": "Wednesday 30 December",
    "due": "Thursday 31 December",
    "result": "not agreed",
}
HUB_CLOCKS = {
    "intake",
    "fix",
    "dispatch",
    "sign",
    "main",
    "unit",
    "contest",
    "review",
    "redo",
    "rating",
    "call_back",
} | {
    "extension",
    "reopen_request",
    "appeal",
}
MAIN = {
    "consult": ("5wd", "4wd"),
    "help": ("7wd", "6wd"),
    "complaint": ("15wd", "14wd"),
    "suggest": ("15wd", "14wd"),
    "report_violation": ("15wd", "14wd"),
    "report_staff": ("15cd+roll", "14cd+roll"),
}
DIGITS = re.compile(r"0\d{2,3}-\d{7,8}")


def load(name: str) -> Any:
    return tomllib.loads((CONFIG / name).read_text(encoding="utf-8"))


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.fixture(scope="module")
def directory() -> Directory:
    return read_units(load("units.toml"), 1)


@pytest.fixture(scope="module")
def kinds() -> dict[str, Kind]:
    return read_kinds(starter.read()["kinds"])


# Units ------------------------------------------------------------------------------------------------------------


def test_the_district_has_its_forty_five_units(directory: Directory) -> None:
    assert len(directory.units) == 45
    assert directory.district == "清禾区"
    assert directory.desks == {"reception": "intake", "supervision": "supervision", "duty": "emergency"}


def test_every_unit_is_supervised_by_another_unit(directory: Directory) -> None:
    for code in directory.units:
        assert directory.supervisor_of(code) in directory.units
        assert directory.supervisor_of(code) != code
    assert directory.supervisor_of("supervision") == "discipline"
    assert directory.supervisor_of("discipline") == "organisation"
    assert directory.above("traffic_police") == ("traffic_police", "police")


def test_names_aliases_areas_and_phones_belong_to_one_unit_each(directory: Directory) -> None:
    for what in ("zh", "en", "short"):
        values = [getattr(u, what) for u in directory.units.values()]
        assert len(values) == len(set(values)), what
    for what in ("aliases", "areas", "phones"):
        each = [v for u in directory.units.values() for v in getattr(u, what)]
        assert len(each) == len(set(each)), what


def test_every_unit_has_topics_aliases_and_an_invented_phone(directory: Directory) -> None:
    for unit in directory.units.values():
        assert unit.topics, unit.code
        assert unit.aliases, unit.code
        assert len(unit.phones) == 1, unit.code
        assert re.fullmatch(r"0555-010\d{4}", unit.phones[0]), unit.code


def test_the_seven_streets_have_areas_of_their_own(directory: Directory) -> None:
    streets = [u for u in directory.units.values() if u.type == "street"]
    assert len(streets) == 7
    assert all(3 <= len(u.areas) <= 5 for u in streets)
    assert set(directory.areas.values()) == {u.code for u in streets}


# Kinds ------------------------------------------------------------------------------------------------------------


def test_the_seven_kinds_read_and_carry_the_name_of_their_file(kinds: dict[str, Kind]) -> None:
    assert set(kinds) == {*MAIN, "praise"}
    assert {p.stem for p in (CONFIG / "kinds").glob("*.toml")} == set(kinds)
    assert {k.machine for k in kinds.values()} == {"letter"}


def test_every_clock_has_a_known_ladder_and_a_source(kinds: dict[str, Kind]) -> None:
    ladders = set(load("ladders.toml"))
    for kind in kinds.values():
        for clock in kind.clocks.values():
            assert clock.ladder in ladders, f"{kind.code}.{clock.name}"
            assert clock.source, f"{kind.code}.{clock.name}"


@pytest.mark.parametrize("code", sorted(MAIN))
def test_a_kind_has_every_clock_and_a_unit_limit_a_day_shorter(code: str, kinds: dict[str, Kind]) -> None:
    clocks = kinds[code].clocks
    assert set(clocks) - {"first_contact", "publication", "veto"} == HUB_CLOCKS
    assert (str(clocks["main"].limit), str(clocks["unit"].limit)) == MAIN[code]


def test_thanks_need_no_reply_no_review_and_no_rating(kinds: dict[str, Kind]) -> None:
    praise = kinds["praise"]
    assert set(praise.clocks) == {"intake"}
    assert praise.review.mode == "none"
    assert not praise.rating
    assert not praise.reopen


def test_complaints_about_persons_are_confidential(kinds: dict[str, Kind]) -> None:
    assert kinds["complaint"].level == {"matter": "private", "service": "confidential", "misconduct": "confidential"}
    assert kinds["report_violation"].level == {"matter": "confidential"}


def test_reports_on_officials_are_sealed_and_never_published(kinds: dict[str, Kind]) -> None:
    kind = kinds["report_staff"]
    assert kind.sealed
    assert kind.sealed_to == ("discipline", "supervision")
    assert not kind.publishable
    assert kind.anonymous_allowed
    assert kind.aims == ("misconduct",)
    assert {f.name for f in kind.fields if f.required} == {"who", "which_unit"}


def test_a_refusing_result_asks_for_its_reason(kinds: dict[str, Kind]) -> None:
    complaint = {r.zh: r.needs_reason for r in kinds["complaint"].results}
    assert complaint == {"属实": False, "部分属实": False, "不属实": True, "无法核实": True}
    suggest = {r.zh: r.needs_reason for r in kinds["suggest"].results}
    assert suggest == {"采纳": False, "部分采纳": True, "留作参考": True, "不采纳": True}


def test_consults_are_sampled_and_the_rest_is_read_whole(kinds: dict[str, Kind]) -> None:
    consult = kinds["consult"].review
    assert (consult.mode, consult.share) == ("sample", 0.2)
    assert set(consult.always_when) == {"checks", "late", "refusal"}
    assert all(kinds[c].review.mode == "all" for c in MAIN if c != "consult")


def test_every_question_of_a_form_speaks_both_languages(kinds: dict[str, Kind]) -> None:
    for kind in kinds.values():
        for field in kind.fields:
            for words in (field.zh, field.en, field.hint_zh, field.hint_en):
                assert words, f"{kind.code}.{field.name}"


# Checklist --------------------------------------------------------------------------------------------------------


def test_the_checklist_has_the_coded_reasons_in_both_languages() -> None:
    checklist = load("checklist.toml")
    assert [r["code"] for r in checklist["review"]] == [f"Q{n}" for n in range(1, 16)]
    assert {"review", "reject", "stop", "withhold", "questions"} <= set(checklist)
    for group, rows in checklist.items():
        codes = [row["code"] for row in rows]
        assert len(codes) == len(set(codes)), group
        for row in rows:
            assert row["zh"], f"{group} {row['code']}"
            assert row["en"], f"{group} {row['code']}"
            assert row["hint"], f"{group} {row['code']}"


def test_every_refusal_says_where_to_go_with_numbers_of_the_directory(directory: Directory) -> None:
    phones = {p for u in directory.units.values() for p in u.phones}
    for row in load("checklist.toml")["reject"]:
        assert row["where_zh"], row["code"]
        assert row["where_en"], row["code"]
        assert set(DIGITS.findall(row["where_zh"] + row["where_en"])) <= phones, row["code"]


def test_the_reviewers_questions_lead_to_every_coded_reason() -> None:
    checklist = load("checklist.toml")
    led_to = {code for q in checklist["questions"] for code in q["reasons"]}
    assert led_to == {row["code"] for row in checklist["review"]} - {"Q8"}  # lateness is read off the clock


# Texts ------------------------------------------------------------------------------------------------------------


def test_every_notice_exists_once_for_its_audience() -> None:
    notices = load("texts/notices.toml")
    assert {n for n, t in notices.items() if t["audience"] == "citizen"} == CITIZEN_NOTICES
    assert {n for n, t in notices.items() if t["audience"] == "officer"} == OFFICER_NOTICES


@pytest.mark.parametrize("name", sorted(CITIZEN_NOTICES | OFFICER_NOTICES))
def test_a_notice_speaks_both_languages_with_known_placeholders(name: str) -> None:
    notice = load("texts/notices.toml")[name]
    allowed = PLACEHOLDERS | ({"reply"} if name == "answer_body" else set())
    allowed |= {"was"} if name.startswith("due_moved") else set()
    allowed |= FOR_OFFICERS if notice["audience"] == "officer" else set()
    for part in ("subject", "body", "sms"):
        for lang in ("zh", "en"):
            text = notice[f"{lang}_{part}"]
            assert text.strip()
            assert slots(text) <= allowed
        assert slots(notice[f"zh_{part}"]) == slots(notice[f"en_{part}"])
    assert "！" not in "".join(notice.values())


@pytest.mark.parametrize("name", sorted(CITIZEN_NOTICES | OFFICER_NOTICES))
def test_a_text_message_fits_into_one(name: str) -> None:
    notice = load("texts/notices.toml")[name]
    assert len(notice["zh_sms"].format(**FILLED)) <= 70
    assert len(notice["en_sms"].format(**FILLED_EN)) <= 160


def test_no_text_message_and_no_officer_notice_tells_what_a_letter_says() -> None:
    for name, notice in load("texts/notices.toml").items():
        for part, text in notice.items():
            if part.endswith("_sms") or notice["audience"] == "officer":
                assert not slots(text) & {"title", "question", "reply"}, name
            if notice["audience"] == "officer":
                assert "code" not in slots(text), name


def test_reply_templates_ask_for_exactly_what_they_use(kinds: dict[str, Kind]) -> None:
    templates = load("texts/templates.toml")["templates"]
    assert 8 <= len(templates) <= 10
    for template in templates:
        assert slots(template["body"]) == {f["name"] for f in template["fields"]}, template["code"]
        assert set(template["kinds"]) <= set(kinds), template["code"]
        assert template["type"] in ("final", "interim", "explanation"), template["code"]
        assert set(template["states"]) <= {"working", "redo", "reopened"}, template["code"]
