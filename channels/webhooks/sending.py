"""Messages to a gateway's chats: words with buttons, cut where the gateway carries no more in one."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from channels.dialogue.lengths import split_text
from channels.message import OutboundMessage, Outcome
from channels.webhooks.wire import Wire, classify


class Offered(BaseModel):
    """One button: the words on it, and the code that comes back as a choice."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    label: str
    code: Annotated[str, Field(min_length=1, max_length=64)]


class Posted(BaseModel):
    """What the hub posts: words for one chat, with rows of buttons; `silent` ones arrive without a sound (at night)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    to: Annotated[str, Field(description="The chat of the events: the user's id, or the phone number.")]
    text: Annotated[str, Field(min_length=1)]
    key: Annotated[str, Field(description="The same at every try of one message: what is known is not sent again.")]
    buttons: tuple[tuple[Offered, ...], ...] = ()
    silent: bool = False


class WebhookSender:
    """One gateway as the courier sees it.

    Of a message in parts the earlier ones have a key that ends in ~1, ~2 …, and the last, with the buttons, the bare
    key: a try that broke off is posted anew from the first, and the gateway knows what it has.
    """

    def __init__(self, wire: Wire, most: int) -> None:
        self._wire = wire
        self._most = most

    async def send(self, address: str, message: OutboundMessage, key: str) -> str:
        """Post the message and return the gateway's id of its last part. Raises what `classify` understands."""
        parts = split_text(message.text, self._most)
        if not parts:
            raise ValueError("a message has words")
        silent = message.silent
        for n, part in enumerate(parts[:-1], 1):
            await self._wire.post(Posted(to=address, text=part, key=f"{key}~{n}", silent=silent).model_dump())
        rows = tuple(tuple(Offered(label=b.label, code=b.code) for b in row) for row in message.buttons)
        last = Posted(to=address, text=parts[-1], key=key, buttons=rows, silent=silent)
        return await self._wire.post(last.model_dump())

    def classify(self, error: BaseException) -> Outcome:
        """What an error of `send` means."""
        return classify(error)

    def pause(self, address: str) -> float:
        """The gateway paces by itself."""
        return 0.0

    def hold(self, address: str, seconds: float) -> None:
        """Waiting is left to the row that was told to wait."""


def bare(key: str) -> str:
    """The key of the whole message, by that of one of its parts."""
    head, mark, n = key.rpartition("~")
    return head if mark and n.isascii() and n.isdigit() else key
