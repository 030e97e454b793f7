"""Files that citizens send over a gateway: fetched from where its files lie and nowhere else, looked at, and kept."""

import asyncio
from urllib.parse import urlsplit

import aiohttp

from channels.conversing import Material
from channels.dialogue import Attachment, Say
from hub import files
from hub.errors import Refusal, Said
from hub.files import MOST_BYTES, FileStore
from hub.submission import Attached

SECONDS = aiohttp.ClientTimeout(total=60.0, sock_connect=5.0, sock_read=15.0)
PATIENT_TRIES = 3
"""So often a fetch that may yet succeed lets the whole event come again; then the letter goes without the file."""
_LOST = Said("这份材料没有取到，请稍后再发一次。", "This item could not be fetched; please send it once more later.")
_TOLD = Said("“{name}”没有收下：{why}", "“{name}” was not taken: {why}")
_BIG = Said(
    f"超过{MOST_BYTES // 1_000_000}兆，请压缩后再发。", "It is too large; please compress it and send it again."
)


class NotYet(Exception):
    """The file was not handed out this time; later it may be."""


class NotThere(Exception):
    """The file will not be handed out."""


def is_allowed(url: str, origins: tuple[str, ...]) -> bool:
    """Whether an address lies on one of these origins (scheme, host and port together); no user name, no escape."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return False
    if parts.username is not None or not parts.hostname or any(sign <= " " or sign == "\\" for sign in url):
        return False
    return f"{parts.scheme}://{parts.hostname}{port}" in origins


class Files:
    """Where the files of one gateway lie."""

    def __init__(self, http: aiohttp.ClientSession, origins: tuple[str, ...], shelf: FileStore) -> None:
        self._http = http
        self._origins = origins
        self._shelf = shelf

    async def __call__(self, sent: tuple[Attachment, ...], lang: str, attempt: int) -> Material:
        """Fetch and keep each file. Raises NotYet on the first tries where waiting may help."""
        kept: list[Attached] = []
        told: list[Say] = []
        for one in sent:
            try:
                kept.append(await self._one(one))
            except Refusal as no:
                told.append(_say(one, no.said, lang))
            except NotYet:
                if attempt < PATIENT_TRIES:
                    raise
                told.append(_say(one, _LOST, lang))
            except NotThere:
                told.append(_say(one, _LOST, lang))
        return Material(tuple(kept), tuple(told))

    async def _one(self, sent: Attachment) -> Attached:
        content = await self._fetched(sent.ref)
        facts = await asyncio.to_thread(files.inspect, sent.name, content)
        sha256 = await asyncio.to_thread(self._shelf.put, facts.content)
        return Attached(sha256, facts.name, facts.media_type, facts.size)

    async def _fetched(self, url: str) -> bytes:
        """The content, no more than may be kept; a redirection leads elsewhere and is not followed."""
        if not is_allowed(url, self._origins):
            raise NotThere
        try:
            async with self._http.get(url, timeout=SECONDS, allow_redirects=False) as answer:
                if answer.status >= 500 or answer.status in (408, 425, 429):
                    raise NotYet
                if answer.status != 200:
                    raise NotThere
                content = bytearray()
                async for piece in answer.content.iter_chunked(1 << 16):
                    content += piece
                    if len(content) > MOST_BYTES:
                        raise Refusal(*_BIG)
                return bytes(content)
        except (TimeoutError, aiohttp.ClientError, OSError) as fault:
            raise NotYet from fault


def _say(sent: Attachment, why: Said, lang: str) -> Say:
    at = 1 if lang == "en" else 0
    return Say(_TOLD[at].format(name=sent.name, why=why[at]))
