"""The limits of a case in its life, on both engines: rest, extension, grade, outside dates, another round, breaches."""

import asyncio
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config import starter
from hub.case import Clock, Dossier
from hub.clocks import due_day, has_breached
from hub.errors import Invalid, NotNow, Refusal
from hub.intake import Received
from hub.office import Office
from hub.own import own_letter
from hub.people import Actor, citizen
from hub.reading import staff_case
from hub.storage import cases, journal, outbox
from hub.storage.contract import Store
from hub.submission import Contact
from hub.verify import verify
from supervision.patrol import sweep
from tests.builders import (
    GOOD_REPLY,
    HANDLER,
    RECEPTION,
    REVIEWER,
    SIGNER,
    SUPERVISOR,
    a_letter,
    an_office,
    an_officer,
)
from tests.conftest import FixedClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
HELP = {
    "kind": "help",
    "title": "楼里停暖气三天了",
    "body": "我们楼从周二起暖气就不热，家里有老人和孩子，打了电话也没有人来。",
    "fields": {"for_whom": "family"},
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    return await an_office(store, clock, tmp_path)


class Story:
    """One letter and those who work on it."""

    def __init__(self, office: Office, receipt: Received) -> None:
        self.office, self.receipt = office, receipt

    async def does(self, who: Actor, move: str, **values: Any) -> None:
        await self.office.act(self.receipt.number, move, values, who)

    async def cannot(self, who: Actor, move: str, **values: Any) -> Refusal:
        with pytest.raises((NotNow, Invalid)) as refused:
            await self.does(who, move, **values)
        return refused.value

    async def now(self) -> Dossier:
        dossier = await self.office.store.read(cases.dossier, self.receipt.case_id)
        assert dossier is not None
        return dossier

    async def clock(self, name: str) -> Clock:
        clock = (await self.now()).clock(name)
        assert clock is not None
        return clock

    async def last_day(self, name: str = "main") -> str:
        due = (await self.clock(name)).due_at
        assert due is not None
        return due_day(due, (await self.office.book()).calendar).isoformat()

    async def told(self, text: str) -> list[str]:
        rows = await self.office.store.read(outbox.of_case, self.receipt.case_id)
        return [str(r["recipient"]) for r in rows if r["text"] == text]


async def at_reception(office: Office, **changes: Any) -> Story:
    """A letter that reception has accepted and not yet given to anybody."""
    story = Story(office, await office.receive(a_letter(**changes)))
    assert not (await story.now()).case.unit, "routing was sure of this letter; take another one"
    await story.does(RECEPTION, "accept")
    return story


async def reaches_unit(office: Office, **changes: Any) -> Story:
    """A letter that reception gave to the urban bureau, if routing had not."""
    story = Story(office, await office.receive(a_letter(**changes)))
    if not (await story.now()).case.unit:
        await story.does(RECEPTION, "accept")
        await story.does(RECEPTION, "dispatch", unit="urban")
    return story


async def at_work(office: Office, **changes: Any) -> Story:
    story = await reaches_unit(office, **changes)
    await story.does(HANDLER, "sign")
    return story


# A rest for a question (DESIGN §6: first half, once a round, approved, bounded, reachable)


async def asks(story: Story) -> None:
    await story.does(HANDLER, "ask_citizen", question="是北门还是南门？")


async def test_a_rest_is_asked_for_in_the_first_half_of_the_working_time_only(
    office: Office, clock: FixedClock
) -> None:
    story = await at_work(office)
    await asks(story)
    clock.now = at("2026-03-06T10:00")  # nine of fifteen working days; the long rest of 春节 used up none of them
    assert "过半" in (await story.cannot(HANDLER, "request_pause", reason="等回答")).said.zh


async def test_a_long_holiday_does_not_use_up_the_first_half(office: Office, clock: FixedClock) -> None:
    story = await at_work(office)
    clock.now = at("2026-02-24T10:00")  # eleven of thirty calendar days are gone, but one working day
    await asks(story)
    await story.does(HANDLER, "request_pause", reason="等回答")
    assert (await story.now()).open("pause_request") is not None


async def test_a_rest_needs_a_second_person_and_comes_once_a_round(office: Office, clock: FixedClock) -> None:
    both = an_officer("兼审签", "handler@urban", "signer@urban")
    story = await at_work(office)
    await asks(story)
    await story.does(both, "request_pause", reason="等回答")
    assert "自己" in (await story.cannot(both, "approve_pause")).said.zh
    await story.does(SIGNER, "approve_pause")
    assert {(await story.clock(n)).phase for n in ("main", "unit")} == {"paused"}
    await story.does(citizen(story.receipt.case_id, 1), "add", text="是北门。")
    assert (await story.clock("main")).phase == "running"
    await asks(story)
    assert "每轮" in (await story.cannot(HANDLER, "request_pause", reason="再等")).said.zh

    await story.does(HANDLER, "draft", body=GOOD_REPLY, result="upheld")
    await story.does(SIGNER, "sign_off")
    await story.does(REVIEWER, "unqualified", reasons=["Q4"], comment="请写日期。")
    await story.does(HANDLER, "request_pause", reason="新的一轮，还是没有回答。")


async def test_a_rest_ends_by_itself_after_what_the_rules_give_it(office: Office, clock: FixedClock) -> None:
    story = await at_work(office)
    before = await story.last_day()
    await asks(story)
    await story.does(HANDLER, "request_pause", reason="等回答")
    await story.does(SIGNER, "approve_pause")
    pause = (await story.now()).open("pause")
    assert pause is not None
    assert pause.due_at == at("2026-02-28T00:00")  # five working days: the 14th, 24th to 27th
    clock.now = pause.due_at
    await sweep(office, clock.now)
    main = await story.clock("main")
    assert main.phase == "running"
    assert (before, await story.last_day()) == ("2026-03-12", "2026-03-19")
    assert (await verify(office)).findings == ()


async def test_a_letter_without_a_way_back_and_a_limit_of_law_do_not_rest(office: Office) -> None:
    story = await at_work(office, contact=Contact())
    await asks(story)
    assert "渠道" in (await story.cannot(HANDLER, "request_pause", reason="等回答")).said.zh


# Extension (asked before the limit, decided by whom the rules name, bounded, the citizen told in the same deed)


async def test_the_signer_decides_the_first_extension_the_supervision_office_the_second(office: Office) -> None:
    story = await at_work(office)
    await story.does(HANDLER, "request_extension", days=5, reason="配件要从外地发来。")
    assert "审签人" in (await story.cannot(SUPERVISOR, "approve_extension")).said.zh
    await story.does(SIGNER, "approve_extension")
    assert (await story.last_day(), await story.last_day("unit")) == ("2026-03-19", "2026-03-18")

    await story.does(HANDLER, "request_extension", days=5, reason="配件在路上坏了。")
    assert "督查员" in (await story.cannot(SIGNER, "approve_extension")).said.zh
    assert "督查员" in (await story.cannot(SIGNER, "refuse_extension", reason="不行")).said.zh
    await story.does(SUPERVISOR, "approve_extension")
    assert await story.last_day() == "2026-03-26"

    assert "2次" in (await story.cannot(HANDLER, "request_extension", days=1, reason="还要等。")).said.zh
    assert await story.told("extension_asked") == ["signer@urban", "supervisor@"]


async def test_two_signers_at_once_extend_once(office: Office) -> None:
    story = await at_work(office)
    await story.does(HANDLER, "request_extension", days=5, reason="配件要等。")
    second = an_officer("另一位审签", "signer@urban")
    both = (story.does(SIGNER, "approve_extension"), story.does(second, "approve_extension"))
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert [type(e) for e in ended if e is not None] == [NotNow]
    assert await story.last_day() == "2026-03-19"


async def test_all_extensions_together_stay_within_the_rules(office: Office) -> None:
    story = await at_work(office)
    for days in (0, 11):
        refused = await story.cannot(HANDLER, "request_extension", days=days, reason="配件要等。")
        assert isinstance(refused, Invalid)
        assert "10个工作日" in refused.fields["days"].zh
    await story.does(HANDLER, "request_extension", days=7, reason="配件要等。")
    await story.does(SIGNER, "approve_extension")
    refused = await story.cannot(HANDLER, "request_extension", days=4, reason="还要等。")
    assert isinstance(refused, Invalid)
    assert "1到3天" in refused.fields["days"].zh


async def test_the_citizen_reads_date_and_reason_of_an_extension_from_the_same_deed(
    office: Office, store: Store
) -> None:
    story = await at_work(office)
    await story.does(HANDLER, "request_extension", days=5, reason="配件要从外地发来。")
    book = await office.book()
    view = await store.read(own_letter, story.receipt.case_id, 1, book, office.clock())
    assert "配件" not in str(view.thread)
    await story.does(SIGNER, "approve_extension")
    view = await store.read(own_letter, story.receipt.case_id, 1, book, office.clock())
    assert "配件要从外地发来。" in [m.body for m in view.thread]
    rows = await store.read(outbox.of_case, story.receipt.case_id)
    (told,) = [json.loads(r["refs"]) for r in rows if r["text"] == "extended" and r["recipient"] == "party:1"]
    assert told["days"] == 5


async def test_an_extension_is_neither_asked_nor_granted_once_the_limit_has_passed(
    office: Office, clock: FixedClock
) -> None:
    story = await at_work(office)
    await story.does(HANDLER, "request_extension", days=5, reason="配件要等。")
    due = (await story.clock("main")).due_at
    assert due is not None
    clock.now = due
    assert "时限已过" in (await story.cannot(SIGNER, "approve_extension")).said.zh
    await sweep(office, clock.now)
    assert [o.state for o in (await story.now()).overlays if o.kind == "extension"] == ["refused"]
    assert "时限已过" in (await story.cannot(HANDLER, "request_extension", days=5, reason="配件要等。")).said.zh
    assert (await story.clock("main")).due_at == due


async def test_a_limit_of_law_is_not_extended_by_the_house(office: Office) -> None:
    story = Story(
        office,
        await office.receive(
            a_letter(
                kind="report_staff",
                aim="misconduct",
                place="",
                fields={"who": "管片的老王", "which_unit": "区城管局"},
                publish_consent=False,
            )
        ),
    )
    handler = an_officer("纪检", "handler@discipline")
    await story.does(handler, "sign")
    assert "不能延期" in (await story.cannot(handler, "request_extension", days=5, reason="还在查。")).said.zh
    await story.does(handler, "ask_citizen", question="哪一天？")
    assert "不能停表" in (await story.cannot(handler, "request_pause", reason="等回答")).said.zh


# Grades


async def test_the_limit_follows_the_grade_and_counts_from_the_dispatch(office: Office, clock: FixedClock) -> None:
    story = await at_reception(office, **HELP)
    assert await story.last_day() == "2026-03-02"  # seven working days, not graded
    clock.now = at("2026-02-13T15:00")
    await story.does(RECEPTION, "dispatch", unit="housing", grade="II")
    assert (await story.clock("main")).due_at == at("2026-02-14T15:00")
    assert (await story.clock("unit")).due_at == at("2026-02-14T15:00")

    clock.now = at("2026-02-13T16:00")
    await story.does(RECEPTION, "grade", grade="III")  # seven days from the same dispatch, the unit a day less
    assert (await story.last_day(), await story.last_day("unit")) == ("2026-02-20", "2026-02-19")
    assert await story.told("new_due") == ["party:1"]
    assert (await verify(office)).findings == ()


async def test_an_urgent_case_is_of_the_first_grade_unless_somebody_says_otherwise(office: Office) -> None:
    story = await at_reception(office, urgent=True, **HELP)
    await story.does(RECEPTION, "dispatch", unit="housing")
    assert (await story.clock("main")).due_at == at("2026-02-13T12:00")
    milder = await at_reception(office, key="key-2", urgent=True, **HELP)
    await milder.does(RECEPTION, "dispatch", unit="housing", grade="IV")
    assert await milder.last_day() == "2026-02-28"


async def test_a_grade_does_not_excuse_a_limit_that_has_passed(office: Office, clock: FixedClock) -> None:
    story = await at_reception(office, **HELP)
    due = (await story.clock("main")).due_at
    assert due is not None
    clock.now = due + timedelta(hours=10)
    await sweep(office, clock.now)
    await story.does(RECEPTION, "dispatch", unit="housing", grade="IV")
    main = await story.clock("main")
    assert (main.due_at, has_breached(main.ledger)) == (due, True)
    assert "时限已过" in (await story.cannot(RECEPTION, "grade", grade="IV")).said.zh


async def test_a_kind_without_grades_takes_none(office: Office) -> None:
    story = await reaches_unit(office)
    assert "不分级" in (await story.cannot(RECEPTION, "grade", grade="I")).said.zh


# A date set outside


async def test_an_order_of_the_city_keeps_its_date_and_the_department_ends_a_working_day_before(
    office: Office, clock: FixedClock
) -> None:
    story = await at_work(office, outside_due=at("2026-03-06T00:00"))
    main = await story.clock("main")
    assert (main.due_at, await story.last_day(), await story.last_day("unit")) == (
        at("2026-03-06T00:00"),
        "2026-03-05",
        "2026-03-04",
    )
    await asks(story)
    assert "派单单位" in (await story.cannot(HANDLER, "request_pause", reason="等回答")).said.zh
    assert "派单单位" in (await story.cannot(HANDLER, "request_extension", days=3, reason="等配件")).said.zh

    await story.does(RECEPTION, "outside_due", due="2026-03-10")
    assert (await story.last_day(), await story.last_day("unit")) == ("2026-03-10", "2026-03-09")
    assert await story.told("new_due") == ["party:1"]
    refused = await story.cannot(RECEPTION, "outside_due", due="2026-02-13")
    assert isinstance(refused, Invalid)

    clock.now = at("2026-03-11T00:00")
    await sweep(office, clock.now)
    assert (await story.clock("main")).breached_at == at("2026-03-11T00:00")
    assert "时限已过" in (await story.cannot(RECEPTION, "outside_due", due="2026-03-20")).said.zh
    assert (await verify(office)).findings == ()


async def test_a_question_at_reception_does_not_rest_a_date_set_outside(office: Office) -> None:
    story = Story(office, await office.receive(a_letter(outside_due=at("2026-03-06T00:00"))))
    await story.does(RECEPTION, "ask_fix", question="在哪一栋？")
    assert ((await story.clock("main")).phase, (await story.clock("intake")).phase) == ("running", "paused")
    assert await story.last_day() == "2026-03-05"


async def test_another_kind_does_not_move_a_date_set_outside(office: Office) -> None:
    story = Story(office, await office.receive(a_letter(outside_due=at("2026-03-06T00:00"))))
    await story.does(RECEPTION, "change_kind", kind="suggest", reason="是建议。")
    assert await story.last_day() == "2026-03-05"


# The limits of the day of receipt


async def test_a_letter_keeps_the_version_of_its_day_when_a_new_law_comes_into_force(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    kinds = starter.read()["kinds"]
    hotline = next(s for s in kinds["rule_sets"] if s["code"] == "hotline")
    newer = {**hotline["versions"][0], "from": "2026-02-14"}
    newer["clocks"] = {**newer["clocks"], "complaint": {"limit": "10wd", "article": "新规", "article_en": "new"}}
    hotline["versions"].append(newer)
    office = await an_office(store, clock, tmp_path, kinds=kinds)
    before = await at_work(office)
    clock.now = at("2026-02-14T09:00")
    after = await at_work(office, key="key-2")
    assert (await before.last_day(), await after.last_day()) == ("2026-03-12", "2026-03-06")
    assert "15个工作日" in (await before.clock("main")).ledger[0].reason
    assert "新规" in (await after.clock("main")).ledger[0].reason

    await before.does(HANDLER, "draft", body=GOOD_REPLY, result="upheld")
    await before.does(SIGNER, "sign_off")
    await before.does(REVIEWER, "qualified")
    await before.does(SUPERVISOR, "order_reopen", reason="说的没有做。")
    halved = [str((await before.clock(name)).ledger[0].limit) for name in ("main", "unit")]
    assert halved == ["8wd", "7wd"]  # half of fifteen, not of ten


async def test_a_limit_that_counts_from_the_dispatch_begins_there(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    kinds = starter.read()["kinds"]
    complaint = next(k for k in kinds["kinds"] if k["code"] == "complaint")
    complaint["clocks"]["main"]["counts_from"] = "dispatch"
    office = await an_office(store, clock, tmp_path, kinds=kinds)
    story = Story(office, await office.receive(a_letter(title="有件事", body="想反映一件事，请给个说法。", place="")))
    assert (await story.now()).clock("main") is None
    await story.does(RECEPTION, "accept")
    clock.now = at("2026-02-14T10:00")
    await story.does(RECEPTION, "dispatch", unit="urban")
    assert await story.last_day() == "2026-03-13"
    await story.does(RECEPTION, "redispatch", unit="housing", reason="改派")
    assert await story.last_day() == "2026-03-13"


# Another round (NORMS §3, K9), breaches, and whose time it was


async def sent_back(story: Story) -> None:
    await story.does(HANDLER, "draft", body=GOOD_REPLY, result="upheld")
    await story.does(SIGNER, "sign_off")
    await story.does(REVIEWER, "unqualified", reasons=["Q4"], comment="请写日期。")


async def test_a_redo_gets_what_is_left_of_the_limit_where_that_is_longer_than_two_days(office: Office) -> None:
    story = await at_work(office)
    await sent_back(story)
    assert (await story.last_day("redo"), await story.last_day()) == ("2026-03-12", "2026-03-12")


async def test_a_redo_near_or_after_the_limit_gets_two_working_days_and_late_stays_late(
    office: Office, clock: FixedClock
) -> None:
    story = await at_work(office)
    due = (await story.clock("main")).due_at
    assert due is not None
    clock.now = due + timedelta(hours=10)
    await sweep(office, clock.now)
    await sent_back(story)
    main = await story.clock("main")
    assert await story.last_day("redo") == "2026-03-17"
    assert (main.due_at, main.breached_at, has_breached(main.ledger)) == (due, due, True)


async def test_a_recorded_breach_stays_when_the_clock_is_counted_anew(office: Office, clock: FixedClock) -> None:
    story = await at_work(office)
    main = await story.clock("main")
    assert main.due_at is not None
    clock.now = main.due_at
    await sweep(office, clock.now)
    await sent_back(story)
    await story.does(HANDLER, "draft", body=GOOD_REPLY, result="upheld")
    await story.does(SIGNER, "sign_off")
    await story.does(REVIEWER, "qualified")
    await story.does(SUPERVISOR, "order_reopen", reason="说的没有做。")
    first = next(c for c in (await story.now()).clocks if c.name == "main" and c.round == 1)
    assert (first.breached_at, has_breached(first.ledger)) == (main.due_at, True)
    lines = await office.store.read(journal.of_case, story.receipt.case_id)
    (breach,) = [
        json.loads(x.data)
        for x in lines
        if x.action == "clock.climbed" and '"breach":true' in x.data and '"clock":"main"' in x.data
    ]
    assert (breach["holder"], breach["unit"]) == ("unit", "urban")


async def test_every_working_minute_is_booked_and_a_breach_names_its_holder(
    office: Office, clock: FixedClock, store: Store
) -> None:
    story = await at_work(office)
    clock.now = at("2026-03-11T10:00")
    await story.does(HANDLER, "draft", body=GOOD_REPLY, result="upheld")
    await story.does(SIGNER, "sign_off")
    clock.now = at("2026-03-13T10:00")  # the limit passed while the supervision office had the reply
    await sweep(office, clock.now)
    book = await office.book()
    case = await store.read(staff_case, story.receipt.number, SUPERVISOR, book, clock.now)
    main = next(c for c in case.clocks if c.name == "main")
    assert (main.breached, main.breached_by.zh) == (True, "督查室")
    held = {who.zh: seconds for who, seconds in case.held}
    assert set(held) >= {"清禾区城市管理局", "督查室"}
    assert sum(held.values()) == book.calendar.staffed_seconds_between(at("2026-02-13T10:00"), clock.now)
    review = next(c for c in case.clocks if c.name == "review")
    assert review.breached
    assert review.breached_by.zh == "督查室"


async def test_the_reason_of_a_date_is_told_in_steps_and_days(office: Office, clock: FixedClock, store: Store) -> None:
    story = await at_work(office)
    await asks(story)
    await story.does(HANDLER, "request_pause", reason="等回答")
    await story.does(SIGNER, "approve_pause")
    clock.now = at("2026-02-24T10:00")
    await story.does(citizen(story.receipt.case_id, 1), "add", text="是北门。")
    await story.does(HANDLER, "request_extension", days=2, reason="配件要等。")
    await story.does(SIGNER, "approve_extension")
    view = await store.read(own_letter, story.receipt.case_id, 1, await office.book(), clock.now)
    assert view.main is not None
    assert [(s.what, s.said.zh) for s in view.main.steps] == [
        ("start", "开始计时：15个工作日，从收到起算，当天不计"),
        ("pause", "暂停计时：等来信人回答"),
        ("resume", "恢复计时"),
        ("extend", "同意延长2个工作日"),
    ]
    assert view.main.steps[0].said.en == "Counting begins: 15 working days from receipt, that day not counted"
    assert "广东2022" in view.main.source.zh
    assert "Guangdong 2022" in view.main.source.en
    assert view.main.lines[-1].day == view.main.day == date(2026, 3, 17)
    assert "暂停：等来信人回答" in {line.why for line in view.main.lines}
