"""A gateway's worker: one event from the inbox becomes a turn of the conversation, or settles what was sent."""

from collections.abc import Callable
from typing import Literal

from channels.conversing import Conversation, Heard, Setting
from channels.dialogue import Attachment, Input
from channels.inbound import Seal
from channels.webhooks.events import Choice, Delivery, Event, File, Text, read_event
from channels.webhooks.receipts import heard_of, take_receipt
from hub.office import Office
from hub.storage.inbox import Taken


class Worker:
    """Handles events; `on_said` is called when answers wait."""

    def __init__(self, office: Office, seal: Seal, setting: Setting, conversation: Conversation) -> None:
        self.on_said: Callable[[], None] = lambda: None
        self._office = office
        self._seal = seal
        self._setting = setting
        self._conversation = conversation

    async def handle(self, taken: Taken) -> None:
        """Do one event whole. Raises LostLease, PutOff, and whatever keeps it from being done now."""
        event = self._event(taken)
        if isinstance(event, Delivery):
            phone = await heard_of(self._office, event)
            await self._office.store.write(take_receipt, taken, event, phone, self._office.clock())
        else:
            await self._conversation.hear(self._heard(taken, event))
        self.on_said()

    async def give_up(self, taken: Taken, error: str) -> None:
        """Put an event aside that cannot be done; somebody who waits for an answer is told politely."""
        await self._conversation.apologise(taken, error, self._awaited)
        self.on_said()

    def _awaited(self, taken: Taken) -> Heard | None:
        """An event that somebody sent who waits for an answer."""
        event = self._event(taken)
        return None if isinstance(event, Delivery) else self._heard(taken, event)

    def _event(self, taken: Taken) -> Event:
        return read_event(self._seal.open(f"inbox:{taken.event_id}", taken.payload).encode())

    def _heard(self, taken: Taken, event: Text | Choice | File) -> Heard:
        return Heard(taken, event.chat, event.lang or self._setting.lang, (_input(event),))


def _input(event: Text | Choice | File) -> Input:
    match event:
        case Text():
            return Input("text", event.id, event.text)
        case Choice():
            return Input("button", event.id, event.code)
        case File():
            kind: Literal["file", "voice"] = "voice" if event.type.startswith("audio/") else "file"
            return Input(kind, event.id, event.text, Attachment(event.name, event.url, event.type, 0))
