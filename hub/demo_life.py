"""What becomes of the letters of the demo: most are answered in time, some are late, poor, contested, or still open."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from hub.case import Case
from hub.demo_words import Told, written_day
from hub.demo_world import Life, World
from hub.people import Actor
from hub.submission import Contact, Submission

RECENT = timedelta(days=13)
FRESH = ("waits", "waits", "accepted", "signed", "working", "need_fix")
OPEN = ("working", "drafted", "in_review", "redo", "working", "answered", "extended", "signed", "answered", "need_fix")
UNDECIDED = ("signed", "working")
"""Fates of a letter on whose objection the desk has still to decide."""
OLD = ("answered", "answered", "answered", "poor", "answered", "answered", "reopened", "answered", "late", "answered")
ODD = {7: "rejected", 19: "withdrawn", 31: "never_done", 55: "reopen_asked", 67: "never_done"}
"""Every eightieth letter or so has a fate of its own, by its place among the older ones."""


def fate(letter: Told, place: int, end: datetime) -> str:
    """How far a letter has come and how, by its age and its place."""
    age = end - letter.at
    if letter.table["kind"] == "praise":
        return "praise"
    if letter.table.get("merge") or letter.table["kind"] == "report_staff":
        return "answered"
    if age < timedelta(days=3):
        return FRESH[place % len(FRESH)]
    if age < RECENT:
        return OPEN[place % len(OPEN)]
    return ODD.get(place % 80, OLD[place % len(OLD)])


async def life(world: World, letter: Told, place: int) -> Life:
    """One letter from its receipt on, as far as its fate goes."""
    came = await world.office.receive(letter.submission(world.book.calendar))
    number, case_id, what = came.number, came.case_id, fate(letter, place, world.end)
    if letter.table.get("level") == "confidential":
        await world.tries(number, "set_level", world.citizen(case_id), level="confidential")
    if letter.table.get("urgent"):
        yield world.days() + timedelta(minutes=6)
        await world.tries(number, "ack_urgent", world.named("reception1"), comment="已电话通知值班室。")
    if what == "waits":
        return
    async for moment in _at_reception(world, letter, number, case_id, what):
        yield moment
    case = await world.case(case_id)
    if not case.unit or case.closed_at is not None or case.lead:
        return
    async for moment in _at_the_unit(world, letter, number, case, what):
        yield moment
    case = await world.case(case_id)
    if case.answered_at is not None:
        async for moment in _afterwards(world, letter, number, case, what, place):
            yield moment


async def _at_reception(world: World, letter: Told, number: str, case_id: str, what: str) -> Life:
    """Accepted and dispatched by a person where routing was not sure; or sent another way."""
    clerk = world.named("reception1" if letter.n % 2 else "reception2")
    yield world.later(0.1, 2.5)
    if what == "praise":
        await world.tries(number, "note", clerk, text="已转达本人和所在单位，谢谢来信。")
        return
    if what == "need_fix":
        await world.tries(number, "ask_fix", clerk, question="请补充具体的地点和时间，方便派人去看。")
        return
    if what == "rejected":
        where = "这件事已经在法院审理，请在庭审中提出，或者问承办法官。"
        await world.tries(number, "reject", clerk, reason=_first(world, "reject"), where=where)
        return
    await world.tries(number, "accept", clerk)
    if what == "withdrawn":
        yield world.later(3, 9)
        await world.tries(number, "withdraw", world.citizen(case_id), reason="问题已经解决，不用再办了，谢谢。")
        return
    if what == "accepted":
        return
    group = str(letter.table.get("merge", ""))
    if group and group in world.leads:
        await world.tries(number, "merge", clerk, into=world.leads[group])
        return
    yield world.later(0.1, 1.5)
    await world.tries(number, "dispatch", clerk, unit=letter.table["unit"])
    if group:
        world.leads[group] = number


async def _at_the_unit(world: World, letter: Told, number: str, case: Case, what: str) -> Life:
    """Signed for, looked at, answered, signed and reviewed; each by somebody else."""
    yield world.later(0.3, 5)
    if asked := _objection(letter, case):
        async for moment in _contested(world, letter, number, case, asked, waits=what in UNDECIDED):
            yield moment
        case = await world.case(case.id)
        if what in UNDECIDED or not case.unit:
            return
    handler = world.one("handler", case.unit, letter.n)
    await world.tries(number, "sign", handler)
    if what == "signed":
        return
    yield world.later(0.5, 6)
    await world.tries(number, "contact", handler, how="phone", result="reached", text="已与来信人通话，约了时间去看。")
    if what in ("working", "never_done"):
        return
    if what == "extended":
        yield world.part_of(case.main_due, 0.15)
        await world.tries(number, "request_extension", handler, days=5, reason="配件要从外地发来，路上要几天。")
        return
    recent = world.end - letter.at < RECENT
    part = 1.15 if what == "late" else world.dice.uniform(0.05, 0.2) if recent else world.dice.uniform(0.2, 0.5)
    yield world.part_of(case.main_due, part)
    if what == "late":
        await _explains(world, number, handler)
    poor = what in ("poor", "redo") and bool(letter.table.get("reasons"))
    if poor or what == "redo":
        async for moment in _poor_reply(world, letter, number, case, handler):
            yield moment
        if what == "redo":
            return
        yield world.later(3, 8)
    await _drafts(world, letter, number, case, handler, "reply")
    if what == "drafted":
        return
    async for moment in _signed_and_reviewed(world, letter, number, case, handler, reviewed=what != "in_review"):
        yield moment


def _objection(letter: Told, case: Case) -> Mapping[str, str]:
    """What the unit says that has the letter by mistake, or that would rather see another do it; empty: it takes it."""
    if case.unit == letter.table["unit"]:
        return dict(letter.table.get("objection", {}))
    reason = letter.table.get("not_ours")
    return {"unit": letter.table["unit"], "reason": reason} if reason else {}


async def _contested(
    world: World, letter: Told, number: str, case: Case, asked: Mapping[str, str], *, waits: bool
) -> Life:
    """Objected to; then overruled where it is the unit's own matter after all, else sent to whose matter it is."""
    handler = world.one("handler", case.unit, letter.n)
    await world.tries(number, "object", handler, reason=asked["reason"], unit=asked["unit"])
    if waits:
        return
    yield world.later(1, 5)
    if "overruled" in asked:
        await world.tries(number, "overrule", world.named("supervisor1"), reason=asked["overruled"])
        return
    clerk = world.named("reception1" if letter.n % 2 else "reception2")
    await world.tries(number, "uphold", clerk)
    await world.tries(number, "dispatch", clerk, unit=asked["unit"], cause="wrong_topic")
    yield world.later(0.3, 5)


