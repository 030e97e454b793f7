"""Files that citizens send to the bot: fetched, looked at and kept before the deed; what fails is told kindly."""

import asyncio

from telegram import Bot
from telegram.error import TelegramError

from channels.conversing import Material
from channels.dialogue import Attachment, Say
from channels.telegram.downloads import fetch
from channels.telegram.sending import classify
from hub import files
from hub.errors import Refusal, Said
from hub.files import FileStore
from hub.submission import Attached

PATIENT_TRIES = 3
"""So often a fetch that may yet succeed lets the whole event come again; then the letter goes without the file."""
_LOST = Said("这份材料没有取到，请稍后再发一次。", "This item could not be fetched; please send it once more later.")
_TOLD = Said("“{name}”没有收下：{why}", "“{name}” was not taken: {why}")


async def fetched(
    bot: Bot, shelf: FileStore, sent: tuple[Attachment, ...], lang: str, attempt: int, most: int = files.MOST_BYTES
) -> Material:
    """Fetch and keep each file. Raises TelegramError on the first tries where waiting may help."""
    kept: list[Attached] = []
    told: list[Say] = []
    for one in sent:
        try:
            kept.append(await _one(bot, shelf, one, most))
        except Refusal as no:
            told.append(_say(one, no.said, lang))
        except TelegramError as fault:
            if attempt < PATIENT_TRIES and classify(fault).kind != "permanent":
                raise
            told.append(_say(one, _LOST, lang))
    return Material(tuple(kept), tuple(told))


async def _one(bot: Bot, shelf: FileStore, sent: Attachment, most: int) -> Attached:
    content = await fetch(bot, sent.ref, most)
    facts = await asyncio.to_thread(files.inspect, sent.name, content)
    sha256 = await asyncio.to_thread(shelf.put, facts.content)
    return Attached(sha256, facts.name, facts.media_type, facts.size)


def _say(sent: Attachment, why: Said, lang: str) -> Say:
    at = 1 if lang == "en" else 0
    return Say(_TOLD[at].format(name=sent.name, why=why[at]))
