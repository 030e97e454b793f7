"""Letters by mail over real servers: filed, added to, rated and answered; strangers and machines kept out."""

import asyncio
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from channels.mail.worker import Worker
from hub.case import Notice
from hub.office import Office
from hub.storage import cases, outbox
from hub.storage.contract import Store
from hub.storage.tx import Tx
from hub.submission import Contact
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, SIGNER, a_letter, an_office, office_on
from tests.by_mail import OURS, TEMPO, Post, Running, a_mail, an_answer, running, town, until
from tests.by_telegram import SITE, TickingClock
from tests.channels.test_courier import clear, ends, on_desks, row
from tests.conftest import FixedClock
from tests.hub.test_files import picture
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


async def answered(office: Office, number: str) -> None:
    case_id = await office.store.read(cases.id_of, number)
    case = await office.store.read(cases.get, case_id)
    assert case is not None
    if not case.unit:
        await office.act(number, "accept", {}, RECEPTION)
        await office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
    await office.act(number, "sign", {}, HANDLER)
    notice = Notice("party:1", "answered", "the-answer", {})
    assert case_id is not None
    await office.store.write(outbox.put, case_id, [notice], office.clock())


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
    assert "窗口几点下班" not in receipt.get_content()  # the sender's name may be forged: none of the words go back
    opened = await office.contact(case_id)
    assert (opened["1:email"], opened["1:chat"], opened["1:name"]) == (LI, LI, "李小满")


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
        await answered(office, number)
        await office.act(number, "draft", {"body": GOOD_REPLY, "result": "answered"}, HANDLER)
        await office.act(number, "sign_off", {}, SIGNER)
        answer = await process.post.brings(LI, "控制箱进水")
        assert "回复一个数字就能评价" in answer.get_content()
        case = await office.store.read(cases.get, str(await office.store.read(cases.id_of, number)))
        assert case is not None
        process.box.deliver(bytes(an_answer(answer, "3")))
        if case.answered_at is None:  # drawn for review: the number is a plain message then
            await process.post.brings(LI, "补充已收到")
            return
        await process.worked_off()
        rated = await office.store.read(cases.get, case.id)
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


async def test_files_come_along_and_the_sender_is_told_which_did_not(office: Office) -> None:
    async with town(office) as process:
        mail = a_mail("窗口的照片在附件里，请看看。")
        mail.add_attachment(picture("JPEG"), "image", "jpeg", filename="窗口.jpg")
        mail.add_attachment(b"\x78\x9f\x3e\x22" + b"\0" * 50, "application", "ms-tnef", filename="winmail.dat")
        mail.add_attachment("备注".encode(), "text", "plain", filename="备注.txt")
        process.box.deliver(mail.as_bytes(policy=email.policy.SMTP))
        told = await process.post.brings(LI, "有附件没有收下")
        assert "第2个附件没有收下" in told.get_content()
        assert "winmail" not in told.get_content()
        assert told["Reply-To"]
    assert [f["mime"] for f in await rows(office, "files")] == ["image/jpeg", "text/plain; charset=utf-8"]


async def test_a_mail_larger_than_may_be_is_taken_without_what_was_cut_off(office: Office) -> None:
    async with town(office, most=200_000) as process:
        mail = a_mail("附件很大，先说事情：路灯坏了。")
        mail.add_attachment(b"x" * 10_000_000, "application", "pdf", filename="大.pdf")
        process.box.deliver(bytes(mail))
        told = await process.post.brings(LI, "有附件没有收下")
    assert "没有传完整" in told.get_content()
    assert len(await rows(office, "cases")) == 1


async def test_a_very_long_mail_is_taken_whole_as_a_file(office: Office) -> None:
    async with town(office) as process:
        _, number = await filed(process, "一件事情要从头说起。" * 2000)
        said = (await thread(office, number))[0]
    assert len(said) <= 8000
    assert "全文较长" in said
    (file,) = await rows(office, "files")
    assert len(office.files.get(file["sha256"]).decode().strip()) == 20_000


async def test_machines_lists_and_ourselves_are_kept_with_their_reason_and_never_answered(office: Office) -> None:
    async with town(office) as process:
        for reason, headers in (
            ("auto", {"Auto_Submitted": "auto-replied"}),
            ("auto", {"X_Auto_Response_Suppress": "All"}),
            ("auto", {"Return_Path": "<>"}),
            ("list", {"List_Id": "<news.example>"}),
            ("list", {"Precedence": "bulk"}),
            ("own", {"From": f"letters+x@{OURS.partition('@')[2]}"}),
        ):
            process.box.deliver(bytes(a_mail(f"我现在不在办公室。{reason}{headers}", **headers)))
        await process.worked_off()
        kept = await rows(office, "inbox")
    assert sorted(r["error"] for r in kept) == ["auto", "auto", "auto", "list", "list", "own"]
    assert {r["state"] for r in kept} == {"done"}
    assert not process.post.mails
    assert not await rows(office, "cases")


