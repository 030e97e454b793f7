"""A new query code: the clerk checks who asks, the hub compares with what was left, and the receipt is shown once."""

from collections.abc import Mapping

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.errors import status_of
from channels.web.forms import form
from channels.web.keys import GATES
from channels.web.public.answering import see_other
from channels.web.staff.counter.adding import NO_SUCH
from channels.web.staff.counter.slip import RECEIPT, keep_slip
from channels.web.staff.frame import Desk, hurry, show, sit, texts
from hub import renewal
from hub.errors import Invalid, NotFound, Refusal, Said
from hub.renewal import Claim

WAYS: Mapping[str, str] = {"visit": N_("当面来访，看过身份证件"), "phone": N_("打电话来，已用登记的号码回拨")}


async def ask(request: web.Request) -> web.Response:
    """`GET /staff/letters/renew`: the empty form."""
    return await _page(await sit(request), Claim("", "", "", "", checked=False))


async def renew(request: web.Request) -> web.StreamResponse:
    """`POST /staff/letters/renew`: compare, give the new code, and go to its receipt. Wrong claims are counted."""
    desk, given = await sit(request), form(request)
    hurry(desk)
    way = texts(given, "way")
    number, name, reach = texts(given, "number").upper()[:40], texts(given, "name")[:60], texts(given, "reach")[:254]
    claim = Claim(number, way, name, reach, checked=bool(texts(given, "checked")))
    gates = request.app[GATES]
    gates.must_have_room(gates.lookups, f"renew {desk.actor.id}")
    try:
        case_id = await renewal.renew(desk.office, claim, desk.actor)
    except NotFound as fault:
        gates.take(gates.lookups, f"renew {desk.actor.id}")
        return await _page(desk, claim, {"number": NO_SUCH}, status=status_of(fault))
    except Invalid as fault:
        if fault.fields.get("reach") == renewal.DIFFERENT:
            gates.take(gates.lookups, f"renew {desk.actor.id}")
        return await _page(desk, claim, fault.fields)
    except Refusal as fault:
        return await _page(desk, claim, stopped=fault.said, status=status_of(fault))
    response = see_other(RECEIPT)
    keep_slip(desk, response, case_id)
    return response


async def _page(
    desk: Desk, claim: Claim, wrong: Mapping[str, Said] | None = None, *, stopped: Said | None = None, status: int = 0
) -> web.Response:
    return await show(
        desk,
        "counter_renew.html",
        status=status or (422 if wrong else 200),
        claim=claim,
        errors={name: desk.word(said) for name, said in (wrong or {}).items()},
        stopped=desk.word(stopped) if stopped else "",
        ways=[(code, desk.say(word)) for code, word in WAYS.items()],
    )
