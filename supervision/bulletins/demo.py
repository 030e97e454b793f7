"""In the demo district supervision writes its remarks, and a leader releases each bulletin some days later."""

import tomllib
from datetime import datetime, timedelta
from typing import Any

from config import starter
from hub.office import Office
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.storage import bulletins as rows
from hub.storage import people
from hub.storage.bulletins import Bulletin
from hub.storage.tx import Tx
from supervision.bulletins.releasing import check, release, write


async def release_old(office: Office, now: datetime) -> int:
    """Check and release what has waited long enough; answers how many that were."""
    told = tomllib.loads((starter.HERE / "demo" / "bulletins.toml").read_text("utf-8"))
    waiting = await office.store.read(_waiting, now - timedelta(hours=told["after_hours"]))
    for one in waiting:
        await office.store.write(_release, one, told, await office.book(), now)
    return len(waiting)


def _waiting(tx: Tx, drawn_before: datetime) -> list[Bulletin]:
    return [one for one in rows.listed(tx, everything=True) if not one.checked_by and one.drawn_at < drawn_before]


def _release(tx: Tx, one: Bulletin, told: dict[str, Any], book: Rulebook, now: datetime) -> None:
    """The deed: remarks, check and release, by two people."""
    words: dict[str, str] = told["words"].get(one.kind, {})
    checks, releases = (_officer(tx, told[name], now) for name in ("checked_by", "released_by"))
    written = write(tx, one.key, words, one.revision, checks, book, now)
    checked = check(tx, one.key, written.revision, checks, now)
    release(tx, one.key, checked.revision, releases, now)


def _officer(tx: Tx, account: str, now: datetime) -> Actor:
    officer = people.by_account(tx, account)
    actor = people.actor(tx, officer.id, now) if officer else None
    assert actor is not None  # the demo has just added it
    return actor
