"""Text messages in: a number rates, adds and asks for the letters we wrote to it about; nobody else learns a thing."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from channels.letters import SMS_MOST
from channels.sms import words
from channels.sms.words import fitted, inviting
from hub.errors import NotNow, Said
from hub.office import Office
from hub.own import own_letter
from hub.storage import outbox
from hub.storage.contract import Store
from hub.storage.tx import Tx
from hub.submission import Contact
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SIGNER, a_letter, an_office, office_on
from tests.by_mail import until
from tests.by_telegram import TickingClock
from tests.by_webhook import Running, town
from tests.conftest import FixedClock

LI, STRANGER = "13900001234", "13700000001"
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    await an_office(store, clock, tmp_path)
    return office_on(store, TickingClock(clock), tmp_path)


async def a_case(
    office: Office, process: Running, key: str = "key-1", *, phone: str = LI, answered: bool = False
) -> tuple[str, str]:
    """A letter from the page with a number to which a text message about it went out; case id and number."""
    got = await office.receive(a_letter(key, contact=Contact(name="李小满", phone=phone)))
    await office.act(got.number, "accept", {}, RECEPTION)
    await office.act(got.number, "dispatch", {"unit": "urban"}, RECEPTION)
    if answered:
        await answer(office, got.number)
    word = "已答复" if answered else "办理"
    await until(lambda: [t for t in process.gateway.to(phone) if got.number in t and word in t])
    await settled(office)
    return got.case_id, got.number


async def answer(office: Office, number: str) -> None:
    await office.act(number, "sign", {}, HANDLER)
    await office.act(number, "contact", {"how": "phone", "result": "reached"}, HANDLER)
    await office.act(number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    await office.act(number, "sign_off", {}, SIGNER)
    with suppress(NotNow):  # the supervision office reads it first where it was drawn
        await office.act(number, "qualified", {}, REVIEWER)


async def settled(office: Office) -> None:
    async with asyncio.timeout(30):
        while await office.store.read(lambda tx: tx.execute("SELECT key FROM outbox WHERE state = 'waiting'")):
            await asyncio.sleep(0.01)


async def text(process: Running, said: str, number: str = LI) -> str:
    """Send a text message to the hub; what came back, empty for silence."""
    before = len(process.gateway.to(number))
    status, told = await process.gateway.event(event="text", chat=number, text=said)
    assert status == 200, told
    await process.worked_off()
    await settled(process.gate._office)
    return "\n".join(process.gateway.to(number)[before:])


async def view(office: Office, case_id: str) -> Any:
    return await office.store.read(own_letter, case_id, 1, await office.book(), office.clock())


@on_sqlite
async def test_a_number_rates_the_answer_it_was_told_of_and_may_change_its_mind(office: Office) -> None:
    async with town(office, "sms") as process:
        case_id, number = await a_case(office, process, answered=True)
        assert "回复1满意2一般3不满意" in process.gateway.to(LI)[-1]
        assert f"来信{number}的评价已记下" in await text(process, "1")
        assert (await view(office, case_id)).score == 5
        assert "重新办理" in await text(process, "３。")
        rated = await view(office, case_id)
    assert (rated.score, rated.solved) == (1, "no")


async def test_words_are_added_to_the_letter_last_written_about_or_to_the_one_named(office: Office) -> None:
    async with town(office, "sms") as process:
        first, number = await a_case(office, process)
        office.clock._clock.advance(hours=1)  # type: ignore[attr-defined]
        second, _ = await a_case(office, process, "key-2")
        assert "补充已收到" in await text(process, "东门那一盏也不亮了")
        assert number in await text(process, f"{number} 西门的修好了")
        said = {c: [s.body for s in (await view(office, c)).thread][1:] for c in (first, second)}
    assert said == {first: ["西门的修好了"], second: ["东门那一盏也不亮了"]}


@on_sqlite
async def test_a_number_asks_how_its_letter_stands_and_hears_what_every_notice_says(office: Office) -> None:
    async with town(office, "sms") as process:
        _, number = await a_case(office, process)
        told = await text(process, "进度")
    assert told.startswith(f"来信{number}：")
    assert "最迟3月" in told
    assert "路灯" not in told


@on_sqlite
async def test_a_number_we_never_wrote_to_gets_one_clear_sentence_and_moves_nothing(office: Office) -> None:
    """Li's number was typed into a form, but no message of ours went there: it proves nothing yet."""
    async with town(office, "sms") as process:
        quiet = await office.receive(a_letter("key-9", contact=Contact(name="李小满", phone=LI)))
        case_id, number = await a_case(office, process, "key-8", phone=STRANGER)
        for who, said in ((LI, "1"), (LI, "再说一句"), (LI, f"{number} 帮他补充一句"), (LI, "进度")):
            assert "没有找到这个号码正在办的来信" in await text(process, said, who)
        threads = [len((await view(office, c)).thread) for c in (quiet.case_id, case_id)]
    assert threads == [1, 1]


