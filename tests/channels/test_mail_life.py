"""Letters by mail over real servers: filed, added to, rated and answered; strangers and machines kept out."""

import asyncio
import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from hub.case import Notice
from hub.office import Office
from hub.storage import cases, outbox
from hub.storage.contract import Store
from hub.storage.tx import Tx
from hub.submission import Contact
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SIGNER, a_letter, an_office, office_on
from tests.by_mail import OURS, TEMPO, Post, Running, a_mail, an_answer, running, town, until
from tests.by_telegram import SITE, TickingClock
from tests.channels.test_courier import clear, ends, on_desks
from tests.conftest import FixedClock
from tests.imap_server import ImapServer

LI = "li@citizen.example"


@pytest.fixture
async def office(store: Store, clock: FixedClock, tmp_path: Path) -> Office:
    await an_office(store, clock, tmp_path)
    return office_on(store, TickingClock(clock), tmp_path)


def all_rows(tx: Tx, table: str) -> list[dict[str, Any]]:
    return tx.execute(f"SELECT * FROM {table}")


async def rows(office: Office, table: str) -> list[dict[str, Any]]:
    return await office.store.read(all_rows, table)


async def thread(office: Office, number: str) -> list[str]:
    case_id = await office.store.read(cases.id_of, number)
    assert case_id is not None
    return [m.body for m in await office.store.read(cases.messages, case_id)]


async def filed(
    process: Running, text: str = "请问社保窗口周六开不开？几点下班？", **how: Any
) -> tuple[EmailMessage, str]:
    """A letter by mail; its receipt and number."""
    process.box.deliver(bytes(a_mail(text, **how)))
    receipt = await process.post.brings(how.get("sender", LI), "查询码")
    found = re.search(r"\d{4}-\d{6}", receipt["Subject"])
    assert found is not None
    return receipt, found[0]


async def is_answered(office: Office, number: str) -> str:
    """The letter goes its way to the answer, through review where it is drawn; the case id."""
    case_id = str(await office.store.read(cases.id_of, number))
    case = await office.store.read(cases.get, case_id)
    assert case is not None
    if not case.unit:
        await office.act(number, "accept", {}, RECEPTION)
        await office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
    await office.act(number, "sign", {}, HANDLER)
    await office.act(number, "draft", {"body": GOOD_REPLY, "result": "answered"}, HANDLER)
    if (await office.act(number, "sign_off", {}, SIGNER)).answered_at is None:
        await office.act(number, "qualified", {}, REVIEWER)
    return case_id


async def test_a_letter_by_mail_is_receipted_by_mail_and_followed_with_its_code(office: Office) -> None:
    async with town(office) as process:
        receipt, number = await filed(process)
        assert process.box.folders["Minxin"]
        assert not process.box.folders["INBOX"]
    code = re.search(r"\d{3} \d{3} \d{3} \d{3}", receipt.get_content())
    assert code is not None
    case_id, party = await office.case_by_code(number, code[0])
    case = await office.store.read(cases.get, case_id)
    assert case is not None
    assert (party, case.kind, case.origin, case.title) == (1, "consult", "mail", "窗口几点下班")
    assert (receipt["Auto-Submitted"], receipt["From"]) == ("auto-generated", f"清禾区政民互动 <{OURS}>")
    assert receipt["Reply-To"].addresses[0].addr_spec.startswith(f"letters+{number}-1-")
    assert f"{SITE}/letters/track?number={number}" in receipt.get_content()
    assert "窗口几点下班" not in receipt.get_content()  # the sender's name may be forged: none of the words go back
    opened = await office.contact(case_id)
    assert (opened["1:email"], opened["1:chat"], opened["1:name"]) == (LI, LI, "李小满")


async def test_of_what_one_moment_brings_the_receipt_comes_first(office: Office, clock: FixedClock) -> None:
    got = await office.receive(a_letter(channel="mail", chat=LI))
    notices = [Notice("party:1", name, f"{n}:{name}") for n, name in enumerate(("dispatched", "accepted", "received"))]
    await office.store.write(outbox.put, got.case_id, notices, clock())
    async with town(office) as process:
        await until(lambda: len(process.post.to(LI)) == 3)
        assert "已收到" in process.post.to(LI)[0]["Subject"]


@pytest.mark.parametrize("plus", [True, False])
async def test_an_answer_to_the_receipt_becomes_a_message_without_what_it_quotes(office: Office, plus: bool) -> None:
    async with town(office) as process:
        receipt, number = await filed(process)
        process.box.deliver(bytes(an_answer(receipt, "补充一下：我住在塘前社区。", plus=plus)))
        await process.post.brings(LI, "补充已收到")
        assert (await thread(office, number))[-1] == "补充一下：我住在塘前社区。"
    assert len(await rows(office, "cases")) == 1


async def test_a_number_alone_or_a_forged_mark_opens_nobodys_case(office: Office) -> None:
    async with town(office) as process:
        receipt, number = await filed(process)
        forged = receipt["Reply-To"].addresses[0].addr_spec[:-17] + "0@qinghe.example"
        for to in (forged, OURS):
            mail = a_mail(f"关于{number}，我想看看进展，请告诉我。{to}", "wang@other.example", f"Re: {number}", To=to)
            process.box.deliver(bytes(mail))
        await until(lambda: len(process.post.to("wang@other.example")) == 2)
        assert len(await thread(office, number)) == 1
    assert len(await rows(office, "cases")) == 3
    assert not [m for m in process.post.to("wang@other.example") if number in m["Subject"]]