async def _explains(world: World, number: str, handler: Actor) -> None:
    """A late unit says why, and the supervision office calls the writer."""
    await world.tries(number, "give_reason", handler, text="现场要两家单位一起去看，约时间晚了几天，本周内答复。")
    note = "来信人知道在办，问什么时候有结果；已告知本周内答复。"
    await world.tries(number, "call_back", world.named("supervisor1"), result="reached", solved="no", text=note)


async def _poor_reply(world: World, letter: Told, number: str, case: Case, handler: Actor) -> Life:
    """A reply that says nothing; the supervision office reads it and sends it back."""
    name = "poor_reply" if letter.table.get("poor_reply") else ""
    await _drafts(world, letter, number, case, handler, name)
    yield world.later(0.5, 3)
    await world.tries(number, "sign_off", world.one("signer", case.unit, but=handler))
    yield world.later(0.5, 4)
    reasons = list(letter.table.get("reasons", ["Q1", "Q4"]))
    comment = "没有写查了什么、做了什么，也没有日期和电话，请补上再报。"
    await world.tries(
        number, "unqualified", world.one("reviewer", case.unit, letter.n), reasons=reasons, comment=comment
    )


async def _drafts(world: World, letter: Told, number: str, case: Case, handler: Actor, name: str) -> None:
    calendar, now = world.book.calendar, world.days()
    body = letter.text(name, calendar, now) if name else "您好，您反映的问题已收悉，我们将尽快处理。感谢您的来信。"
    values: dict[str, Any] = {"body": body, "handling": letter.text("handling", calendar, now)}
    if world.book.kinds[case.kind].results:
        values |= {"result": letter.table["result"], "reason": letter.table.get("result_reason", "")}
    await world.tries(number, "draft", handler, **{k: v for k, v in values.items() if v})


async def _signed_and_reviewed(
    world: World, letter: Told, number: str, case: Case, handler: Actor, *, reviewed: bool
) -> Life:
    yield world.later(0.4, 4)
    await world.tries(number, "sign_off", world.one("signer", case.unit, but=handler))
    if reviewed and (await world.case(case.id)).answered_at is None:
        yield world.later(0.5, 5)
        comment = "问的都答了，有日期有电话。"
        await world.tries(number, "qualified", world.one("reviewer", case.unit, letter.n), comment=comment)


