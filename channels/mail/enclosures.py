"""Files that came by mail: looked at and kept before the deed; which one was not taken is told by its place."""

import asyncio
from dataclasses import dataclass

from channels.mail.reading import Enclosed
from channels.mail.words import CUT_OFF, NOT_TAKEN, TOO_MANY, pick
from hub import files
from hub.errors import Refusal, Said
from hub.files import FileStore
from hub.submission import MOST_FILES, Attached


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept, and a sentence for each file that was not; its name is not repeated to an unproven address."""

    files: tuple[Attached, ...] = ()
    told: tuple[str, ...] = ()


async def kept(shelf: FileStore, sent: tuple[Enclosed, ...], lang: str, most: int = MOST_FILES) -> Kept:
    """Look at each file and keep what may be kept, at most `most`."""
    taken: list[Attached] = []
    told: list[str] = []
    for n, one in enumerate(sent, 1):
        why: Said | None = None
        if not one.whole:
            why = CUT_OFF
        elif len(taken) >= most:
            why = TOO_MANY
        else:
            try:
                taken.append(await _one(shelf, one))
            except Refusal as no:
                why = no.said
        if why is not None and len(told) < 2 * MOST_FILES:
            told.append(pick(NOT_TAKEN, lang).format(n=n, why=pick(why, lang)))
    return Kept(tuple(taken), tuple(told))


async def _one(shelf: FileStore, sent: Enclosed) -> Attached:
    facts = await asyncio.to_thread(files.inspect, sent.name, sent.content)
    sha256 = await asyncio.to_thread(shelf.put, facts.content)
    return Attached(sha256, facts.name, facts.media_type, facts.size)
