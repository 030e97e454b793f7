"""Exactly what the citizen will get: the page's own message, and what the courier would send, parted as it sends it."""

from collections.abc import Sequence
from typing import Any

from channels.courier import Parcel
from channels.dialogue.lengths import SAY_UNITS, split_text
from channels.letters import SMS_MOST
from channels.texts.catalog import N_
from channels.web.keys import PARTS
from channels.web.staff import parts
from channels.web.staff.frame import Desk
from hub.submission import Attached
from hub.views import FileView, StaffCase

NOTICES = {"interim": "interim"}
"""The notice that goes with a type of reply; any other is the answer."""
HEADS = {"telegram": N_("Telegram 消息"), "sms": N_("短信"), "mail": N_("电子邮件")}


async def previews(
    desk: Desk, case: StaffCase, reply: str, kind: str, along: Sequence[FileView]
) -> list[dict[str, Any]]:
    """The page first, then what goes out beside it. Of a hidden letter a unit is not told which way it goes."""
    shown: list[dict[str, Any]] = [{"way": "page", "texts": [reply], "files": parts.files(case.row.number, along)}]
    files = {f.n: Attached("", f.name, f.mime, f.size) for f in along}
    ask = desk.request.app[PARTS].preview
    hidden = case.row.level in ("confidential", "anonymous") and not desk.actor.hub_roles
    if hidden:
        return [*shown, {"way": "none", "note": desk.say(N_("隐名办理：答复由系统转达，渠道不显示。"))}]
    parcel = await ask(case.case_id, NOTICES.get(kind, "answered"), reply, files) if ask and reply else None
    return [*shown, sent(desk, parcel, case)]


def sent(desk: Desk, parcel: Parcel | None, case: StaffCase) -> dict[str, Any]:
    """One message as it arrives: a long chat message in its parts, a text message with its length."""
    if parcel is None:
        return {"way": "none", "note": _no_message(desk, case)}
    message, channel = parcel.message, parcel.channel
    texts: Sequence[str] = split_text(message.text, SAY_UNITS) if channel == "telegram" else (message.text,)
    note = ""
    if channel == "sms":
        note = desk.say(N_("%(n)s字，一条短信最多%(most)s字"), n=len(message.text), most=SMS_MOST)
    elif len(texts) > 1:
        note = desk.say(N_("太长，分%(n)s条发出"), n=len(texts))
    return {
        "way": channel,
        "head": desk.say(HEADS.get(channel, parts.CHANNELS.get(channel, channel))),
        "subject": message.subject,
        "texts": list(texts),
        "buttons": [button.label for row in message.buttons for button in row],
        "files": [f.name for f in parcel.files],
        "note": note,
    }


def _no_message(desk: Desk, case: StaffCase) -> str:
    if not case.party.reachable:
        return desk.say(N_("来信人没有留联系方式，凭编号和查询码查看。"))
    if case.party.phone:
        return desk.say(N_("没有可以发消息的渠道：会请您打电话告诉来信人已经答复。"))
    return desk.say(N_("没有可以发消息的渠道，来信人凭编号和查询码查看。"))
