"""Files on their way into a letter: inspected on a thread, kept, and carried through the form as signed references."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import astuple
from typing import Any

from aiohttp import web

from channels.web.keys import office_of
from channels.web.session import derived_key
from hub.errors import Said
from hub.files import FileStore, Refused, inspect, safe_name
from hub.submission import MOST_FILES, Attached

ACCEPT = ".jpg,.jpeg,.png,.webp,.pdf,.docx,.xlsx,.txt,.ogg,.mp3"


async def take(
    request: web.Request, uploads: Iterable[Any], room: int = MOST_FILES
) -> tuple[list[Attached], Said | None]:
    """Inspect and keep the files of a form; what was taken, and in one sentence each why others were not.

    `room` is how many more the letter may carry; an empty file entry of a browser is no file.
    """
    taken: list[Attached] = []
    zh: list[str] = []
    en: list[str] = []
    given = [u for u in uploads if isinstance(u, web.FileField)]
    for upload in (u for u in given if u.filename):
        if len(taken) >= room:
            zh.append(f"最多附{MOST_FILES}个文件，多出来的没有收下。")
            en.append(f"At most {MOST_FILES} files; the others were not taken.")
            break
        try:
            taken.append(await asyncio.to_thread(_keep, office_of(request).files, upload))
        except Refused as refused:
            name = safe_name(upload.filename)
            zh.append(f"{name}：{refused.zh}")
            en.append(f"{name}: {refused.en}")
    for upload in given:
        upload.file.close()
    return taken, Said(" ".join(zh), " ".join(en)) if zh else None


def _keep(store: FileStore, upload: web.FileField) -> Attached:
    facts = inspect(upload.filename, upload.file.read())
    store.put(facts.content)
    return Attached(facts.sha256, facts.name, facts.media_type, facts.size)


def sealer(app: web.Application) -> Callable[[Attached], str]:
    """Writes a file as a reference that only this hub can have written."""
    key = derived_key(app, "draft file")

    def sealed(file: Attached) -> str:
        body = base64.urlsafe_b64encode(json.dumps(astuple(file)).encode()).decode()
        return f"{body}.{hmac.new(key, body.encode(), hashlib.sha256).hexdigest()}"

    return sealed


def unsealer(app: web.Application) -> Callable[[str], Attached | None]:
    """Reads such a reference; None for one that is not ours."""
    key = derived_key(app, "draft file")

    def unsealed(reference: str) -> Attached | None:
        body, _, seal = reference.partition(".")
        mine = hmac.new(key, body.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(mine.encode(), seal.encode("utf-8", "replace")):
            return None
        try:
            sha256, name, mime, size = json.loads(base64.urlsafe_b64decode(body))
        except (binascii.Error, ValueError):
            return None
        return Attached(sha256, name, mime, size)

    return unsealed


def readable(size: int) -> str:
    """A size as people read it: 340 KB, 1.2 MB."""
    return f"{max(1, size // 1024)} KB" if size < 1 << 20 else f"{size / (1 << 20):.1f} MB"