async def test_an_answer_is_rated_by_one_number_and_full_text_goes_to_a_proven_address(office: Office) -> None:
    async with town(office) as process:
        receipt, number = await filed(process)
        process.box.deliver(bytes(an_answer(receipt, "我再补充一句，是西门那个窗口。")))
        await process.post.brings(LI, "补充已收到")
        case_id = await is_answered(office, number)
        answer = await process.post.brings(LI, "控制箱进水")
        assert "回复一个数字就能评价" in answer.get_content()
        process.box.deliver(bytes(an_answer(answer, "3\n\n发自我的手机")))
        await process.post.brings(LI, "谢谢您的评价")
        process.box.deliver(bytes(an_answer(answer, "灯又灭了。")))
        told = await process.post.brings(LI, "已经答复了")
        assert "答复日期" not in told.get_content()
        rated = await office.store.read(cases.get, case_id)
        assert rated is not None
        assert (rated.score, rated.solved) == (1, "no")


async def test_the_same_mail_twice_is_one_letter_and_a_reused_message_id_is_another(office: Office) -> None:
    async with town(office) as process:
        first = a_mail("请问社保窗口周六开不开？", Message_ID="<same@id>")
        for raw in (bytes(first), b"Received: by another way\r\n" + bytes(first)):
            process.box.deliver(raw)
        process.box.deliver(bytes(a_mail("这是完全不同的另一件事情。", Message_ID="<same@id>")))
        await process.worked_off()
    assert len(await rows(office, "cases")) == 2


def a_bounce(of: EmailMessage, action: str = "failed") -> bytes:
    """What a mail server sends back (RFC 3464)."""
    return (
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\n"
        f"To: {OURS}\r\nAuto-Submitted: auto-replied\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {LI}\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {of['Message-ID']}\r\n\r\n--b--\r\n"
    ).encode()


async def test_a_bounce_marks_its_notice_and_is_visible_work_once(office: Office) -> None:
    async with town(office) as process:
        receipt, number = await filed(process)
        case_id = str(await office.store.read(cases.id_of, number))
        await ends(office, case_id, f"{case_id}:received", "sent")
        process.box.deliver(a_bounce(receipt, "delayed"))
        await process.worked_off()
        await ends(office, case_id, f"{case_id}:received", "sent")
        process.box.deliver(a_bounce(receipt))
        back = await ends(office, case_id, f"{case_id}:received", "undeliverable")
        process.box.deliver(a_bounce(receipt).replace(b"Sorry", b"Again"))
        await process.worked_off()
    assert back["error"] == "bounced 5.1.1"
    assert [text for text, _ in await on_desks(office, case_id)].count("undeliverable") == 1
    assert len(process.post.mails) == 1


async def test_what_was_kept_but_not_yet_moved_away_comes_again_as_the_same_letter(office: Office) -> None:
    async with Post().served() as post, ImapServer(can_move=False).served() as box:
        box.dies_at = "STORE"
        async with running(office, post, box) as process:
            await filed(process)
            await until(lambda: not box.folders["INBOX"])
        assert box.visits >= 2
    assert len(await rows(office, "cases")) == 1


async def a_notice(office: Office, text: str, n: int = 1, **changes: Any) -> tuple[str, str]:
    """A letter from the site, and a notice to its writer."""
    receipt = await office.receive(a_letter(f"key-{n}", **{"contact": Contact("李小满", "", LI), **changes}))
    key = f"{receipt.case_id}:{text}"
    await office.store.write(clear, receipt.case_id)
    await office.store.write(outbox.put, receipt.case_id, [Notice("party:1", text, key)], office.clock())
    return receipt.case_id, key


async def test_an_answer_to_a_notice_joins_the_letter_from_the_site(office: Office) -> None:
    async with town(office) as process:
        case_id, key = await a_notice(office, "need_fix")
        await ends(office, case_id, key, "sent")
        process.box.deliver(bytes(an_answer(process.post.to(LI)[0], "是东门的那盏灯。")))
        await process.post.brings(LI, "补充已收到")
        said = await office.store.read(cases.messages, case_id)
    assert said[-1].body == "是东门的那盏灯。"


async def test_a_process_killed_between_sending_and_settling_repeats_once_marked(
    office: Office, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Post().served() as post, ImapServer().served() as box:
        async with running(office, post, box, tempo=TEMPO.__class__(0.05, 0.02, 0.02, 0.0)) as process:
            monkeypatch.setattr(process.courier, "_settle", _dies)
            case_id, key = await a_notice(office, "answered")
            await until(lambda: post.mails)
        clock.advance(seconds=61)
        async with running(office, post, box):
            sent = await ends(office, case_id, key, "sent")
    assert (sent["error"], len(post.mails)) == ("repeated", 2)
    assert "可能重复" in post.mails[1][1].get_content()


async def _dies(*_: Any) -> None:
    await asyncio.sleep(3600)
