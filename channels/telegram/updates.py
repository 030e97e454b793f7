"""From Telegram's update to what a citizen did; every update is understood, if only as something unknown."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from telegram import Bot, Chat, Message, Update

from channels.dialogue.talk import Attachment, Input

CHANNEL = "telegram"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""What the bot asks Telegram to send; other kinds are neither stored nor answered."""

_IN_A_CHAT = ("message", "edited_message", "my_chat_member")

Kind = Literal["input", "blocked", "unblocked", "moved", "ignored"]


class Unreadable(ValueError):
    """What came in is no update of Telegram; it is kept as it is for a person to look at."""


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """One event of a chat. `chat` is Telegram's chat id as text, empty where the update belongs to no chat.

    `kind` is `input` for something a citizen did (then `input` is set), `blocked` and `unblocked` when a citizen stops
    or restarts the bot, `moved` when a group got the new id `moved_to`, and `ignored` for what asks for no answer.
    `press` is the id with which a pressed button is acknowledged; `lang` is `zh` or `en` by the citizen's own setting;
    `album` is the same for the photos of one album.
    """

    channel: str
    event_id: str
    chat: str
    kind: Kind
    input: Input | None = None
    press: str = ""
    lang: Literal["zh", "en"] = "zh"
    album: str = ""
    moved_to: str = ""


class Glance(NamedTuple):
    """What keeping an update needs: its id, its chat (empty where there is none), its words, and its album."""

    event_id: str
    chat: str
    text: str
    album: str


def glance(raw: bytes) -> Glance:
    """Look at an update without understanding it, so that keeping it is quick; raises Unreadable for what is none.

    `chat` is the one that `parse` finds where it finds one, because it names the lane.
    """
    update = _object(raw)
    press = update.get("callback_query")
    where = (*(update.get(name) for name in _IN_A_CHAT), press.get("message") if isinstance(press, dict) else None)
    body = next((each for each in where if isinstance(each, dict)), {})
    chat = body.get("chat")
    number = chat.get("id") if isinstance(chat, dict) else None
    text, album = body.get("text"), body.get("media_group_id")
    return Glance(
        str(update["update_id"]),
        str(number) if type(number) is int else "",
        text if isinstance(text, str) and not isinstance(press, dict) else "",
        album if isinstance(album, str) else "",
    )


def _object(raw: bytes) -> dict[str, Any]:
    try:
        update = json.loads(raw)
    except (ValueError, RecursionError) as fault:
        raise Unreadable("the body is no JSON") from fault
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        raise Unreadable("the body is no update: it has no update_id")
    return update


def webhook_secret_ok(header: str | None, secret: str) -> bool:
    """Whether the header X-Telegram-Bot-Api-Secret-Token is the secret, in constant time; an empty secret is never."""
    return bool(secret) and hmac.compare_digest((header or "").encode(), secret.encode())


def parse(raw: bytes | Mapping[str, Any], bot: Bot | None = None) -> InboundEvent:
    """What an update says; raises Unreadable for what is no update at all, and for nothing else.

    An update of a kind not known here becomes `ignored`, a message of a kind not known here an unknown input.
    """
    data = _object(raw) if isinstance(raw, bytes) else dict(raw)
    if type(data.get("update_id")) is not int:
        raise Unreadable("this is no update: it has no update_id")
    event_id = str(data["update_id"])
    try:
        return _read(Update.de_json(data, bot), event_id)
    except Exception:  # whatever a future API sends: an answer to the chat if it can be named, never a loop
        return _half_known(data, event_id)


def _read(update: Update, event_id: str) -> InboundEvent:
    if update.callback_query is not None:
        return _pressed(update, event_id)
    if update.my_chat_member is not None:
        return _membership(update, event_id)
    message = update.message or update.edited_message
    if message is None:
        return InboundEvent(CHANNEL, event_id, "", "ignored")
    return _said(message, event_id, edited=update.edited_message is not None)


