"""The channels: whether each works, what waits on it, and what could not be handled, to be tried again or closed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from channels.pulse import Pulse, Way
from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.keys import PARTS
from channels.web.staff import parts
from channels.web.staff.frame import Desk, hurry, show, sit, status_of, texts
from hub import quarantine
from hub.errors import Invalid, NotFound, Refusal
from hub.quarantine import REASONS, PutAside
from hub.storage import traffic
from hub.storage.traffic import Queue, Waiting
from hub.storage.tx import Tx

PAGE = "/staff/channels"
NOT_REACHED: Mapping[tuple[Way, ...], str] = {
    ("in",): N_("收不进来，自动重试中"),
    ("out",): N_("发不出去，自动重试中"),
    ("in", "out"): N_("不通，自动重试中"),
}
OUR_OWN = N_("通知：送达方式待定")
DONE = {
    "again": N_("已重新排队处理。结果出来前，它会出现在“等待处理”里；再次失败会回到这里。"),
    "closed": N_("已搁置。原因记入办理记录。"),
    "over": N_("这一条已经有人处理，或者已经成功了。"),
}


async def show_channels(request: web.Request) -> web.StreamResponse:
    """Every channel with its health, and what was put aside."""
    return await render(await sit(request), None, "")


async def decide(request: web.Request) -> web.StreamResponse:
    """Try one event again, or close it with a reason."""
    desk, given = await sit(request), form(request)
    hurry(desk)
    channel, event = texts(given, "channel"), texts(given, "event")
    write, wish = desk.office.store.write, texts(given, "do")
    try:
        if wish == "again":
            await write(quarantine.again, channel, event, desk.actor, desk.now)
        elif wish == "close":
            reason = texts(given, "reason")
            await write(quarantine.close, channel, event, reason, desk.actor, desk.now)
        else:
            return await render(desk, None, "")
    except NotFound:
        raise web.HTTPSeeOther(f"{PAGE}?done=over") from None
    except Invalid as fault:
        return await render(desk, fault, f"{channel} {event}")
    raise web.HTTPSeeOther(f"{PAGE}?done={'again' if wish == 'again' else 'closed'}")


async def render(desk: Desk, fault: Refusal | None, about: str) -> web.Response:
    """The page; a refusal stands above it and at the event it is about."""
    waits, aside = await desk.office.store.read(_known, desk, room="heavy")
    pulses = desk.request.app[PARTS].pulses
    names = [*pulses, *(name for name in waits if name not in pulses)]
    said = fault.fields["reason"] if isinstance(fault, Invalid) else fault.said if fault else None
    return await show(
        desk,
        "channels.html",
        status=status_of(fault) if fault else 200,
        rows=[_row(desk, name, pulses.get(name), waits.get(name, Waiting())) for name in names],
        aside=[_aside(desk, event) for event in aside],
        reasons=[("", desk.say(N_("请选择")))] + [(code, desk.word(word)) for code, word in REASONS.items()],
        about=about,
        above=desk.word(said) if said else "",
        done=desk.say(DONE[code]) if (code := query(desk.request).get("done", "")) in DONE else "",
    )


def _known(tx: Tx, desk: Desk) -> tuple[dict[str, Waiting], tuple[PutAside, ...]]:
    return traffic.waiting(tx), quarantine.listed(tx, desk.actor, desk.book)


def _row(desk: Desk, name: str, pulse: Pulse | None, waits: Waiting) -> dict[str, Any]:
    word, tone = _state(pulse)
    return {
        "name": _name(desk, name) if pulse is not None or waits.came.n or waits.aside.n else desk.say(OUR_OWN),
        "state": desk.say(word) if word else "",
        "tone": tone,
        "came": _queue(waits.came),
        "going": _queue(waits.going),
        "worked": [
            (desk.say(N_("最近收到")), pulse.came if pulse else None),
            (desk.say(N_("最近发出")), pulse.went if pulse else None),
        ],
        "fault": pulse.fault if pulse else "",
        "fault_at": pulse.fault_at if pulse else None,
        "failures": pulse.failures if pulse else 0,
    }


def _state(pulse: Pulse | None) -> tuple[str, str]:
    if pulse is None:
        return "", ""
    if pulse.reached is None:
        return N_("还没有动静"), ""
    return (N_("通"), "green") if pulse.reached else (NOT_REACHED[pulse.away], "red")


def _queue(queue: Queue) -> dict[str, int | datetime | None]:
    return {"n": queue.n, "oldest": queue.oldest}


def _aside(desk: Desk, event: PutAside) -> dict[str, Any]:
    return {
        "id": f"{event.channel} {event.event_id}",
        "channel": event.channel,
        "name": _name(desk, event.channel),
        "event": event.event_id,
        "since": event.since,
        "tries": event.tries,
        "error": event.error,
        "letters": event.letters,
    }


def _name(desk: Desk, channel: str) -> str:
    return desk.say(parts.CHANNELS.get(channel, channel))