async def _afterwards(world: World, letter: Told, number: str, case: Case, what: str, place: int) -> Life:
    """Rated by more than half, reopened by a few, published where the writer agreed."""
    if what in ("reopened", "reopen_asked"):
        yield world.days() + timedelta(days=world.dice.uniform(2, 5))
        reason = "说好的日子已经过了，我今天去看，还是老样子。"
        await world.tries(number, "reopen", world.citizen(case.id), reason=reason)
        if what == "reopen_asked" and place % 2:
            return
        yield world.later(3, 10)
        await world.tries(number, "grant_reopen", world.named("supervisor2"), reason="来信人所说属实，请重新办理。")
        handler = world.one("handler", case.unit, letter.n)
        yield world.part_of((await world.case(case.id)).main_due, 0.4)
        await _drafts(world, letter, number, case, handler, "reply")
        async for moment in _signed_and_reviewed(world, letter, number, case, handler, reviewed=True):
            yield moment
    if "score" in letter.table and place % 8:
        yield world.days() + timedelta(days=world.dice.uniform(0.4, 6))
        values = {"score": letter.table["score"], "solved": letter.table["solved"]}
        comment = str(letter.table.get("comment", ""))
        await world.tries(number, "rate", world.citizen(case.id), **values, **({"comment": comment} if comment else {}))
    if case.publish_consent:
        yield world.later(4, 20)
        if place % 13 == 0:
            record = f"P{number}"
            await world.tries(record, "withhold", world.named("publisher1"), reason=_first(world, "withhold"))
        else:
            await world.publishes(number)


def _first(world: World, group: str) -> str:
    """The first coded reason of a group of the checklist."""
    return next(iter(world.book.checklist.reasons[group]))


# The story ----------------------------------------------------------------------------------------------------------


async def story(world: World, told: Mapping[str, Any]) -> Life:
    """The first letter told whole, each step on its working day; routing may have dispatched it by itself."""
    came = await world.office.receive(_story_letter(told))
    first_day = world.book.calendar.day_of(world.days())
    for step in told["steps"][1:]:
        day = world.book.calendar.add_workdays(first_day, step["day"])
        yield at(world, day, step["time"])
        await _story_step(world, told, step, came.number, came.case_id)


def at(world: World, day: Any, clock: str) -> datetime:
    """A local time of a day."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=world.book.calendar.zone)


def _story_letter(told: Mapping[str, Any]) -> Submission:
    return Submission(
        key="demo-story",
        channel=told["channel"],
        kind=told["kind"],
        title=told["title"],
        body=told["body"].strip(),
        aim=told["aim"],
        place=told["place"],
        fields={k: v for k, v in told["fields"].items() if k != "place"},
        contact=Contact(told["writer"], told["phone"]),
        publish_consent=told["consent"]["publish"],
        show_surname=told["consent"]["show_surname"],
        lang=told["lang"],
    )


async def _story_step(
    world: World, told: Mapping[str, Any], step: Mapping[str, Any], number: str, case_id: str
) -> None:
    move = step["move"]
    if move == "publish":
        await world.publishes(number)
        return
    by = world.citizen(case_id) if step["by"] == "citizen" else world.named(step["by"])
    await world.tries(number, move, by, **_story_values(world, told, move, step.get("text", "")))


def _story_values(world: World, told: Mapping[str, Any], move: str, text: str) -> dict[str, Any]:
    calendar = world.book.calendar
    promise = written_day(calendar.add_workdays(calendar.day_of(world.days()), 5), told["lang"])
    words = told[text] if text else ""
    said = words.strip().format(promise_day=promise) if isinstance(words, str) else ""
    if move == "dispatch":
        return {"unit": told["unit"]}
    if move == "draft":
        part = "poor_" if text == "poor_reply" else ""
        return {"body": said, "handling": told[f"{part}handling"].strip(), "result": told[f"{part}result"]}
    if move == "unqualified":
        return {"reasons": list(told["reasons"]), "comment": said}
    if move == "contact":
        contact = told["contact"]
        return {"how": contact["how"], "result": contact["result"], "text": contact["note"]}
    if move == "rate":
        return {"score": told["score"], "solved": told["solved"], "comment": told["comment"].strip()}
    return {"comment": said} if move == "qualified" else {}
