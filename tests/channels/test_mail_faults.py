"""Mail when things go wrong: machines, floods, hostile mails, servers away, and lines that are cut."""

import asyncio
import email.policy
import re
from typing import Any

import pytest

from channels.mail.worker import Worker
from channels.outside import Secrets, outside
from config.settings import Mail, Settings
from hub.office import Office
from hub.storage import cases, outbox
from tests.builders import a_letter
from tests.by_mail import OURS, Post, a_mail, running, town, until
from tests.by_telegram import DANGERS, SITE, waits
from tests.channels.test_courier import ends, on_desks, row
from tests.channels.test_mail_life import LI, a_bounce, a_notice, filed, rows, thread
from tests.channels.test_mail_life import office as office
from tests.conftest import FixedClock
from tests.hub.test_files import picture
from tests.imap_server import ImapServer


@pytest.fixture
def engine() -> str:
    """SQLite alone; the stories of test_mail_life.py run on both."""
    return "sqlite"


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


async def test_a_mail_the_server_will_not_give_does_not_block_the_others(office: Office) -> None:
    async with town(office) as process:
        process.box.refuses.add("MOVE")
        process.box.deliver(bytes(a_mail("第一封信，请问几点开门？")))
        process.box.deliver(bytes(a_mail("第二封信，请问几点关门？")))
        await until(lambda: len(process.post.to(LI)) == 2)
        await until(lambda: process.mail.refused == 2)
        assert process.mail.refused == 2
        process.box.refuses.clear()
        await process.worked_off()
    assert len(await rows(office, "cases")) == 2


async def test_the_hub_works_while_the_mailbox_is_away_and_goes_on_when_it_is_back(office: Office) -> None:
    box = ImapServer()
    async with Post().served() as post, box.served():
        port = box.port
    async with post.served(), running(office, post, box) as process:
        await until(lambda: process.mail.pulse.fault)
        assert (await office.receive(a_letter())).number
        assert process.mail.pulse.reached is False
        box.port = port
        async with box.served():
            await filed(process)
            assert process.mail.pulse.reached


async def test_a_server_for_sending_that_is_away_is_told_although_the_mailbox_answers(
    office: Office, clock: FixedClock
) -> None:
    post = Post()
    async with post.served():
        pass
    async with ImapServer().served() as box, running(office, post, box) as process:
        box.deliver(bytes(a_mail("请问几点开门？")))
        await until(lambda: process.mail.pulse.away)
        visits = box.visits
        await until(lambda: box.visits > visits + 1)
        assert process.mail.pulse.away == ("out",)
        async with post.served():
            clock.advance(hours=1)
            await until(lambda: process.mail.pulse.reached)


async def test_a_wrong_password_is_told_and_stops_nothing(office: Office) -> None:
    async with town(office, password="wrong") as process:
        await until(lambda: process.mail.pulse.fault == "error")
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
        assert (await waits(office, "mail")).aside.n == 1


async def test_hostile_bytes_are_put_aside_and_a_nest_is_read_as_far_as_it_goes(office: Office) -> None:
    async with town(office) as process:
        process.box.deliver(b"\x00\xff\xfe not a mail")
        nest = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(400))
        process.box.deliver(f"From: {LI}\r\nSubject: nested\r\n{nest}".encode())
        await process.worked_off()
    assert len(await rows(office, "inbox")) == 2
    assert {r["state"] for r in await rows(office, "inbox")} <= {"done", "poison"}


# Notices to those who left an address ---------------------------------------------------------------------------


async def test_an_address_from_a_form_gets_number_and_link_alone(office: Office) -> None:
    async with town(office) as process:
        case_id, key = await a_notice(office, "answered")
        sent = await ends(office, case_id, key, "sent")
        (mail,) = process.post.to(LI)
    assert sent["channel"] == "mail"
    assert mail["Message-ID"].endswith(f".{sent['provider_id']}@qinghe.example>")
    assert mail["Reply-To"].addresses[0].addr_spec[-30:-15] not in str(sent)
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


async def tried(office: Office, case_id: str, key: str, times: int) -> None:
    """The notice was tried so often and is in nobody's hands."""
    async with asyncio.timeout(30):
        while True:
            found = await row(office, case_id, key)
            if found["attempts"] >= times and found["lease_until"] is None:
                return
            await asyncio.sleep(0.01)


async def test_the_settings_open_the_channel_and_the_site_waits_for_no_mail_server(office: Office) -> None:
    at = dict.fromkeys(("smtp_host", "imap_host"), "127.0.0.1") | {"smtp_tls": "none", "imap_tls": "none"}
    async with Post().served() as post, ImapServer().served() as box:
        ports = {"smtp_port": post.port, "imap_port": box.port}
        given = Mail(mode="both", address=OURS, imap_user="letters", poll_seconds=0.05, **at, **ports)
        settings = Settings(mail=given)
        async with outside(office, settings, SITE, DANGERS, Secrets(imap="wrong")) as channels:
            await until(lambda: channels.mail.pulse.fault)
            assert channels.courier.pulses["mail"].reached is False
        async with outside(office, settings, SITE, DANGERS, Secrets(imap="a password")) as channels:
            box.deliver(bytes(a_mail("请问图书馆几点开门？")))
            await post.brings(LI, "查询码")
            assert channels.courier.pulses["mail"].reached is True
        async with outside(office, Settings(), SITE, DANGERS, Secrets()) as channels:
            assert channels.mail is None
        unfit = settings.model_copy(update={"mail": given.model_copy(update={"kind": "report_staff"})})
        with pytest.raises(ValueError, match=r"mail\.kind"):
            async with outside(office, unfit, SITE, DANGERS, Secrets(imap="a password")):
                pass


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "send", "address": OURS},
        {"mode": "both", "address": OURS, "smtp_host": "h"},
        {"address": "letters+x@a.example"},
        {"done_folder": "INBOX"},
        {"folder": 'IN"BOX'},
    ],
)
def test_settings_that_do_not_fit_are_refused_at_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"mail|pattern"):
        Mail(**wrong)
