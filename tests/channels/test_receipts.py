"""Receipts: a letter that went to its unit at once is one message that says so, and a hidden one names no unit."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels.dialogue import File, Filed, Session, after
from channels.errands import Chat, made_ready
from channels.letters import SMS_MOST, Desk, read_facts, write
from hub.office import Office
from hub.storage import cases, outbox
from hub.storage.contract import Store
from tests.builders import RECEPTION, a_letter, an_office, starter_set
from tests.by_mail import town
from tests.channels.test_mail_life import filed
from tests.conftest import FixedClock
from tests.talking import facts

UNIT = "由清禾区城市管理局办理"


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    office = await an_office(store, clock, tmp_path)
    plain = office.choose
    office.choose = lambda *given: replace(plain(*given), unit="urban", sure=True)
    return office


async def told(office: Office, case_id: str) -> list[str]:
    """What waits for the citizen."""
    return [r["text"] for r in await office.store.read(outbox.of_case, case_id) if r["recipient"] == "party:1"]


async def by_chat(office: Office, aim: str, lang: str = "zh") -> tuple[str, list[str]]:
    """A letter by chat: the receipt in words, and what waits beside it."""
    letter = a_letter()
    person = ("李小满", "13900001234", False, True, False)
    wish = File("k", letter.kind, aim, letter.title, letter.body, letter.place, {}, (), *person, False, lang)
    chat = Chat("telegram", "1001", "digest", lang, "https://qinghe.example", words=True)
    deed = await made_ready(office, chat, wish, (), await office.book())
    got = await office.store.write(deed)
    assert isinstance(got, Filed)
    said = after(Session(lang=lang), wish, got, facts()).says[0].text
    case_id, _ = await office.case_by_code(got.number, got.query_code)
    return said, await told(office, case_id)


@pytest.mark.parametrize(("lang", "words"), [("zh", f"{UNIT}。\n"), ("en", "\nWith ")])
async def test_a_chats_receipt_says_who_has_the_letter_and_nothing_follows_it(
    office: Office, lang: str, words: str
) -> None:
    said, waits = await by_chat(office, "matter", lang)
    assert words in said
    assert waits == []


async def test_a_hidden_letters_receipt_names_no_unit(office: Office) -> None:
    said, waits = await by_chat(office, "service")
    assert "查询码" in said
    assert "办理。" not in said
    assert waits == []


async def test_a_receipt_by_mail_says_who_has_the_letter_and_is_the_only_mail(office: Office) -> None:
    async with town(office) as process:
        receipt, number = await filed(process)
        assert UNIT in receipt["Subject"]
        assert UNIT in receipt.get_content()
        case_id = str(await office.store.read(cases.id_of, number))
    assert await told(office, case_id) == ["received"]


async def test_whoever_has_the_receipt_on_a_page_still_gets_one_message(office: Office) -> None:
    received = await office.receive(a_letter())
    assert (received.state, received.unit) == ("dispatched", "urban")
    assert await told(office, received.case_id) == ["dispatched"]


async def test_the_same_letter_once_more_is_told_the_same_unit(office: Office) -> None:
    first, again = await office.receive(a_letter()), await office.receive(a_letter())
    assert (again.repeated, again.unit) == (True, first.unit)


async def test_who_gets_a_letter_later_by_hand_is_told_as_before(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    plain = office.choose
    office.choose = lambda *given: replace(plain(*given), sure=False)
    received = await office.receive(a_letter(channel="telegram", chat="1001"))
    assert (received.unit, await told(office, received.case_id)) == ("", [])
    await office.act(received.number, "accept", {}, RECEPTION)
    await office.act(received.number, "dispatch", {"unit": "urban"}, RECEPTION)
    assert await told(office, received.case_id) == ["dispatched"]


async def test_a_receipt_is_one_text_message_for_every_unit(office: Office, clock: FixedClock) -> None:
    received = await office.receive(a_letter())
    book = await office.book()
    found = await office.store.read(read_facts, received.case_id, "party:1", "{}")
    assert found is not None
    desk = Desk(book, "https://letters.qinghe.example", clock() - timedelta(days=60))  # last year: the day is longest
    for unit in book.directory.units:
        one = replace(found, dossier=replace(found.dossier, case=replace(found.dossier.case, unit=unit)))
        words = write("received", {}, one, "short", "384920175663", desk).sms
        assert len(words) <= SMS_MOST
        assert "答复" in words, "nothing was cut off"
        assert "384 920 175 663" in words


async def test_an_edition_without_the_sentence_keeps_its_own(office: Office, clock: FixedClock) -> None:
    received = await office.receive(a_letter())
    texts = starter_set()["texts"]
    old = {name: row for name, row in texts["notices"].items() if name != "received_by_unit"}
    book = replace(await office.book(), texts={**texts, "notices": old})
    found = await office.store.read(read_facts, received.case_id, "party:1", "{}")
    assert found is not None
    assert (
        "收到来信"
        in write("received", {}, found, "short", "384920175663", Desk(book, "https://q.example", clock())).sms
    )
