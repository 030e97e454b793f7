"""Handing a mail to the server, and what an error of that means for the notice."""

import asyncio
import email.policy
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from channels.mail.marks import digest_of, message_id, reply_address
from channels.message import OutboundMessage, Outcome
from hub.moments import Clock

SECONDS = 40.0
"""A sending ends before the lease of its notice does (timing.outbox_lease_seconds)."""
AT_ONCE = 4
MOST_ATTACHED = 15_000_000
"""Bytes of files in one mail; with their coding they stay below the 25 MB that most mailboxes take."""
_DEFAULT_SUBJECT = "民信 Minxin"


class NotReached(Exception):
    """The server surely has not taken the mail: the connection failed before its words were sent."""


class Untrusted(Exception):
    """The server's certificate is not one that is trusted, or it speaks no TLS."""


class Interrupted(Exception):
    """The connection was lost while the words were on their way: the server may have taken them."""


@dataclass(frozen=True, slots=True)
class SmtpAccess:
    """How the server is reached; `user` empty means without signing in."""

    address: str
    name: str
    host: str
    port: int
    tls: Literal["tls", "starttls", "none"]
    user: str = ""
    password: str = field(default="", repr=False)
    plus: bool = True
    context: ssl.SSLContext | None = None


class MailSender:
    """Mail as the courier sees it: each message on a connection of its own, few at once."""

    def __init__(self, access: SmtpAccess, clock: Clock, seconds: float = SECONDS) -> None:
        self._access = access
        self._clock = clock
        self._seconds = seconds
        self._room = asyncio.Semaphore(AT_ONCE)

    async def send(self, address: str, message: OutboundMessage, key: str) -> str:
        """Hand over one mail and return what its id ends with, without the mark, which is a secret of its reader.

        Raises what `classify` understands.
        """
        mail = written(self._access, address, message, key, self._clock)
        async with self._room:
            await self._handed_over(address, _unfolded(mail.as_bytes()))
        return digest_of(key)

    def classify(self, error: BaseException) -> Outcome:
        """What an error of `send` means (RFC 5321, 4.2.1: 4yz may pass, 5yz is final)."""
        reason = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
        match error:
            case Interrupted():
                return Outcome("ambiguous", reason)
            case NotReached():
                return Outcome("transient", reason)
            case Untrusted() | SMTPNotSupported():
                return Outcome("alarm", reason)
            case SMTPResponseException(code=code) if code < 500:
                return Outcome("transient", reason)
            case SMTPAuthenticationError() | SMTPSenderRefused() | SMTPHeloError() | SMTPConnectResponseError():
                return Outcome("alarm", reason)
            case SMTPRecipientRefused():
                return Outcome("unreachable", reason)
            case SMTPResponseException() | ValueError():
                return Outcome("permanent", reason)
            case _:
                return Outcome("transient", reason)

    def pause(self, address: str) -> float:
        """The mail server paces by itself."""
        return 0.0

    def hold(self, address: str, seconds: float) -> None:
        """Waiting is left to the notice that was told to wait."""

    async def _handed_over(self, address: str, content: bytes) -> None:
        access = self._access
        smtp = SMTP(
            hostname=access.host,
            port=access.port,
            use_tls=access.tls == "tls",
            start_tls=access.tls == "starttls",
            tls_context=access.context,
            timeout=self._seconds,
        )
        words_under_way = False
        try:
            async with asyncio.timeout(self._seconds):
                await smtp.connect()
                if access.user:
                    await smtp.login(access.user, access.password)
                await smtp.mail(access.address)
                await smtp.rcpt(address)
                words_under_way = True
                await smtp.data(content)
        except (SMTPResponseException, SMTPNotSupported):
            raise
        except (SMTPException, OSError) as fault:
            raise _broken(fault, words_under_way=words_under_way) from None
        else:
            with suppress(SMTPException, OSError):
                await smtp.quit(timeout=2.0)
        finally:
            smtp.close()


def _unfolded(content: bytes) -> bytes:
    """The mail with its id on one line: folding it is allowed, but not every server can read that."""
    return content.replace(b"\r\nMessage-ID:\r\n <", b"\r\nMessage-ID: <", 1)


def _broken(fault: Exception, *, words_under_way: bool) -> Exception:
    kind = type(fault).__name__
    if words_under_way:
        return Interrupted(kind)
    cause: BaseException | None = fault
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return Untrusted(kind)
        cause = cause.__cause__ or cause.__context__
    return NotReached(kind)


def written(access: SmtpAccess, address: str, message: OutboundMessage, key: str, clock: Clock) -> EmailMessage:
    """The mail as it goes out: plain text, marked as made by a machine (RFC 3834). Raises ValueError for no address."""
    mail = EmailMessage(policy=email.policy.SMTP)
    try:
        mail["From"] = Address(access.name, addr_spec=access.address)
        mail["To"] = Address(addr_spec=address)
    except (ValueError, IndexError, MessageError):
        raise ValueError("no address that mail can be sent to") from None
    mail["Subject"] = " ".join((message.subject or _DEFAULT_SUBJECT).split())
    mail["Message-ID"] = message_id(key, message.mark, access.address)
    mail["Date"] = format_datetime(clock())
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if access.plus and message.mark:
        mail["Reply-To"] = Address(access.name, addr_spec=reply_address(access.address, message.mark))
    mail.set_content(message.text + "\n", charset="utf-8", cte="base64")
    for document in message.documents:
        main, _, sub = document.mime.partition(";")[0].partition("/")
        mail.add_attachment(document.content, maintype=main, subtype=sub, filename=document.name)
    return mail
