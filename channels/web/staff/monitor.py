"""The page on how routing does: week by week beside the card of the model in force, and what fell behind it."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from channels.texts.catalog import N_
from channels.web.keys import SETTINGS
from channels.web.render import percent
from channels.web.staff.admin_tabs import tabs
from channels.web.staff.frame import Desk, show, sit
from hub.storage.tx import Tx
from routing import monitor
from routing.models import Models
from routing.monitor import Week

PAGE = "/staff/admin/routing"
FALLEN: Mapping[str, str] = {
    "sent": N_("不经人工直接派出的明显变少：请看派单规则和门槛，再用近来的改派重新训练。"),
    "moved": N_("直接派出后被改派的，比模型卡片上估计的多：请看近来的改派，必要时重新训练，或换回前一个模型。"),
    "confidence": N_("模型比训练时拿不准：来信的内容在变，请用近来的改派重新训练。"),
    "unknown": N_("来信里模型没学过的字词变多：请用近来的来信重新训练。"),
}
MEASURES = (
    ("sent", "sent_share", N_("直接派出")),
    ("moved", "moved_share", N_("其后改派")),
    ("confidence", "confidence", N_("平均把握")),
    ("unknown", "unknown_share", N_("没学过的字词")),
)


async def show_monitor(request: web.Request) -> web.StreamResponse:
    """The last eight weeks as they were counted today."""
    desk = await sit(request)
    at, weeks = await desk.office.store.read(monitor.latest)
    card = _models(desk).card_in_force()
    expected = monitor.promised(card)
    return await show(
        desk,
        "monitor.html",
        pages=tabs(desk, "routing"),
        at=at,
        fallen=[desk.say(FALLEN[code]) for code in monitor.falling(weeks, card)],
        heads=[desk.say(word) for _, _, word in MEASURES],
        rows=[_row(desk, week) for week in reversed(weeks)],
        card={"name": card["name"], "at": str(card["trained_at"])[:10], "letters": sum(card["letters"].values())},
        expected=[percent(expected.get(code)) for code, _, _ in MEASURES],
        least=monitor.LEAST,
    )


def alarms(desk: Desk, tx: Tx) -> tuple[str, ...]:
    """What fell, for the page on how the hub runs."""
    _, weeks = monitor.latest(tx)
    return monitor.falling(weeks, _models(desk).card_in_force())


def _models(desk: Desk) -> Models:
    return Models(desk.request.app[SETTINGS].data.folder / "models")


def _row(desk: Desk, week: Week) -> dict[str, Any]:
    """A week whose letters the model judged shows its shares, another one only how many came."""
    shares = [percent(getattr(week, name) if _of(week, code) else None) for code, name, _ in MEASURES]
    return {"monday": week.monday, "n": week.letters, "sent": week.sent, "moved": week.moved, "shares": shares}


def _of(week: Week, code: str) -> int:
    return week.sent if code == "moved" else week.judged
