"""The routing rules' page of administration: one text tried, one rule changed and looked at before it counts."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import tomli_w
from aiohttp import web

from channels.texts.catalog import N_
from channels.web.forms import form, query
from channels.web.keys import Fields
from channels.web.staff.admin_tabs import tabs
from channels.web.staff.fields import unit_code
from channels.web.staff.frame import Desk, hurry, show, sit, status_of, texts
from channels.web.staff.why import decision_of, reason_rows, rules_of
from hub.errors import Invalid, NotFound, Refusal, Said
from hub.kinds import AIMS
from hub.machines.fields import CHOICES
from hub.ports import Matter
from hub.storage import desk_rows
from routing import revision
from routing.rehearsal import MOST, Rehearsed, rehearse
from routing.revision import Asked, Change
from routing.rules import AREA, SUPERVISOR, Rule

TEXTS = (
    "what",
    "rule",
    "edition",
    "place",
    "code",
    "because_zh",
    "because_en",
    "unit",
    "category",
    "score",
    "words_any",
    "words_all",
    "words_none",
    "fields",
)
LISTS = ("kinds", "aims", "areas")
MOST_TRIED = 4000
"""Characters of a text that is tried."""
SHOWN_WORDS = 8
AIM_WORDS = {code: Said(zh, en) for code, zh, en in CHOICES["aims"]}
SPECIAL = {AREA: N_("所在街道"), SUPERVISOR: N_("被反映单位的监督单位")}


@dataclass(frozen=True, slots=True)
class Preview:
    """A change that is looked at: what was asked, the edition it was asked on, and what it would have done."""

    asked: Asked
    seen: int
    change: Change
    ahead: Rehearsed


async def show_rules(request: web.Request) -> web.StreamResponse:
    """The rules in force in their order, with the place to try a text; or one of them to be changed."""
    return await _render(await sit(request))


async def change_rules(request: web.Request) -> web.StreamResponse:
    """Look at a change of the rules, or publish the one that was looked at."""
    desk, given = await sit(request), form(request)
    hurry(desk)
    asked, seen = asked_of(given, desk), texts(given, "seen")
    try:
        if texts(given, "do") == "publish" and seen.isdecimal():
            await publish(desk, asked, int(seen[:9]))
            raise web.HTTPSeeOther("/staff/admin/rules?done=1")
        return await _render(desk, found=await preview(desk, asked))
    except NotFound:
        raise
    except Refusal as fault:
        return await _render(desk, given=asked if asked.what == "save" else None, fault=fault)


async def download(request: web.Request) -> web.StreamResponse:
    """The rules in force as the file rules.toml, so that the folder they were loaded from can be kept up."""
    desk = await sit(request)
    _, content = await desk.office.store.read(revision.in_force)
    headers = {"Content-Disposition": 'attachment; filename="rules.toml"'}
    return web.Response(
        body=tomli_w.dumps(content).encode(), content_type="application/toml", charset="utf-8", headers=headers
    )


def asked_of(given: Fields, desk: Desk) -> Asked:
    """What the form asks for."""
    found: dict[str, Any] = {name: texts(given, name) for name in TEXTS}
    found |= {name: tuple(str(v) for v in given.getall(name, ())) for name in LISTS}
    special = {desk.say(word): code for code, word in SPECIAL.items()}
    found["unit"] = special.get(found["unit"]) or unit_code(found["unit"], desk.book.directory)
    return Asked(**found)


async def preview(desk: Desk, asked: Asked) -> Preview:
    """Look at a change without making it; raises Invalid, NotFound."""
    seen, change = await _changed(desk, asked)
    return Preview(asked, seen, change, await rehearse(desk.office, change.content))


async def publish(desk: Desk, asked: Asked, seen: int) -> None:
    """Make the change. Raises Invalid, NotFound, and NotNow where another edition was first."""
    _, change = await _changed(desk, asked)
    await desk.office.store.write(revision.publish, change, seen, desk.actor.id, desk.now)
    desk.office.look_again()


async def _changed(desk: Desk, asked: Asked) -> tuple[int, Change]:
    seen, content = await desk.office.store.read(revision.in_force)
    if asked.what not in ("save", "remove", "put_back"):
        raise NotFound
    old = await desk.office.store.read(revision.earlier, asked.edition) if asked.what == "put_back" else {}
    return seen, revision.changed(content, asked, desk.book.directory, list(desk.book.kinds), old)


async def _render(
    desk: Desk, found: Preview | None = None, given: Asked | None = None, fault: Refusal | None = None
) -> web.Response:
    wrong = {} if not isinstance(fault, Invalid) else {n: desk.word(s) for n, s in fault.fields.items() if n in TEXTS}
    return await show(
        desk,
        "rules.html",
        status=status_of(fault) if fault else 200,
        pages=tabs(desk, "rules"),
        errors=wrong,
        above=desk.word(fault.said) if fault and not wrong else "",
        done=desk.say(N_("已保存。")) if query(desk.request).get("done") else "",
        **await _values(desk, found, given),
    )


async def _values(desk: Desk, found: Preview | None, given: Asked | None) -> dict[str, Any]:
    """What the page shows: a preview, a form, or the list of all rules with the place to try a text."""
    _, content = await desk.office.store.read(revision.in_force)
    editing = given or _editing(desk, content)
    return {
        "preview": _told(desk, found) if found else None,
        "editing": _shown(desk, editing) if editing and not found else None,
        "choices": _choices(desk),
        "rows": [_row(desk, rule) for rule in rules_of(desk.book)],
        "tried": await _tried(desk),
        "past": await _past(desk),
    }


def _editing(desk: Desk, content: dict[str, Any]) -> Asked | None:
    """The rule that the address asks to change, an empty form for a new one, or none."""
    wanted = query(desk.request).get("rule")
    if wanted is None:
        return None
    if not wanted:
        return Asked("save", score="0.9")
    rows = content["rule"]
    found = next((revision.asked_of(row, n) for n, row in enumerate(rows, 1) if row["code"] == wanted), None)
    if found is None:
        raise NotFound
    return found


def _shown(desk: Desk, asked: Asked) -> dict[str, Any]:
    return {**asdict(asked), "unit": _unit(desk, asked.unit) or asked.unit}


def _unit(desk: Desk, code: str) -> str:
    return desk.say(SPECIAL[code]) if code in SPECIAL else desk.unit(code)


def _choices(desk: Desk) -> dict[str, Any]:
    zh, directory = desk.lang == "zh", desk.book.directory
    units = [u.zh if zh else u.en for u in directory.units.values() if u.active]
    return {
        "units": [*(desk.say(word) for word in SPECIAL.values()), *units],
        "kinds": [(k.code, k.zh if zh else k.en) for k in desk.book.kinds.values()],
        "aims": [(aim, desk.word(AIM_WORDS[aim])) for aim in AIMS],
        "areas": [(area, area) for area in sorted(directory.areas)],
    }


def _row(desk: Desk, rule: Rule) -> dict[str, Any]:
    """A rule as a clerk reads it: because, whom, and what must hold."""
    when, kinds = rule.when, desk.book.kinds
    words = [*sorted(when.words_all), *sorted(when.words_any)]
    named = [kinds[k].zh if desk.lang == "zh" else kinds[k].en for k in sorted(when.kinds) if k in kinds]
    named += [desk.word(AIM_WORDS[aim]) for aim in AIMS if aim in when.aims and when.aims != {"matter"}]
    named += sorted(when.areas) + [f"{n}={'、'.join(sorted(v))}" for n, v in when.fields.items()]
    return {
        "code": rule.code,
        "because": desk.word(rule.because),
        "unit": _unit(desk, rule.unit),
        "score": f"{rule.score:g}",
        "words": words[:SHOWN_WORDS],
        "more": max(0, len(words) - SHOWN_WORDS),
        "named": named,
    }


async def _tried(desk: Desk) -> dict[str, Any] | None:
    """Where the text that was given would go by the rules in force, and why."""
    text = query(desk.request).get("text", "").strip()
    if not text:
        return None
    wanted = query(desk.request).get("kind", "")
    kind = desk.book.kinds.get(wanted) or next(iter(desk.book.kinds.values()))
    aim = kind.aims[0]
    if len(text) > MOST_TRIED:
        said = Said(f"最多{MOST_TRIED}字。", f"At most {MOST_TRIED} characters.")
        return {"text": text, "kind": kind.code, "error": desk.word(said)}
    matter = Matter(kind.code, aim, "", text, "", "", {}, kind.level[aim], redactor_sure=True, urgent=False)
    chosen = desk.office.choose(matter, kind, desk.book)
    decision = decision_of(chosen.record)
    return {
        "text": text,
        "kind": kind.code,
        "error": "",
        "unit": desk.unit(chosen.unit),
        "sure": chosen.sure,
        "danger": chosen.danger,
        "reasons": reason_rows(desk, decision) if decision else [],
        "ranked": [(desk.unit(c.unit), round(c.score * 100)) for c in decision.ranked] if decision else [],
    }


async def _past(desk: Desk) -> list[tuple[int, str, datetime]]:
    """The editions of the rules, the newest first: number, by whom, since when."""
    rows = [r for r in await desk.office.store.read(desk_rows.edition_list) if r["family"] == "rules"]
    return [(int(r["number"]), str(r["by_whom"]), r["effective_from"]) for r in reversed(rows)]


def _told(desk: Desk, found: Preview) -> dict[str, Any]:
    ahead = found.ahead
    hidden = [(name, getattr(found.asked, name)) for name in TEXTS] + [("seen", str(found.seen))]
    hidden += [(name, value) for name in LISTS for value in getattr(found.asked, name)]
    nobody = desk.say(N_("人工派单"))
    return {
        "what": found.asked.what,
        "rule": found.asked.code or found.asked.rule,
        "edition": found.asked.edition,
        "back": f"rule={found.asked.rule}" if found.asked.what == "save" else "",
        "hidden": hidden,
        "looked": ahead.looked,
        "most": MOST,
        "since": ahead.since,
        "moved": ahead.moved,
        "ways": [(_unit(desk, was) or nobody, _unit(desk, then) or nobody, n) for was, then, n in ahead.ways],
        "sample": [
            (t.number, desk.unit(t.was) or nobody, desk.unit(t.then) or nobody, desk.unit(t.has)) for t in ahead.sample
        ],
        "sure": ahead.sure,
        "placed": ahead.placed,
        "right": ahead.right,
    }
