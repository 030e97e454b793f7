"""Rows of the hub as the templates take them: lamps, remaining time, who is waited for, files, clocks, overlays."""

from collections.abc import Mapping, Sequence
from typing import Any

from channels.texts.catalog import N_
from channels.web import daycount
from channels.web.staff import fields
from channels.web.staff.frame import Desk
from hub.errors import Said
from hub.presence import Other
from hub.views import ClockView, FileView, ReplyView, Row, Spoken, StaffCase
from hub.words import clock_word, move_words
from routing.duplicates import Alike

LAMPS = {"grey": "paused"}
HOLDERS: Mapping[str, str] = {
    "reception": N_("受理中心"),
    "unit": N_("承办单位"),
    "supervision": N_("督查室"),
    "citizen": N_("来信人"),
    "nobody": N_("无需处理"),
}
PHASES: Mapping[str, str] = {
    "running": N_("计时中"),
    "paused": N_("暂停计时"),
    "met": N_("已按要求完成"),
    "stopped": N_("已停止"),
}
LEVELS: Mapping[str, str] = {
    "open": N_("公开"),
    "private": N_("一般保密"),
    "confidential": N_("隐名办理"),
    "anonymous": N_("匿名"),
}
OVERLAYS: Mapping[str, str] = {
    "extension": N_("延期申请"),
    "pause_request": N_("停表申请"),
    "pause": N_("停表"),
    "question": N_("请来信人说明"),
    "joint": N_("协办"),
    "shelved": N_("挂账"),
    "urgent": N_("紧急"),
    "order": N_("督办"),
    "instruction": N_("批示"),
    "contact": N_("联系记录"),
    "phone_task": N_("电话告知"),
    "ask_contact": N_("请来信人公开电话"),
    "objection": N_("退单"),
    "dispute": N_("审核异议"),
    "reopen_request": N_("重新办理申请"),
    "commitment": N_("承诺"),
    "stop_request": N_("终止申请"),
    "repeat": N_("重复件"),
    "appeal": N_("申诉"),
    "merged": N_("并案"),
    "call_back": N_("回访"),
    "call_later": N_("到期回访"),
    "outcome": N_("问来信人办好了没有"),
    "unsolved": N_("未解决待定"),
    "translation": N_("翻译来信"),
    "dictation": N_("听写语音"),
    "lifting": N_("取消遮盖申请"),
    "grade": N_("定级"),
    "correction": N_("不按建议派单"),
    "urging": N_("催办待回"),
    "proposal": N_("督办建议"),
    "duty": N_("已通知值班室"),
    "difference": N_("审读分歧"),
    "talk": N_("约谈"),
    "card": N_("发牌"),
    "card_proposal": N_("拟发牌"),
    "card_appeal": N_("发牌申诉"),
    "exclusion": N_("剔除"),
    "later_reading": N_("补抽审读"),
}
UNITS_OWN = frozenset({"joint", "duty", "urging", "order", "talk", "card", "card_proposal"})
"""Records that are about one unit, which is named with them."""
STATES: Mapping[str, str] = {
    "open": N_("待处理"),
    "granted": N_("已同意"),
    "refused": N_("未同意"),
    "ended": N_("已结束"),
    "done": N_("已完成"),
    "upheld": N_("已同意退单"),
    "overruled": N_("未同意退单"),
    "reported": N_("已反馈"),
    "answered": N_("已回复"),
    "acknowledged": N_("已知悉"),
    "taken_up": N_("已采纳"),
    "superseded": N_("已升级"),
    "kept": N_("已兑现"),
    "partly": N_("部分兑现"),
    "broken": N_("未兑现"),
    "unconfirmed": N_("来信人未确认"),
    "told": N_("来信人已回答"),
    "silent": N_("来信人未回答"),
    "unreached": N_("未联系上"),
    "missed": N_("没有打"),
    "accepted": N_("已确认"),
    "stands": N_("维持答复"),
    "held": N_("已谈"),
    "issued": N_("有效"),
    "revoked": N_("已撤销"),
    "taken_back": N_("已收回"),
    "sent_back": N_("已退回重办"),
}
VERDICTS: Mapping[str, tuple[str, str]] = {
    "drafted": (N_("待审签"), "amber"),
    "signed": (N_("已审签"), "blue"),
    "handed_back": (N_("退回修改"), "red"),
    "qualified": (N_("合格"), "jade"),
    "unqualified": (N_("退回重办"), "red"),
    "touch_up": (N_("请改格式"), "amber"),
}
BENEATH = ("translation", "dictation")
"""Records of a message whose result stands beneath it."""
CHANNELS: Mapping[str, str] = {
    "web": N_("网页"),
    "chat": N_("网页对话"),
    "telegram": "Telegram",
    "mail": N_("电子邮件"),
    "counter": N_("窗口"),
    "phone": N_("电话"),
    "paper": N_("信函"),
    "sms": N_("短信"),
    "api": N_("接口"),
    "desk": N_("工作台"),
    "page": N_("进度页"),
}


