"""The public page of a letter: what is masked by itself, what a publisher adds, and what takes a second person."""

from pathlib import Path
from typing import Any

import pytest

from hub import publishing
from hub.errors import Invalid, NotFound, NotNow
from hub.office import Office
from hub.publishing import Chosen, Placed, read_marks, write_marks
from hub.storage import cases, publications
from hub.storage.contract import Store
from hub.submission import Contact
from tests.builders import (
    GOOD_REPLY,
    HANDLER,
    PUBLISHER,
    RECEPTION,
    REVIEWER,
    SIGNER,
    a_letter,
    an_office,
    an_officer,
)
from tests.conftest import FixedClock

BODY = "我是李小满，电话13900001234。小区门口的路灯从月初就不亮了，晚上老人出门看不见台阶，请来修一下。"


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    return await an_office(store, clock, tmp_path)


async def answered(office: Office, reply: str = GOOD_REPLY, **changes: Any) -> str:
    """The number of a letter whose reply was released."""
    receipt = await office.receive(a_letter(**{"body": BODY, **changes}))
    number = receipt.number
    if receipt.state == "submitted":
        await office.act(number, "accept", {}, RECEPTION)
        await office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
    await office.act(number, "sign", {}, HANDLER)
    await office.act(number, "draft", {"body": reply, "result": "upheld"}, HANDLER)
    case = await office.act(number, "sign_off", {}, SIGNER)
    if case.state == "in_review":
        await office.act(number, "qualified", {}, REVIEWER)
    return number


async def test_the_writer_is_masked_in_letter_and_reply(office: Office) -> None:
    number = await answered(office, reply=f"李小满您好：{GOOD_REPLY}")
    page, marked = await publishing.preview(office, number, PUBLISHER)
    for text in (page.title, page.body, page.reply):
        assert "李小满" not in text
        assert "13900001234" not in text
    assert "0555-0100123" in page.reply
    assert page.surname == ""
    assert {mark.kind for mark in marked["body"].marks} == {"name", "phone"}


async def test_a_surname_is_shown_only_with_the_writers_consent(office: Office) -> None:
    number = await answered(office, show_surname=True, contact=Contact(name="李小满", phone="13900001234"))
    page, _ = await publishing.preview(office, number, PUBLISHER)
    assert page.surname == "李某某"
    assert "李某某" in page.body


async def test_a_publisher_adds_marks_alone(office: Office) -> None:
    number = await answered(office)
    start = BODY.index("小区门口")
    mark = Placed("body", start, start + 4, "address")
    page, _ = await publishing.preview(office, number, PUBLISHER, Chosen((mark,)))
    assert "小区门口" not in page.body
    await publishing.publish(office, number, PUBLISHER, None, Chosen((mark,)))
    case_id = await office.store.read(cases.id_of, number)
    stored = await office.store.read(publications.by_case, case_id)
    assert stored is not None
    assert (stored["body"], stored["live"]) == (page.body, 1)


async def test_a_mark_outside_its_text_is_refused(office: Office) -> None:
    number = await answered(office)
    for start, end in ((-1, 3), (5, 5), (0, 10_000)):
        with pytest.raises(Invalid):
            await publishing.preview(office, number, PUBLISHER, Chosen((Placed("title", start, end, "name"),)))


async def test_nothing_is_shown_before_an_answer_nor_to_who_may_not_see_it(office: Office) -> None:
    receipt = await office.receive(a_letter())
    with pytest.raises(NotFound):
        await publishing.preview(office, receipt.number, PUBLISHER)
    number = await answered(office, key="key-2")
    with pytest.raises(NotFound):
        await publishing.preview(office, number, an_officer("韩住建", "handler@housing"))
    with pytest.raises(NotFound):
        await publishing.preview(office, "2026-999999", PUBLISHER)


async def test_lifting_takes_what_another_publisher_asked_for(office: Office) -> None:
    number = await answered(office)
    _, marked = await publishing.preview(office, number, PUBLISHER)
    phone = next(m for m in marked["body"].marks if m.kind == "phone")
    lift = Placed("body", phone.start, phone.end, "phone")
    second = an_officer("金公开", "publisher", home="intake")
    with pytest.raises(NotNow):
        await publishing.publish(office, number, second, None, Chosen(lifted=(lift,)))
    case_id = await office.store.read(cases.id_of, number)
    record_id = await office.store.read(cases.about, case_id, "publication")
    record = await office.store.read(cases.get, record_id)
    assert record is not None
    await office.act(record.number, "ask_lifting", {"masks": write_marks([lift]), "reason": "本人同意"}, PUBLISHER)
    with pytest.raises(NotNow):
        await publishing.publish(office, number, PUBLISHER, None, Chosen(lifted=(lift,)))
    other = Placed("body", phone.start - 3, phone.end, "phone")
    with pytest.raises(NotNow):
        await publishing.publish(office, number, second, None, Chosen(lifted=(lift, other)))
    case = await publishing.publish(office, number, second, None, Chosen(lifted=(lift,)))
    assert case.state == "published"


def test_marks_are_written_and_read_back() -> None:
    marks = (Placed("body", 1, 5, "phone"), Placed("reply", 0, 2, "name"))
    assert read_marks(write_marks(marks)) == marks
    assert read_marks("nonsense;body:x-1:name;;nowhere:1-2:name") == ()