async def test_a_sender_beyond_the_limit_waits_and_another_does_not(office: Office, clock: FixedClock) -> None:
    async with town(office, per_sender=2) as process:
        for n in range(3):
            process.box.deliver(bytes(a_mail(f"第{n}封信，请问怎么办理居住证？")))
        await until(lambda: len(process.post.to(LI)) == 2)
        await filed(process, "请问图书馆几点开门？", sender="wang@other.example")
        assert len(process.post.to(LI)) == 2
        clock.advance(minutes=16)
        await until(lambda: len(process.post.to(LI)) == 3)


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


async def test_a_forged_bounce_changes_nothing(office: Office) -> None:
    async with town(office) as process:
        receipt, number = await filed(process)
        case_id = str(await office.store.read(cases.id_of, number))
        await ends(office, case_id, f"{case_id}:received", "sent")
        forged = receipt["Message-ID"]
        del receipt["Message-ID"]
        receipt["Message-ID"] = re.sub(r"-1-.{16}", "-1-" + "0" * 16, forged)
        process.box.deliver(a_bounce(receipt))
        await process.worked_off()
        await ends(office, case_id, f"{case_id}:received", "sent")
    assert not [t for t, _ in await on_desks(office, case_id) if t == "undeliverable"]


async def test_what_was_kept_but_not_yet_moved_away_comes_again_as_the_same_letter(office: Office) -> None:
    async with Post().served() as post, ImapServer(can_move=False).served() as box:
        box.dies_at = "STORE"
        async with running(office, post, box) as process:
            await filed(process)
            await until(lambda: not box.folders["INBOX"])
        assert box.visits >= 2
    assert len(await rows(office, "cases")) == 1


async def test_a_mail_the_server_will_not_give_does_not_block_the_others(office: Office) -> None:
    async with town(office) as process:
        process.box.refuses.add("MOVE")
        process.box.deliver(bytes(a_mail("第一封信，请问几点开门？")))
        process.box.deliver(bytes(a_mail("第二封信，请问几点关门？")))
        await until(lambda: len(process.post.to(LI)) == 2)
        await until(lambda: process.mail._refused == 2)
        assert (await process.mail.health())["refused"] == 2
        process.box.refuses.clear()
        await process.worked_off()
    assert len(await rows(office, "cases")) == 2


async def test_the_hub_works_while_the_mailbox_is_away_and_goes_on_when_it_is_back(office: Office) -> None:
    box = ImapServer()
    async with Post().served() as post, box.served():
        port = box.port
    async with post.served(), running(office, post, box) as process:
        await until(lambda: process.mail.last_error)
        assert (await office.receive(a_letter())).number
        assert (await process.mail.health())["connected"] is False
        box.port = port
        async with box.served():
            await filed(process)
            assert process.mail.connected


async def test_a_wrong_password_is_told_and_stops_nothing(office: Office) -> None:
    async with town(office, password="wrong") as process:
        await until(lambda: process.mail.last_error == "error")
        assert (await office.receive(a_letter())).number


