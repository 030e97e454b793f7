"""Sending to a chat, and what an error of sending means for the message."""

from dataclasses import replace

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
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
    "CAPTION_UNITS",
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

CAPTION_UNITS = 1024
"""The longest caption of a file, in UTF-16 units (Telegram Bot API, sendDocument)."""
CAPABILITIES = {"text_units": SAY_UNITS, "buttons": True, "edit": True, "upload_bytes": 50_000_000}
_UNCHANGED = "message is not modified"


def outbound(say: Say) -> OutboundMessage:
    """A sentence of the dialogue as a message."""
    return OutboundMessage(say.text, say.buttons)


async def send(bot: Bot, chat: str, message: OutboundMessage) -> str:
    """Send a message and return the provider id of its first part; the buttons stand under the last one.

    A long text goes out in parts cut at ends of paragraphs and sentences. Raises telegram.error.TelegramError (see
    `classify`) where nothing was sent, SentInPart where something was.
    """
    if message.replaces:
        return await _edit(bot, chat, message)
    if message.document is not None:
        return await _send_document(bot, chat, message, message.document)
    parts = split_text(message.text, SAY_UNITS)
    if not parts:
        raise BadRequest("Message text is empty")
    first = ""
    for at, part in enumerate(parts):
        last = at == len(parts) - 1
        try:
            sent = await bot.send_message(
                int(chat),
                part,
                reply_markup=keyboard(message.buttons) if last else None,
                disable_notification=message.silent,
            )
        except Exception as fault:
            if not first:
                raise
            raise SentInPart(first, replace(message, text="\n".join(parts[at:])), fault) from fault
        first = first or str(sent.message_id)
    return first


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


async def _send_document(bot: Bot, chat: str, message: OutboundMessage, document: Document) -> str:
    caption, *more = split_text(message.text, CAPTION_UNITS) or ("",)
    rest = replace(message, text="\n".join(more), document=None)
    sent = await bot.send_document(
        int(chat),
        document.content,
        filename=document.name,
        caption=caption or None,
        reply_markup=None if more else keyboard(message.buttons),
        disable_notification=message.silent,
    )
    first = str(sent.message_id)
    if more:
        try:
            await send(bot, chat, rest)
        except SentInPart as fault:
            raise SentInPart(first, fault.rest, fault.cause) from fault.cause
        except Exception as fault:
            raise SentInPart(first, rest, fault) from fault
    return first


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
