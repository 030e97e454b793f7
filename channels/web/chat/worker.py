"""The chat's worker: what a browser sent is read from the inbox and heard as a conversation, whose lines pages show."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from channels.conversing import Conversation, Heard, Material, Setting, line_key
from channels.dialogue import Attachment, Input, Say
from channels.errands import Chat
from channels.inbound import Seal, lane
from channels.web.chat.lines import label_of, opened, sealed
from hub.dictation import is_voice
from hub.office import Office
from hub.privacy.vault import CannotOpen
from hub.storage import chats
from hub.storage.inbox import Taken
from hub.storage.tx import Tx
from hub.submission import Attached
from routing.danger import Dangers

CHANNEL = "chat"
RECENT = 40
"""So many lines back a pressed button's words are looked for."""


def setting_of(site: str, dangers: Dangers) -> Setting:
    """The chat of the site itself: everything may be said there."""
    return Setting(CHANNEL, site, words=True, dangers=dangers)


@dataclass(frozen=True, slots=True)
class Event:
    """What came in from a browser: the chat's address, and what was typed, pressed and attached in one sending.

    `place` stands for where it came from (a keyed hash), so that wrong query codes count by place, not by chat.
    """

    chat: str
    id: str
    place: str
    lang: str
    kind: str
    text: str
    files: tuple[Attached, ...] = ()

    def inputs(self) -> tuple[Input, ...]:
        """As the conversation takes it: each file by itself, the words with the last."""
        if self.kind == "button":
            return (Input("button", self.id, self.text),)
        if not self.files:
            return (Input("text", self.id, self.text),)
        *first, last = self.files
        rows = [Input(_kind(f), f"{self.id}.{n}", file=_attachment(f)) for n, f in enumerate(first)]
        return (*rows, Input(_kind(last), self.id, self.text, _attachment(last)))


def packed(event: Event) -> bytes:
    """An event as the durable inbox keeps it."""
    files = [[f.sha256, f.name, f.mime, f.size] for f in event.files]
    names = ("chat", "id", "place", "lang", "kind", "text")
    row = {name: getattr(event, name) for name in names}
    return json.dumps({**row, "files": files}, ensure_ascii=False).encode()


def unpacked(raw: str) -> Event:
    """An event from the inbox."""
    row: dict[str, Any] = json.loads(raw)
    files = tuple(Attached(*f) for f in row.pop("files"))
    return Event(**row, files=files)


def _kind(file: Attached) -> Literal["voice", "file"]:
    return "voice" if is_voice(file.mime) else "file"


def _attachment(file: Attached) -> Attachment:
    """A file that is kept already: its reference says all that a letter needs."""
    return Attachment(file.name, json.dumps([file.sha256, file.mime]), file.mime, file.size)


def _attached(sent: Attachment) -> Attached:
    sha256, mime = json.loads(sent.ref)
    return Attached(sha256, sent.name, mime, sent.size)


async def _kept_already(sent: tuple[Attachment, ...], lang: str, attempt: int) -> Material:
    return Material(tuple(_attached(f) for f in sent))


class Worker:
    """Handles what browsers sent; `wake` is called with the chat in which something was said."""

    def __init__(self, office: Office, seal: Seal, setting: Setting, wake: Callable[[str], None]) -> None:
        self._office = office
        self._seal = seal
        self._wake = wake
        self._conversation = Conversation(office, seal, setting, _kept_already, self._speak)

    async def handle(self, taken: Taken) -> None:
        """Do one event whole. Raises LostLease and whatever keeps it from being done now."""
        event = self._event(taken)
        label = await self._label(event) if event.kind == "button" else ""
        await self._conversation.hear(self._heard(taken, event, label))
        self._wake(lane(self._office, CHANNEL, event.chat))

    async def give_up(self, taken: Taken, error: str) -> None:
        """Put an event aside that cannot be done, and tell the citizen politely."""
        await self._conversation.apologise(taken, error, self._sorry_for)
        with suppress(CannotOpen):
            self._wake(lane(self._office, CHANNEL, self._event(taken).chat))

    def _event(self, taken: Taken) -> Event:
        return unpacked(self._seal.open(f"inbox:{taken.event_id}", taken.payload))

    def _sorry_for(self, taken: Taken) -> Heard:
        return self._heard(taken, self._event(taken), "")

    def _heard(self, taken: Taken, event: Event, label: str) -> Heard:
        return Heard(taken, event.chat, event.lang, event.inputs(), place=event.place, label=label)

    async def _label(self, event: Event) -> str:
        """The words on a pressed button, as the page shows what was said."""
        recent = await self._office.store.read(chats.latest, CHANNEL, lane(self._office, CHANNEL, event.chat), RECENT)
        return label_of([opened(self._seal, line) for line in recent], event.text, event.lang)

    def _speak(self, tx: Tx, heard: Heard, chat: Chat, says: Sequence[Say], now: datetime) -> None:
        """Keep what was said on both sides as lines of the chat; the citizen's own line is kept once."""
        key, mine = line_key(heard, chat), line_key(replace(heard, sorry=False), chat)
        files = tuple(given.file.name for given in heard.inputs if given.file is not None)
        own = sealed(self._seal, mine, "citizen", Say(heard.label or heard.inputs[-1].text), files)
        said = [sealed(self._seal, f"{key}:{n}", "hub", say) for n, say in enumerate(says)]
        chats.add(tx, CHANNEL, chat.digest, [own, *said], now)
