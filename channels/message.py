"""What is sent over any channel, and what an error of sending means for it."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from channels.dialogue.talk import Button


@dataclass(frozen=True, slots=True)
class Document:
    """A file to send: its name, content and type."""

    name: str
    content: bytes = field(repr=False)
    mime: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """What one chat is sent: words with rows of buttons, and then files, in their order.

    `replaces` is the provider id of an earlier message that these words and buttons take the place of. `silent`
    messages arrive without a sound (quiet hours). `subject` and `mark` are for mail: its heading, and what
    an answer to it carries.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    documents: tuple[Document, ...] = ()
    replaces: str = ""
    silent: bool = False
    subject: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an error means: `wait` says for how many seconds, `moved` where the chat is now, `reason` is for people.

    done: nothing is left to do; transient: try again with back-off; permanent: never again as it is; unreachable: the
    citizen blocked the bot or left; ambiguous: it may have arrived; alarm: the bot itself is broken, call the operator.
    """

    kind: Literal["done", "wait", "transient", "permanent", "unreachable", "ambiguous", "moved", "alarm"]
    reason: str
    wait: float = 0.0
    moved: str = ""


class SentInPart(Exception):
    """A later part of a long message failed: the parts before it have arrived, `rest` remains to be sent.

    `first` is the provider id of the first part that arrived; the cause is the error that `classify` understands.
    """

    def __init__(self, first: str, rest: OutboundMessage, cause: Exception) -> None:
        super().__init__(f"sent in part: {type(cause).__name__}")
        self.first = first
        self.rest = rest
        self.cause = cause


class Sender(Protocol):
    """A channel as the courier sees it: an address is a chat's id, a phone number, whatever the channel calls by."""

    async def send(self, address: str, message: OutboundMessage, key: str) -> str:
        """Send and return the provider's id; raises what `classify` understands. `key` is the same for every try."""
        ...

    def classify(self, error: BaseException) -> Outcome:
        """What an error of `send` means."""
        ...

    def pause(self, address: str) -> float:
        """Seconds until a message to this address may go by the channel's own limits; 0 means now."""
        ...

    def hold(self, address: str, seconds: float) -> None:
        """The channel said wait: nothing to this address before."""
        ...
