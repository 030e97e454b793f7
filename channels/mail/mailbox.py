"""The mailbox as a whole: it fetches, takes and sends by itself; the site never waits for a mail server."""

import asyncio
import imaplib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from channels.inbound import Inbound, Seal, channel_seal
from channels.mail.fetching import ImapAccess, Refused, visit
from channels.mail.sending import MailSender, SmtpAccess
from channels.mail.worker import CHANNEL, Setting, Worker, kept_as, packed
from hub.ending import stopped
from hub.office import Office
from hub.storage.errors import StoreError

LOOKS_A_TIDYING = 120
LONGEST_WAIT = 300.0


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast the mailbox goes, in seconds: between visits, after a failure at first, idle workers, the end."""

    poll: float = 30.0
    retry: float = 5.0
    idle: float = 1.0
    patience: float = 10.0


class MailChannel:
    """Mail, ready to send; it takes letters while it is `at_work` and knows a mailbox."""

    def __init__(
        self, office: Office, sender: MailSender, seal: Seal, worker: Worker, imap: ImapAccess | None, tempo: Tempo
    ) -> None:
        self.sender = sender
        self.seal = seal
        self._imap = imap
        self._worker = worker
        self._tempo = tempo
        self._inbound = Inbound(office, seal, CHANNEL, worker.handle, worker.give_up, tempo.idle)
        self.pulse = self._inbound.pulse
        self.refused = 0
        self._clock = office.clock
        self._log = structlog.get_logger("mail")

    def wakes(self, courier: Callable[[], None]) -> None:
        """Whom to wake when answers wait in the outbox."""
        self._worker.on_said = courier

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Letters are fetched and worked off inside the block."""
        async with AsyncExitStack() as stack:
            if self._imap is not None:
                await stack.enter_async_context(self._inbound.at_work(self._tempo.patience))
                stack.push_async_callback(stopped, asyncio.create_task(self._fetch_for_ever(self._imap)))
            yield

    async def keep(self, raw: bytes) -> None:
        """Keep one mail, durable when this returns; raises what the store raises, and then it is fetched again."""
        kept, content = await asyncio.to_thread(lambda: (kept_as(raw), packed(raw)))
        await self._inbound.keep(kept, content)

    async def _fetch_for_ever(self, imap: ImapAccess) -> None:
        """Visit the mailbox again and again; failures wait and double."""
        looks = failures = 0
        while True:
            failures = 0 if await self._visited(imap) else failures + 1
            if looks % LOOKS_A_TIDYING == 0:
                await self._tidy()
            looks += 1
            wait = self._tempo.retry * 2.0 ** min(failures - 1, 10) if failures else self._tempo.poll
            await asyncio.sleep(min(wait, max(LONGEST_WAIT, self._tempo.poll)))

    async def _visited(self, imap: ImapAccess) -> bool:
        try:
            _, self.refused = await visit(imap, self.keep)
        except (imaplib.IMAP4.error, Refused, OSError, StoreError, ValueError) as fault:
            if self.pulse.failed(type(fault).__name__, self._clock()):
                self._log.warning("the mailbox is not reached", error=self.pulse.fault)
            return False
        if over := self.pulse.answered():
            self._log.warning("the mailbox is reached again", count=over)
        if self.refused:
            self.pulse.noted("refused", self._clock())
        return True

    async def _tidy(self) -> None:
        try:
            await self._inbound.tidy()
        except StoreError as fault:
            self._log.warning("old mails stay", error=type(fault).__name__)


@asynccontextmanager
async def mailbox(
    office: Office, smtp: SmtpAccess | None, imap: ImapAccess | None, setting: Setting, tempo: Tempo = Tempo()
) -> AsyncIterator[MailChannel | None]:
    """Mail as the settings have it, ready to send inside the block; None where it is off.

    No server is asked before it is at work. Raises ValueError where a mail could not become a letter of its kind.
    """
    if smtp is None:
        yield None
        return
    if imap is not None:
        kind = (await office.book()).kinds.get(setting.kind)
        if kind is None or kind.sealed or any(field.required for field in kind.fields):
            raise ValueError(
                f"mail.kind = {setting.kind}：邮件来信的类别要存在、不密封、没有必填栏目。"
                "(The kind of a letter by mail must exist, be unsealed, and have no required field.)"
            )
    seal = await channel_seal(office, CHANNEL)
    sender = MailSender(smtp, office.clock)
    yield MailChannel(office, sender, seal, Worker(office, seal, setting), imap, tempo)
