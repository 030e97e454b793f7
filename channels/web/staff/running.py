"""How the hub runs: what is watched, what got stuck and can be tried again, and a clock that went wrong."""

from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import form
from channels.web.keys import SETTINGS
from channels.web.staff import monitor
from channels.web.staff.frame import Desk, hurry, sit, texts
from channels.web.staff.inbox import subject
from channels.web.staff.parts import OVERLAYS
from hub import health, sweeping
from hub.errors import NotFound, Refusal, Said
from hub.moments import from_text
from hub.storage import desk_rows, journal, sweeps
from hub.storage.tx import Row, Tx
from hub.words import CLOCKS

CHECKS = {
    "heartbeat": N_("时限巡查上一次动静"),
    "clock": N_("时钟落后于已巡查的时刻"),
    "unfired": N_("到点没有处理的催办"),
    "put_off": N_("屡次出错、已搁置的时限"),
    "outbox": N_("该发还没有发的通知"),
    "inbox": N_("收到还没有处理的外来消息"),
}
TAB = "/staff/admin?tab=health"


async def assist(request: web.Request) -> web.StreamResponse:
    """Try a row again that was put off, or go on after a wrong clock was set right."""
    desk, given = await sit(request), form(request)
    hurry(desk)
    wish, write = texts(given, "do"), desk.office.store.write
    n = texts(given, "n")
    try:
        if wish == "again" and n.isdecimal() and len(n) < 10:
            what, case_id, name = (texts(given, field) for field in ("what", "case", "name"))
            await write(sweeping.again, what, case_id, name, int(n), desk.actor, desk.now)
        elif wish == "clock":
            await write(sweeping.set_right, desk.actor, desk.now)
        else:
            raise NotFound
    except Refusal:
        raise web.HTTPSeeOther(f"{TAB}&done=over") from None
    raise web.HTTPSeeOther(f"{TAB}&done=1")


async def values(desk: Desk) -> dict[str, Any]:
    """Everything the page shows."""
    tick = desk.request.app[SETTINGS].timing.sweep_seconds
    known = await desk.office.store.read(_known, desk, tick, room="heavy")
    watched: tuple[health.Check, ...] = known["watched"]
    return {
        "health": desk.office.store.health(),
        "journal": known["journal"],
        "waiting": known["waits"].outbox_waiting,
        "checks": [_check(desk, check) for check in watched],
        "routing_fallen": len(known["fallen"]),
        "clock_behind": any(check.name == "clock" and check.red for check in watched),
        "put_off": [_put_off(desk, row) for row in known["put_off"]],
        "ahead": [_ahead(desk, row) for row in known["ahead"]],
        "stuck": [_notice(desk, row) for row in known["stuck"]],
    }


def _known(tx: Tx, desk: Desk, tick: float) -> dict[str, Any]:
    waits, watched = health.checks(tx, desk.now, tick)
    return {
        "journal": journal.head(tx).seq,
        "waits": waits,
        "watched": watched,
        "fallen": monitor.alarms(desk, tx),
        "put_off": sweeps.listed(tx),
        "ahead": sweeps.fired_ahead(tx),
        "stuck": desk_rows.stuck(tx),
    }


def _check(desk: Desk, check: health.Check) -> dict[str, Any]:
    rows = check.name == "put_off"
    told = desk.say(N_("%(n)s件"), n=int(check.value)) if rows else _length(desk, check.value)
    return {"word": desk.say(CHECKS[check.name]), "red": check.red, "told": told}


def _length(desk: Desk, seconds: float) -> str:
    if seconds < 120:
        return desk.say(N_("%(n)s秒"), n=round(seconds))
    return desk.say(N_("%(h)s小时%(m)s分"), h=int(seconds) // 3600, m=int(seconds) // 60 % 60)


def _put_off(desk: Desk, row: Row) -> dict[str, Any]:
    return {
        "number": "" if row["sealed"] else row["number"],
        "word": desk.say(OVERLAYS.get(row["name"], row["name"])) if row["what"] == "overlay" else _clock(desk, row),
        "at": from_text(row["at"]),
        "until": from_text(row["until"]),
        **{name: row[name] for name in ("what", "case_id", "name", "n", "tries", "error")},
    }


def _ahead(desk: Desk, row: Row) -> dict[str, Any]:
    return {
        "number": "" if row["sealed"] else row["number"],
        "word": _clock(desk, row),
        "rung": row["rung"],
        "at": from_text(row["at"]),
    }


def _notice(desk: Desk, row: Row) -> dict[str, Any]:
    number = "" if row["sealed"] else str(row["number"])
    return {
        "number": number,
        "text": subject(desk, str(row["text"]), number),
        "state": row["state"],
        "channel": row["channel"],
        "error": row["error"],
        "at": row["created_at"],
    }


def _clock(desk: Desk, row: Row) -> str:
    return desk.word(CLOCKS.get(str(row["name"]), Said(str(row["name"]), str(row["name"]))))
