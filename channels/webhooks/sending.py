"""Messages to a gateway's chats: words with buttons, cut where the gateway carries no more in one."""

from channels.dialogue.lengths import split_text
from channels.dialogue.talk import Button
from channels.message import OutboundMessage, Outcome
from channels.webhooks.wire import Wire, classify


class WebhookSender:
    """One gateway as the courier sees it.

    What is posted: {"to", "text", "key", "buttons": [[{"label", "code"}]], "silent"}. `key` is the same for every try
    of one message. Of a message in parts the earlier ones have a key that ends in ~1, ~2 …, and the last, with the
    buttons, the bare key: a try that broke off is posted anew from the first, and the gateway knows what it has.
    """

    def __init__(self, wire: Wire, most: int) -> None:
        self._wire = wire
        self._most = most

    async def send(self, address: str, message: OutboundMessage, key: str) -> str:
        """Post the message and return the gateway's id of its last part. Raises what `classify` understands."""
        parts = split_text(message.text, self._most)
        if not parts:
            raise ValueError("a message has words")
        for n, part in enumerate(parts[:-1], 1):
            await self._wire.post(_row(address, part, f"{key}~{n}", (), silent=message.silent))
        return await self._wire.post(_row(address, parts[-1], key, message.buttons, silent=message.silent))

    def classify(self, error: BaseException) -> Outcome:
        """What an error of `send` means."""
        return classify(error)

    def pause(self, address: str) -> float:
        """The gateway paces by itself."""
        return 0.0

    def hold(self, address: str, seconds: float) -> None:
        """Waiting is left to the row that was told to wait."""


def _row(
    address: str, text: str, key: str, buttons: tuple[tuple[Button, ...], ...], *, silent: bool
) -> dict[str, object]:
    rows = [[{"label": b.label, "code": b.code} for b in row] for row in buttons]
    return {"to": address, "text": text, "key": key, "buttons": rows, "silent": silent}


def bare(key: str) -> str:
    """The key of the whole message, by that of one of its parts."""
    head, mark, n = key.rpartition("~")
    return head if mark and n.isascii() and n.isdigit() else key
