"""A hub with its mailbox and courier running against a real SMTP server and an IMAP server, for citizens who mail."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from channels.courier import Courier, Outlet, Policy, courier
from channels.letters import Form
from channels.mail.fetching import ImapAccess
from channels.mail.mailbox import MailChannel, Tempo, mailbox
from channels.mail.sending import SmtpAccess
from channels.mail.worker import Setting
from hub.office import Office
from tests.by_telegram import DANGERS, SITE, waits
from tests.imap_server import ImapServer

OURS = "letters@qinghe.example"
TEMPO = Tempo(poll=0.05, retry=0.02, idle=0.02, patience=5.0)


class Post:
    """What the SMTP server was handed; `faults` are its next answers to a command, "cut" cuts the line."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[tuple[str, EmailMessage]] = []
        self.faults: dict[str, list[str]] = {"MAIL": [], "RCPT": [], "DATA": []}

    @asynccontextmanager
    async def served(self) -> AsyncIterator["Post"]:
        loop = asyncio.get_running_loop()
        made = lambda: SMTP(self, hostname="mail.example", loop=loop, enable_SMTPUTF8=True)  # noqa: E731
        server = await loop.create_server(made, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def handle_MAIL(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:
        envelope.mail_from = address
        return self._next("MAIL") or "250 OK"

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:
        envelope.rcpt_tos.append(address)
        return self._next("RCPT") or "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:
        fault = self._next("DATA")
        if fault and fault != "cut":
            return fault
        content = envelope.content
        assert isinstance(content, bytes)
        mail = email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos[0], mail))
        if fault == "cut":
            assert server.transport is not None
            server.transport.close()
        return "250 OK"

    def _next(self, verb: str) -> str:
        return self.faults[verb].pop(0) if self.faults[verb] else ""

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for to, mail in self.mails if to == address]

    async def brings(self, address: str, words: str, since: int = 0) -> EmailMessage:
        """The first mail to an address that holds these words in its subject or text."""
        holds = lambda m: words in m["Subject"] + m.get_content()  # noqa: E731
        found: EmailMessage = await until(lambda: next((m for m in self.to(address)[since:] if holds(m)), None))
        return found


async def until(found: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Wait for something that is true."""
    async with asyncio.timeout(seconds):
        while not (it := found()):
            await asyncio.sleep(0.01)
    return it


@dataclass
class Running:
    """Mailbox and courier of one process, with both servers."""

    office: Office
    mail: MailChannel
    courier: Courier
    post: Post
    box: ImapServer

    async def worked_off(self) -> None:
        """Everything delivered was fetched and done."""
        await until(lambda: not self.box.folders["INBOX"])
        async with asyncio.timeout(30):
            while (await waits(self.office, "mail")).came.n:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def running(
    office: Office,
    post: Post,
    box: ImapServer,
    *,
    carry: Form = "full",
    per_sender: int = 100,
    most: int = 20 << 20,
    password: str = "a password",
    tempo: Tempo = TEMPO,
) -> AsyncIterator[Running]:
    """One process: mailbox and courier work inside the block."""
    smtp = SmtpAccess(OURS, "清禾区政民互动", "127.0.0.1", post.port, "none")
    imap = ImapAccess("127.0.0.1", box.port, "none", "letters", password, most=most)
    async with AsyncExitStack() as stack:
        setting = Setting(SITE, OURS, "consult", per_sender, DANGERS)
        mail = await stack.enter_async_context(mailbox(office, smtp, imap, setting, tempo))
        assert mail is not None
        outlets = {"mail": Outlet(mail.sender, mail.seal, carry, mail.pulse)}
        policy = Policy(SITE, "short", 0.02, 60.0, tempo.patience, jitter=lambda: 0.5)
        carrying = await stack.enter_async_context(courier(office, outlets, policy))
        mail.wakes(carrying.wake)
        await stack.enter_async_context(mail.at_work())
        yield Running(office, mail, carrying, post, box)


@asynccontextmanager
async def town(office: Office, **how: Any) -> AsyncIterator[Running]:
    """Both servers, and one process beside them."""
    async with Post().served() as post, ImapServer().served() as box, running(office, post, box, **how) as process:
        yield process


def a_mail(
    text: str, sender: str = "li@citizen.example", subject: str = "窗口几点下班", **headers: str
) -> EmailMessage:
    """A mail to the hub, as a mail program writes it."""
    mail = EmailMessage()
    mail["From"] = f"李小满 <{sender}>"
    mail["To"] = OURS
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{abs(hash((text, sender, subject)))}@citizen.example>"
    for name, value in headers.items():
        name = name.replace("_", "-")
        del mail[name]
        mail[name] = value
    mail.set_content(text)
    return mail


def an_answer(to: EmailMessage, text: str, sender: str = "li@citizen.example", *, plus: bool = True) -> EmailMessage:
    """An answer to a mail of the hub, with what it answers quoted below."""
    quoted = "\n".join(f"> {line}" for line in to.get_content().splitlines())
    answer = a_mail(
        f"{text}\n\n在 2026-02-13 10:00:00，“清禾区政民互动” 写道：\n\n{quoted}\n", sender, f"Re: {to['Subject']}"
    )
    if plus:
        del answer["To"]
        answer["To"] = to["Reply-To"]
    else:
        answer["In-Reply-To"] = to["Message-ID"]
    return answer