@on_sqlite
async def test_a_number_from_which_our_message_came_back_speaks_for_nobody(office: Office) -> None:
    async with town(office, "sms") as process:
        case_id, number = await a_case(office, process)
        sent = next(r for r in await office.store.read(outbox.of_case, case_id) if r["channel"] == "sms")
        await process.gateway.delivered(sent["key"], "failed")
        await process.worked_off()
        assert "没有找到" in await text(process, f"{number} 再说一句")


@on_sqlite
async def test_a_text_message_takes_nothing_back_and_asks_for_no_new_handling(office: Office) -> None:
    async with town(office, "sms") as process:
        case_id, _ = await a_case(office, process, answered=True)
        for said in ("撤回", "重新办理", "不公开了"):
            await text(process, said)
        stands = await view(office, case_id)
    assert {"rate", "reopen"} <= set(stands.moves)
    assert stands.word == "answered"


@on_sqlite
async def test_a_failed_text_message_becomes_the_work_to_call(office: Office) -> None:
    async with town(office, "sms") as process:
        case_id, _ = await a_case(office, process, answered=True)
        rows = await office.store.read(outbox.of_case, case_id)
        key = next(r["key"] for r in rows if r["text"] == "answered" and r["channel"] == "sms")
        await process.gateway.delivered(key, "failed")
        await process.worked_off()
        after = await office.store.read(outbox.of_case, case_id)
        row = next(r for r in after if r["key"] == key)
    assert (row["state"], row["channel"]) == ("task", "phone")
    assert "phone_task" in [r["text"] for r in after if r["channel"] == "desk"]


@on_sqlite
async def test_danger_is_answered_with_whom_to_call_and_makes_the_letter_urgent(office: Office) -> None:
    async with town(office, "sms") as process:
        _, number = await a_case(office, process)
        assert "110" in (await text(process, "楼里着火了，有人被困", STRANGER)).split("\n")[0]
        assert "110" in (await text(process, "电线掉下来着火了")).split("\n")[0]
        urgent = await office.store.read(_urgent, number)
    assert urgent


def _urgent(tx: Tx, number: str) -> bool:
    return bool(tx.execute("SELECT urgent FROM cases WHERE number = :n", {"n": number})[0]["urgent"])


@on_sqlite
async def test_service_numbers_are_not_answered_and_a_flood_waits(office: Office) -> None:
    async with town(office, "sms") as process:
        for machine in ("10690001", "95588", "+8690001"):
            assert await text(process, "您的验证码是1234", machine) == ""
        for n in range(13):
            await process.gateway.event(event="text", chat=STRANGER, text=f"在吗{n}")
        await until(lambda: len(process.gateway.to(STRANGER)) == 10)
        await asyncio.sleep(0.05)
        assert (len(process.gateway.to(STRANGER)), (await process.waiting()).came.n) == (10, 3)


@on_sqlite
async def test_a_gateway_of_text_messages_sends_no_files_and_no_choices(office: Office) -> None:
    async with town(office, "sms") as process:
        status, told = await process.gateway.event(event="choice", chat=LI, code="go")
    assert (status, told["errors"][0]["field"]) == (422, "event")


@on_sqlite
async def test_what_cannot_be_handled_is_put_aside_with_a_sentence(
    office: Office, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from channels.sms.worker import Worker

    async def ill(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(Worker, "_said", ill)
    async with town(office, "sms") as process:
        await process.gateway.event(event="text", chat=LI, text="毒药")
        for _ in range(200):
            clock.advance(seconds=10)
            if process.gateway.to(LI):
                break
            await asyncio.sleep(0.02)
        assert "没有处理成功" in process.gateway.to(LI)[0]
        assert (await process.waiting()).aside.n == 1


FILL = {"number": "2026-12345678", "phone": "0555-01001234", "word": "待您补充", "due": "，最迟12月31日（星期四）答复"}


def test_every_sentence_is_one_message_in_both_languages() -> None:
    sentences = [s for n, s in vars(words).items() if isinstance(s, Said) and n not in ("RATING", "DUE")]
    for said in sentences:
        for lang in ("zh", "en"):
            form = said[lang == "en"].replace("，或上{site}", "").replace("{site}", "")
            assert len(form.format(**FILL)) <= SMS_MOST, said
            assert 10 < len(fitted(said, lang, "https://letters.qinghe.example", **FILL)) <= SMS_MOST


def test_an_invitation_to_rate_takes_the_place_of_its_link_where_both_are_too_long() -> None:
    asked = "来信2026-000160解决了吗？12月4日（星期五）前可以评价：https://qinghe.example/letters/track"
    assert inviting("rate_invite", asked, "zh") == (
        "来信2026-000160解决了吗？12月4日（星期五）前可以评价。回复1满意2一般3不满意"
    )
    answered = "来信2026-000160已答复，请看https://qinghe.example/letters/track"
    assert inviting("answered", answered, "zh") == f"{answered}。回复1满意2一般3不满意"
    assert inviting("answered", f"{answered}?number=2026-000160", "zh") == f"{answered}?number=2026-000160"
    assert inviting("dispatched", "来信2026-000160由清禾区城管局办理。", "zh").endswith("办理。")
