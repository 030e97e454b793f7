"""Sending to a chat, and what an error of sending means for the message."""

from dataclasses import replace

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from channels.dialogue.lengths import SAY_UNITS, split_text
from channels.dialogue.talk import Button, Say
from channels.message import Document, OutboundMessage, Outcome, SentInPart

__all__ = [
    "CAPABILITIES",
    "Document",
    "OutboundMessage",
    "Outcome",
    "SentInPart",
    "acknowledge",
    "classify",
    "keyboard",
    "outbound",
    "send",
]

CAPABILITIES = {"text_units": SAY_UNITS, "buttons": True, "edit": True, "upload_bytes": 50_000_000}
"""What one message carries at most (Telegram Bot API, sendMessage and sendDocument)."""
PHOTOS = ("image/jpeg", "image/png", "image/webp")
_UNCHANGED = "message is not modified"
_NO_PICTURE = ("photo_", "image_process_failed", "wrong type")


def outbound(say: Say) -> OutboundMessage:
    """A sentence of the dialogue as a message."""
    return OutboundMessage(say.text, say.buttons)


async def send(bot: Bot, chat: str, message: OutboundMessage) -> str:
    """Send words, then files, and return the provider id of the first; the buttons stand under the last words.

    A long text goes out in parts cut at ends of paragraphs and sentences. Raises telegram.error.TelegramError (see
    `classify`) where nothing was sent, SentInPart where something was.
    """
    if message.replaces:
        return await _edit(bot, chat, message)
    parts = split_text(message.text, SAY_UNITS)
    if not parts and not message.documents:
        raise BadRequest("Message text is empty")
    first = ""
    pieces: tuple[str | Document, ...] = (*parts, *message.documents)
    for at, part in enumerate(pieces):
        try:
            if isinstance(part, Document):
                sent = await _send_document(bot, chat, part, silent=message.silent)
            else:
                under = keyboard(message.buttons) if at == len(parts) - 1 else None
                sent = await bot.send_message(int(chat), part, reply_markup=under, disable_notification=message.silent)
        except Exception as fault:
            if not first:
                raise
            raise SentInPart(first, _from(message, parts, at), fault) from fault
        first = first or str(sent.message_id)
    return first


def _from(message: OutboundMessage, parts: tuple[str, ...], at: int) -> OutboundMessage:
    """What remains of a message from this part on."""
    left = message.documents[max(0, at - len(parts)) :]
    words = "\n".join(parts[at:])
    return replace(message, text=words, documents=left, buttons=message.buttons if words else ())


def keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    """Rows of buttons as Telegram draws them under a message; None without any."""
    drawn = [[InlineKeyboardButton(b.label, callback_data=b.code) for b in row] for row in rows if row]
    return InlineKeyboardMarkup(drawn) if drawn else None


async def _edit(bot: Bot, chat: str, message: OutboundMessage) -> str:
    parts = split_text(message.text, SAY_UNITS)
    if len(parts) != 1:
        raise BadRequest("Message text is empty or too long to replace another")
    await bot.edit_message_text(
        parts[0], chat_id=int(chat), message_id=int(message.replaces), reply_markup=keyboard(message.buttons)
    )
    return message.replaces


async def _send_document(bot: Bot, chat: str, document: Document, *, silent: bool) -> Message:
    """A picture as one that is seen in the chat; one that Telegram will not draw, and all else, as a file."""
    if document.mime in PHOTOS:
        try:
            return await bot.send_photo(
                int(chat), document.content, filename=document.name, disable_notification=silent
            )
        except BadRequest as fault:
            if not fault.message.lower().startswith(_NO_PICTURE):
                raise
    return await bot.send_document(int(chat), document.content, filename=document.name, disable_notification=silent)


async def acknowledge(bot: Bot, press: str, text: str = "") -> None:
    """Let a pressed button stop turning; Telegram forgets presses soon, so an old one is no error."""
    try:
        await bot.answer_callback_query(press, text=text or None)
    except BadRequest:
        return


def classify(error: BaseException) -> Outcome:
    """What an error of `send` means. The order matters: BadRequest and TimedOut are NetworkErrors too.

    An error that is none of Telegram's is `transient`: the courier tries again and gives up in the end.
    """
    cause = error.cause if isinstance(error, SentInPart) else error
    reason = type(cause).__name__
    match cause:
        case RetryAfter():
            return Outcome("wait", reason, wait=_wait_of(cause))
        case ChatMigrated():
            return Outcome("moved", reason, moved=str(cause.new_chat_id))
        case Forbidden():
            return Outcome("unreachable", f"{reason}: {cause.message}")
        case BadRequest() if _UNCHANGED in cause.message.lower():
            return Outcome("done", reason)
        case BadRequest():
            return Outcome("permanent", f"{reason}: {cause.message}")
        case TimedOut():
            return Outcome("ambiguous", reason)
        case InvalidToken() | EndPointNotFound():
            return Outcome("alarm", reason)
        case Conflict() | NetworkError():
            return Outcome("transient", reason)
        case _:
            return Outcome("transient", reason)


def _wait_of(error: RetryAfter) -> float:
    after = error.retry_after
    return float(after) if isinstance(after, int | float) else after.total_seconds()