async def test_a_mail_that_cannot_be_handled_is_put_aside_politely(
    office: Office, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ill(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(Worker, "_letter", ill)
    async with town(office) as process:
        process.box.deliver(bytes(a_mail("请问几点开门？")))
        for _ in range(300):
            clock.advance(seconds=10)
            if process.post.to(LI):
                break
            await asyncio.sleep(0.02)
        sorry = await process.post.brings(LI, "没有处理成功")
        assert f"{SITE}/letters/new" in sorry.get_content()
        assert (await process.mail.health())["put_aside"] == 1


async def test_hostile_bytes_are_put_aside_and_a_nest_is_read_as_far_as_it_goes(office: Office) -> None:
    async with town(office) as process:
        process.box.deliver(b"\x00\xff\xfe not a mail")
        nest = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(400))
        process.box.deliver(f"From: {LI}\r\nSubject: nested\r\n{nest}".encode())
        await process.worked_off()
    assert len(await rows(office, "inbox")) == 2
    assert {r["state"] for r in await rows(office, "inbox")} <= {"done", "poison"}


# Notices to those who left an address ---------------------------------------------------------------------------


async def a_notice(office: Office, text: str, n: int = 1, **changes: Any) -> tuple[str, str]:
    """A letter from the site, and a notice to its writer."""
    receipt = await office.receive(a_letter(f"key-{n}", **{"contact": Contact("李小满", "", LI), **changes}))
    key = f"{receipt.case_id}:{text}"
    await office.store.write(clear, receipt.case_id)
    await office.store.write(outbox.put, receipt.case_id, [Notice("party:1", text, key)], office.clock())
    return receipt.case_id, key


async def test_an_address_from_a_form_gets_number_and_link_alone(office: Office) -> None:
    async with town(office) as process:
        case_id, key = await a_notice(office, "answered")
        sent = await ends(office, case_id, key, "sent")
        (mail,) = process.post.to(LI)
    assert (sent["channel"], sent["provider_id"]) == ("mail", mail["Message-ID"].strip())
    assert "路灯" not in mail["Subject"] + mail.get_content()
    assert f"{SITE}/letters/track?number=" in mail.get_content()


async def test_an_address_from_a_form_hears_of_one_case_a_day(office: Office, clock: FixedClock) -> None:
    async with town(office) as process:
        first, key = await a_notice(office, "answered", 1)
        await ends(office, first, key, "sent")
        second, other = await a_notice(office, "answered", 2)
        for _ in range(100):
            waiting = next(r for r in await office.store.read(outbox.of_case, second) if r["key"] == other)
            if waiting["error"] == "paced":
                break
            await asyncio.sleep(0.02)
        assert (waiting["state"], waiting["error"], len(process.post.mails)) == ("waiting", "paced", 1)
        clock.advance(days=1, minutes=1)
        await ends(office, second, other, "sent")


async def test_what_the_hub_says_by_itself_is_not_mailed_to_an_address_from_a_form(office: Office) -> None:
    async with town(office) as process:
        case_id, key = await a_notice(office, "dispatched")
        await ends(office, case_id, key, "page")
        assert not process.post.mails


async def test_an_answer_to_a_notice_joins_the_letter_from_the_site(office: Office) -> None:
    async with town(office) as process:
        case_id, key = await a_notice(office, "need_fix")
        await ends(office, case_id, key, "sent")
        process.box.deliver(bytes(an_answer(process.post.to(LI)[0], "是东门的那盏灯。")))
        await process.post.brings(LI, "补充已收到")
        said = await office.store.read(cases.messages, case_id)
    assert said[-1].body == "是东门的那盏灯。"


@pytest.mark.parametrize(
    ("verb", "fault", "state"),
    [
        ("RCPT", "451 greylisted", "sent"),
        ("DATA", "421 busy", "sent"),
        ("MAIL", "452 full", "sent"),
        ("RCPT", "550 no such user", "undeliverable"),
        ("DATA", "554 refused", "failed"),
    ],
)
async def test_what_the_server_says_decides_what_becomes_of_a_notice(
    office: Office, clock: FixedClock, verb: str, fault: str, state: str
) -> None:
    async with town(office) as process:
        process.post.faults[verb].append(fault)
        case_id, key = await a_notice(office, "answered")
        await ends(office, case_id, key, state, clock)
    desks = [text for text, _ in await on_desks(office, case_id)]
    assert ("undeliverable" in desks) == (state != "sent")
    assert len(process.post.mails) == (state == "sent")


async def test_a_line_cut_after_the_words_is_repeated_once_and_marked(office: Office, clock: FixedClock) -> None:
    async with town(office) as process:
        process.post.faults["DATA"] += ["cut"]
        case_id, key = await a_notice(office, "answered")
        sent = await ends(office, case_id, key, "sent", clock)
        first, second = process.post.to(LI)
    assert sent["error"] == "repeated"
    assert first["Message-ID"] == second["Message-ID"]
    assert "可能重复" in second.get_content()


async def test_twice_cut_is_said_to_be_unknown_and_not_sent_a_third_time(office: Office, clock: FixedClock) -> None:
    async with town(office) as process:
        process.post.faults["DATA"] += ["cut", "cut"]
        case_id, key = await a_notice(office, "answered")
        await ends(office, case_id, key, "ambiguous", clock)
        assert len(process.post.mails) == 2


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


async def tried(office: Office, case_id: str, key: str, times: int) -> None:
    """The notice was tried so often and is in nobody's hands."""
    async with asyncio.timeout(10):
        while True:
            found = await row(office, case_id, key)
            if found["attempts"] >= times and found["lease_until"] is None:
                return
            await asyncio.sleep(0.01)


async def _dies(*_: Any) -> None:
    await asyncio.sleep(3600)


async def test_a_server_that_is_away_for_hours_gets_everything_when_it_is_back(
    office: Office, clock: FixedClock
) -> None:
    post = Post()
    async with post.served():
        pass
    async with ImapServer().served() as box, running(office, post, box):
        case_id, key = await a_notice(office, "answered")
        for hour in range(1, 6):
            await tried(office, case_id, key, hour)
            clock.advance(hours=1)
        async with post.served():
            sent = await ends(office, case_id, key, "sent", clock)
    assert sent["attempts"] > 3
    assert len(post.mails) == 1
    assert "可能重复" not in post.mails[0][1].get_content()