def _half_known(data: Mapping[str, Any], event_id: str) -> InboundEvent:
    message = data.get("message")
    chat = message.get("chat") if isinstance(message, Mapping) else None
    if not isinstance(chat, Mapping) or type(chat.get("id")) is not int:
        return InboundEvent(CHANNEL, event_id, "", "ignored")
    given = Input("unknown", event_id, private=chat.get("type") == "private")
    return InboundEvent(CHANNEL, event_id, str(chat["id"]), "input", given)


def _lang(code: str | None) -> Literal["zh", "en"]:
    return "en" if code and not code.startswith("zh") else "zh"


def _pressed(update: Update, event_id: str) -> InboundEvent:
    query, chat = update.callback_query, update.effective_chat
    if query is None or chat is None:  # a press under an inline message stands in no chat of ours
        return InboundEvent(CHANNEL, event_id, "", "ignored")
    given = Input("button", query.id, query.data or "", private=chat.type == Chat.PRIVATE)
    lang = _lang(query.from_user.language_code)
    return InboundEvent(CHANNEL, event_id, str(chat.id), "input", given, press=query.id, lang=lang)


def _membership(update: Update, event_id: str) -> InboundEvent:
    change = update.my_chat_member
    if change is None or change.chat.type != Chat.PRIVATE:
        return InboundEvent(CHANNEL, event_id, "" if change is None else str(change.chat.id), "ignored")
    kind: Kind = "blocked" if change.new_chat_member.status in ("kicked", "left") else "unblocked"
    return InboundEvent(CHANNEL, event_id, str(change.chat.id), kind)


def _said(message: Message, event_id: str, *, edited: bool) -> InboundEvent:
    chat = str(message.chat.id)
    private = message.chat.type == Chat.PRIVATE
    if message.migrate_to_chat_id is not None:
        return InboundEvent(CHANNEL, event_id, chat, "moved", moved_to=str(message.migrate_to_chat_id))
    if message.from_user is not None and message.from_user.is_bot:
        return InboundEvent(CHANNEL, event_id, chat, "ignored")
    if edited and message.text is None and message.caption is None:  # a live place moves by edits: nothing was said
        return InboundEvent(CHANNEL, event_id, chat, "ignored")
    kind, text, file = _content(message)
    given = Input(kind, str(message.message_id), text, file, private, edited)
    lang = _lang(message.from_user.language_code if message.from_user else None)
    album = message.media_group_id or ""
    return InboundEvent(CHANNEL, event_id, chat, "input", given, lang=lang, album=album)


def _content(message: Message) -> tuple[Literal["text", "file", "voice", "sticker", "unknown"], str, Attachment | None]:
    """What kind of input a message is, its words, and its file. A shared place or contact counts as words."""
    if message.text is not None:
        return "text", message.text, None
    caption = message.caption or ""
    if message.sticker is not None or message.dice is not None:
        return "sticker", "", None
    voice = message.voice or message.video_note
    if voice is not None:
        mime = getattr(voice, "mime_type", None) or ("audio/ogg" if message.voice else "video/mp4")
        name = f"voice-{message.message_id}.ogg" if message.voice else f"video-{message.message_id}.mp4"
        return "voice", caption, Attachment(name, voice.file_id, mime, voice.file_size or 0)
    file = _file(message)
    if file is not None:
        return "file", caption, file
    return _shared(message)


def _file(message: Message) -> Attachment | None:
    if message.photo:
        best = max(message.photo, key=lambda size: size.width * size.height)
        return Attachment(f"photo-{message.message_id}.jpg", best.file_id, "image/jpeg", best.file_size or 0)
    sent = message.document or message.video or message.audio or message.animation
    if sent is None:
        return None
    name = sent.file_name or f"file-{message.message_id}"
    return Attachment(name, sent.file_id, sent.mime_type or "application/octet-stream", sent.file_size or 0)


def _shared(message: Message) -> tuple[Literal["text", "unknown"], str, None]:
    if message.venue is not None:
        where = message.venue.location
        return "text", f"{message.venue.title} {message.venue.address} ({_point(where)})", None
    if message.location is not None:
        return "text", _point(message.location), None
    if message.contact is not None:
        return "text", message.contact.phone_number, None
    return "unknown", "", None


def _point(where: Any) -> str:
    return f"{where.latitude:.5f}, {where.longitude:.5f}"
