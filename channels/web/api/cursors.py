"""Cursors: where a page ended, as an opaque text that only this site can have written."""

import base64
import binascii
import hashlib
import hmac
import json

from aiohttp import web

from channels.web.session import derived_key
from hub.errors import Invalid, Said

SEAL_BYTES = 12


def write_cursor(app: web.Application, name: str, *parts: str) -> str:
    """The parts as a cursor of the list `name`."""
    body = json.dumps(parts, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(_seal(app, name, body) + body).decode().rstrip("=")


def read_cursor(app: web.Application, name: str, cursor: str, length: int) -> tuple[str, ...]:
    """The parts of a cursor of this list; raises Invalid for one that we did not write."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        raise _no_cursor() from None
    seal, body = raw[:SEAL_BYTES], raw[SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(app, name, body)):
        raise _no_cursor()
    parts = tuple(json.loads(body))
    if len(parts) != length:
        raise _no_cursor()
    return parts


def _seal(app: web.Application, name: str, body: bytes) -> bytes:
    key = derived_key(app, f"cursor {name}")
    return hmac.new(key, body, hashlib.sha256).digest()[:SEAL_BYTES]


def _no_cursor() -> Invalid:
    return Invalid(
        {"cursor": Said("这个翻页位置无效，请从第一页开始。", "This cursor is not valid; start at the first page.")}
    )
