"""Fetching from the mailbox: each mail is moved away only after it was kept, so that a crash brings it again."""

import asyncio
import contextlib
import imaplib
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import structlog

Keep = Callable[[bytes], Awaitable[None]]
CONNECT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class ImapAccess:
    """How the mailbox is reached; of a mail at most `most` bytes are fetched."""

    host: str
    port: int
    tls: Literal["tls", "starttls", "none"]
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    done: str = "Minxin"
    most: int = 20 << 20
    context: ssl.SSLContext | None = None


class Refused(Exception):
    """The server answered that it will not do something; `what` names the command."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Mailbox:
    """One visit to the mailbox over imaplib; every method blocks, so it is called on a thread."""

    def __init__(self, access: ImapAccess) -> None:
        self._access = access
        self._imap: imaplib.IMAP4 | None = None
        self._dropped = False

    def open(self) -> list[str]:
        """Sign in and list what lies in the folder; raises Refused, imaplib.IMAP4.error and OSError."""
        access = self._access
        context = access.context or ssl.create_default_context()
        if access.tls == "tls":
            imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                access.host, access.port, ssl_context=context, timeout=CONNECT_SECONDS
            )
        else:
            imap = imaplib.IMAP4(access.host, access.port, timeout=CONNECT_SECONDS)
        self._imap = imap
        if self._dropped:
            self.drop()
            raise Refused("dropped")
        if access.tls == "starttls":
            imap.starttls(context)
        imap.login(access.user, f'"{access.password}"' if " " in access.password else access.password)
        imap.create(_quoted(access.done))  # says NO where it is there already
        self._must(imap.select(_quoted(access.folder)), "SELECT")
        found = self._must(imap.uid("SEARCH", "ALL"), "SEARCH")
        return found[0].decode("ascii").split() if found and isinstance(found[0], bytes) else []

    def fetch(self, uid: str) -> bytes:
        """The mail, or its beginning where it is larger than `most`; it stays unseen. Raises as `open` does."""
        found = self._must(self._ready.uid("FETCH", uid, f"(BODY.PEEK[]<0.{self._access.most}>)"), "FETCH")
        content = next((part[1] for part in found if isinstance(part, tuple)), None)
        if not isinstance(content, bytes):
            raise Refused("FETCH")
        return content

    def put_away(self, uid: str) -> None:
        """Move a mail that was kept to the folder of what is done (RFC 6851, or copy and delete)."""
        imap, done = self._ready, _quoted(self._access.done)
        if "MOVE" in imap.capabilities:
            self._must(imap.uid("MOVE", uid, done), "MOVE")
            return
        self._must(imap.uid("COPY", uid, done), "COPY")
        self._must(imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)"), "STORE")
        if "UIDPLUS" in imap.capabilities:
            self._must(imap.uid("EXPUNGE", uid), "EXPUNGE")
        else:
            self._must(imap.expunge(), "EXPUNGE")

    def leave(self) -> None:
        """Sign out; whatever the server says to that."""
        if self._imap is not None:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                self._imap.logout()

    def drop(self) -> None:
        """Cut the line at once, so that a thread waiting on it ends, or one that is only now connecting."""
        self._dropped = True
        if self._imap is not None:
            with contextlib.suppress(OSError):
                self._imap.socket().shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                self._imap.shutdown()

    @property
    def _ready(self) -> imaplib.IMAP4:
        if self._imap is None:
            raise Refused("not open")
        return self._imap

    def _must(self, answer: tuple[str, list[Any]], what: str) -> list[Any]:
        if answer[0] != "OK":
            raise Refused(what)
        return answer[1]


def _quoted(folder: str) -> str:
    return f'"{folder}"'


async def visit(access: ImapAccess, keep: Keep) -> tuple[int, int]:
    """Fetch all that lies there, hand each to `keep` and move it away; how many were kept, how many the server refused.

    A mail that cannot be fetched or moved does not block those behind it; what `keep` raises ends the visit, and the
    mail comes again. Raises imaplib.IMAP4.error, Refused and OSError for the visit as a whole.
    """
    box, log = Mailbox(access), structlog.get_logger("mail.fetching")
    taken = refused = 0
    try:
        for uid in await asyncio.to_thread(box.open):
            try:
                raw = await asyncio.to_thread(box.fetch, uid)
                await keep(raw)
                await asyncio.to_thread(box.put_away, uid)
                taken += 1
            except (Refused, imaplib.IMAP4.error) as fault:
                if isinstance(fault, imaplib.IMAP4.abort):
                    raise
                refused += 1
                log.warning("a mail stays in the mailbox", error=type(fault).__name__)
        await asyncio.to_thread(box.leave)
    finally:
        box.drop()
    return taken, refused
