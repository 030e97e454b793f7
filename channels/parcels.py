"""What the courier goes by: its outlets and tempo, a parcel on its way, and how a try ended."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import structlog

from channels.inbound import Seal
from channels.message import Document, OutboundMessage, Sender
from channels.pulse import Pulse
from hub.files import FileStore, NoSuchFile
from hub.storage.deliveries import Errand
from hub.submission import Attached

Form = Literal["short", "full"]
"""How much text a channel carries: number, state and link, or the words of the office as well."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """A channel the courier may use; `seal` opens what conversations on it left to be said.

    `form` is how much text it carries, where that is not what the policy says; `pulse` is kept while it is used.
    What is `keyed` knows a repeated message by its key, so that its words need not say so. `attaches` is how many bytes
    of files it carries with one message, where it carries full text; what it does not carry is named beside the link.
    """

    sender: Sender
    seal: Seal | None = None
    form: Form | None = None
    pulse: Pulse = field(default_factory=Pulse)
    keyed: bool = False
    attaches: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """Address of the site; `form` is how much text a foreign messenger carries; the rest is tempo in seconds."""

    site: str
    form: Form = "short"
    idle: float = 1.0
    lease: float = 60.0
    patience: float = 10.0
    jitter: Callable[[], float] = field(default=random.random)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message ready to go: by which channel, to which address, with which files of the file store."""

    channel: str
    address: str
    message: OutboundMessage
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """How a try ended. `wait` are seconds until the next; `tells` is a notice to officers, `entry` a journal line."""

    state: str
    channel: str = ""
    provider_id: str = ""
    error: str = ""
    wait: float = 0.0
    entry: str = ""
    tells: str = ""
    to: str = ""


def carried(outlet: Outlet, form: Form, files: tuple[Attached, ...]) -> tuple[Attached, ...]:
    """The files that go along with a message; all of them or none, so that nobody misses one without a word."""
    fits = form == "full" and sum(f.size for f in files) <= outlet.attaches
    return files if fits else ()


def packed(parcel: Parcel, store: FileStore) -> Parcel:
    """The parcel with the contents of its files. One that the disk does not give stays with the link, and alarms."""
    documents = []
    for file in parcel.files:
        try:
            documents.append(Document(file.name, store.get(file.sha256), file.mime))
        except NoSuchFile:
            structlog.get_logger("courier").error("a file is missing", alarm=True, channel=parcel.channel)
    return replace(parcel, message=replace(parcel.message, documents=tuple(documents)))


def marked(parcel: Parcel, errand: Errand, outlet: Outlet) -> OutboundMessage:
    """A chat message that may have arrived before says so, where the channel does not know it by its key."""
    if not errand.repeated or outlet.keyed:
        return parcel.message
    return replace(parcel.message, text=f"（可能重复）{parcel.message.text}")