def remaining(desk: Desk, row: Row) -> str:
    """How much time is left, in words: 超期1个工作日, 今日到期, 3个工作日."""
    left = row.lamp.left
    if left is None:
        return ""
    if left < 0:
        return desk.say(N_("超期%(n)s个工作日"), n=-left)
    return desk.say(N_("今日到期")) if left == 0 else desk.say(N_("%(n)s个工作日"), n=left)


def hours(desk: Desk, row: Row) -> str:
    """The office time that is left, to the minute on the last two days; empty where it is late or nothing runs."""
    left = row.lamp.staffed
    if left is None or left <= 0:
        return ""
    if row.lamp.left is not None and row.lamp.left > 1:
        return desk.say(N_("%(h)s个办公小时"), h=left // 3600)
    return desk.say(N_("%(h)s小时%(m)s分"), h=left // 3600, m=left // 60 % 60)


def inbox_row(desk: Desk, row: Row, view: str = "", officer: str = "") -> dict[str, Any]:
    """One line of a list."""
    waits = desk.word(row.unit) if row.waits_for == "unit" and row.unit.zh else desk.say(HOLDERS[row.waits_for])
    return {
        "href": f"/staff/cases/{row.number}" + (f"?view={view}" if view else ""),
        "number": row.number,
        "title": row.title,
        "lamp": lamp(row),
        "kind": desk.word(row.kind),
        "area": row.area,
        "state": desk.word(row.state_word),
        "remaining": remaining(desk, row),
        "hours": hours(desk, row),
        "day": row.lamp.day,
        "provisional": row.lamp.provisional,
        "round": row.round,
        "waits": f"{waits} · {officer}" if officer and row.waits_for == "unit" else waits,
        "urgent": row.urgent,
        "level": row.level,
        "late": row.lamp.colour == "red",
    }


def alike(desk: Desk, found: Alike) -> dict[str, Any]:
    """A letter that seems to be about the same matter; `leads` where others may be merged into it."""
    row = found.row
    return {
        "href": f"/staff/cases/{row.number}",
        "number": row.number,
        "title": row.title,
        "state": desk.word(row.state_word),
        "day": row.received_day,
        "share": round(found.score * 100),
        "leads": found.leads,
    }


def lamp(row: Row) -> str:
    """The look's lamp of a row; empty where no limit runs, so that an answered case shows none."""
    if row.lamp.left is None and row.lamp.colour == "grey":
        return ""
    return LAMPS.get(row.lamp.colour, row.lamp.colour)


def clock(desk: Desk, view: ClockView, overlays: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One clock with its lamp and its reckoning day by day; that of joint work names its unit."""
    _, _, n = view.name.partition("#")
    work = next((o for o in overlays if o["kind"] == "joint" and str(o["n"]) == n), None)
    whose = " · " + desk.unit(work["unit"]) if work else ""
    shown = "red" if view.late else "paused" if view.phase == "paused" else "green"
    return {
        "name": desk.word(clock_word(view.name)) + whose,
        "round": view.round,
        "running": view.phase in ("running", "paused"),
        "lamp": shown,
        "word": desk.say(PHASES.get(view.phase, view.phase)) if view.phase != "running" else "",
        "day": view.day,
        "provisional": view.provisional,
        "breached": view.breached,
        "breached_by": desk.word(view.breached_by) if view.breached else "",
        "note": " · ".join(part for part in (desk.word(view.limit), desk.word(view.source)) if part),
        "steps": daycount.steps(view, desk.word),
        "lines": [
            {"day": line.day, "n": line.count if line.counted else 0, "word": daycount.reason(line.why, desk.lang)}
            for line in view.lines
        ],
    }


def message(desk: Desk, number: str, spoken: Spoken) -> dict[str, Any]:
    """One message of the thread."""
    return {
        "n": spoken.n,
        "side": spoken.who,
        "by": desk.word(spoken.by) or desk.say(HOLDERS["reception"]),
        "at": spoken.at,
        "body": spoken.body,
        "entered": _entered(desk, spoken),
        "files": files(number, spoken.files),
    }


def thread(desk: Desk, case: StaffCase) -> list[dict[str, Any]]:
    """The thread with the lines of the history between its messages."""
    return grouped(said(desk, case), lines(desk, case))


def said(desk: Desk, case: StaffCase, without: str = "") -> list[dict[str, Any]]:
    """The messages but for one kind; a translation stands with what it translates, a dictation with its voice."""
    newest = {(m.kind, m.of): m for m in case.thread if m.of}
    asked = {(o["kind"], o["data"].get("message")) for o in case.overlays if o["kind"] in BENEATH}
    rows = []
    for spoken in (m for m in case.thread if not m.of and m.kind != without):
        row = message(desk, case.row.number, spoken)
        for kind in (k for k in BENEATH if (k, spoken.n) in asked):
            done = newest.get((kind, spoken.n))
            row[kind] = {"body": done.body if done else "", "by": desk.word(done.by) if done else ""}
        rows.append(row)
    return rows


def lines(desk: Desk, case: StaffCase) -> list[dict[str, Any]]:
    """The history in words, oldest first."""
    system = desk.say(N_("系统"))
    return [
        {"at": line.at, "text": f"{line.by or system} · {desk.word(line.what)}", "by": line.by or system}
        for line in case.history
    ]


def others(desk: Desk, looking: Sequence[Other]) -> list[dict[str, Any]]:
    """Who else looks, in words."""
    writing, reads = desk.say(N_("正在写答复")), desk.say(N_("也在看"))
    return [{"name": o.name, "word": writing if o.writing else reads, "writing": o.writing} for o in looking]


def files(number: str, given: Sequence[FileView]) -> list[dict[str, Any]]:
    """Files of a case with their addresses on the desk."""
    return [
        {"n": f.n, "href": f"/staff/cases/{number}/files/{f.n}", "name": f.name, "size": size(f.size)} for f in given
    ]


def reply(desk: Desk, number: str, version: ReplyView) -> dict[str, Any]:
    """One version of the reply with its way through signature and review."""
    word, tone = VERDICTS.get(version.verdict or version.state, (version.state, ""))
    return {
        "n": version.n,
        "round": version.round,
        "word": desk.say(word),
        "tone": tone,
        "body": version.body,
        "handling": version.handling,
        "at": version.drafted_at,
        "by": version.handler,
        "signer": version.signer,
        "reviewer": version.reviewer,
        "type": desk.word(fields.choice_word("reply_types", version.type)),
        "delivery": desk.word(fields.choice_word("deliveries", version.delivery)),
        "result": desk.word(version.result),
        "promised": version.promised,
        "reasons": [desk.word(r) for r in version.reasons],
        "comment": version.comment,
        "interim": version.type == "interim",
        "translated": version.translated,
        "files": files(number, version.files),
    }


def _entered(desk: Desk, spoken: Spoken) -> str:
    """How it came and who entered it, where a clerk did."""
    if not spoken.channel:
        return ""
    return desk.say(N_("%(how)s · 代录：%(who)s"), how=desk.say(CHANNELS[spoken.channel]), who=spoken.clerk)


def size(count: int) -> str:
    """A file's size as people read it."""
    return f"{count / (1 << 20):.1f} MB" if count >= 1 << 20 else f"{max(1, count // 1024)} KB"


def move_word(desk: Desk, code: str) -> str:
    """The name of a move, whatever machine it belongs to."""
    return desk.word(move_words(code))


def overlay(desk: Desk, row: Mapping[str, Any]) -> dict[str, Any]:
    """One record on a case in words; of its data only what is a date, a number or an officer's own words."""
    data = row["data"]
    told = [str(data[name]) for name in ("task", "reason", "grade") if isinstance(data.get(name), str)]
    if level := data.get("level"):
        told.append(desk.word(coded(desk, "orders", str(level))))
    if cause := data.get("cause"):
        told.append(desk.word(coded(desk, "correction", str(cause))))
    if colour := data.get("colour"):
        told.append(desk.word(coded(desk, "cards", str(colour))))
    if why := data.get("why"):
        told.append(desk.word(coded(desk, "exclusion" if row["kind"] == "exclusion" else "card_reasons", str(why))))
    if released := data.get("released"):
        told.append(desk.say(N_("%(day)s起公开"), day=released))
    if listed := data.get("listed"):
        told.append(desk.say(N_("%(day)s起公开挂牌"), day=listed))
    if interim := data.get("interim"):
        told.append(desk.say(N_("已反馈进展%(n)s次"), n=interim))
    if "days" in data:
        told.append(desk.say(N_("%(n)s天"), n=data["days"]))
    return {
        "word": desk.say(OVERLAYS.get(row["kind"], row["kind"])),
        "state": desk.say(STATES.get(row["state"], row["state"])),
        "open": row["state"] == "open",
        "late": row["state"] == "open" and row["due"] is not None and row["due"] <= desk.now,
        "at": row["at"],
        "by": row["by"],
        "due": row["due"],
        "unit": desk.unit(row["unit"]) if row["kind"] in UNITS_OWN else "",
        "told": told,
    }


def coded(desk: Desk, group: str, code: str) -> Said:
    """The words of a code of the checklist in force; an unknown one stands for itself."""
    row = desk.book.checklist.reasons.get(group, {}).get(code)
    return Said(row["zh"], row["en"]) if row else Said(code, code)


def choices_of(desk: Desk, group: str) -> list[tuple[str, str]]:
    """Code and words of a group of the checklist, for a select."""
    return [(code, desk.word(coded(desk, group, code))) for code in desk.book.checklist.reasons.get(group, {})]


def grouped(messages: Sequence[dict[str, Any]], lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The thread in order: each message, and before it the lines of the history that came earlier."""
    rest, items = list(lines), []
    for said in messages:
        before = [line for line in rest if line["at"] < said["at"]]
        rest = rest[len(before) :]
        if before:
            items.append({"lines": before})
        items.append(said)
    if rest:
        items.append({"lines": rest})
    return items
