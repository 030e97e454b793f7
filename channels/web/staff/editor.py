"""The reply editor: the move that writes a version, with templates, checks, the preview, and the draft that is kept."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from channels.texts.catalog import N_
from channels.web.staff import drafts, enclosures, fields, parts, writing
from channels.web.staff.attempt import Attempt, Kept
from channels.web.staff.frame import Desk, texts
from channels.web.staff.preview import previews
from hub import workbench
from hub.case import read_by_citizen
from hub.kinds import Kind
from hub.language import is_english
from hub.views import ReplyView, StaffCase
from hub.workbench import Look
from supervision.promises import promises

HELP = ("attach", "check", "preview", "template", "fill")
PROMISE = "promise-"
"""What the button of a promised day sends before the day."""
CAME_BACK = ("handed_back", "touch_up", "unqualified")
BODY, TRANSLATED, LEAK = "body", "translated", "leak_reason"


def editor(
    desk: Desk, look: Look, kind: Kind, forms: Mapping[str, fields.Form], attempt: Attempt
) -> dict[str, Any] | None:
    """What the editor shows, started from the draft, else from the version that came back; None where it is shut."""
    case = look.case
    code = next((c for c in fields.REPLIES if c in forms), "")
    if not code:
        return None
    made, kept = forms[code], attempt.kept
    ticked = attempt.given.get("files", ()) if attempt.move == code else ()
    before = case.replies[-1] if case.replies else None
    if attempt.move != code:
        if look.draft is not None:
            made, kept = _filled(made, look.draft.words), drafts.found(desk, look.draft, len(case.replies))
            ticked = look.draft.words.get("files", ())
        elif before is not None:
            made, ticked = _filled(made, _of_version(before, kind)), [f.n for f in before.files]
    leaks = any(f["tone"] == "red" for f in attempt.findings) or bool(attempt.given.get(LEAK))
    shut = {LEAK} - ({LEAK} if leaks else set()) | ({TRANSLATED} if not in_english(case) else set())
    made = replace(made, entries=tuple(e for e in made.entries if e.name not in shut or e.value))
    offered = writing.templates_for(desk.book.texts, look.kind, case.row.state)
    chosen = next((t for t in offered if t["code"] == attempt.template), None)
    return {
        "form": made,
        "templates": [(t["code"], t[desk.lang]) for t in offered],
        "template": attempt.template,
        "blanks": writing.blanks_of(chosen, _known(desk), desk.lang) if chosen else (),
        "told": attempt.blanks,
        "enclosed": enclosures.offered(case.row.number, look.enclosable, ticked),
        "findings": attempt.findings,
        "promises": _promises(desk, made),
        "previews": attempt.previews,
        "before": _came_back(desk, case),
        "kept": kept or Kept(look.draft.revision if look.draft else 0),
    }


def _came_back(desk: Desk, case: StaffCase) -> dict[str, Any] | None:
    before = case.replies[-1] if case.replies else None
    return parts.reply(desk, case.row.number, before) if before is not None and before.state in CAME_BACK else None


def proposed(desk: Desk, words: str, chosen: str) -> list[dict[str, Any]]:
    """The days that a reply promises, for a person to enter one of them; `chosen` is the one that is."""
    today = desk.book.calendar.day_of(desk.now)
    found = promises(words, today, desk.book.calendar)
    return [
        {"day": p.day, "iso": p.day.isoformat(), "words": p.words, "chosen": p.day.isoformat() == chosen} for p in found
    ]


def _promises(desk: Desk, made: fields.Form) -> list[dict[str, Any]]:
    value = {e.name: e.value for e in made.entries}
    return proposed(desk, f"{value.get(BODY, '')}\n{value.get(TRANSLATED, '')}", value.get("promised", ""))


def in_english(case: StaffCase) -> bool:
    """Whether the citizen writes in English, by the words themselves."""
    return any(m.who == "citizen" and is_english(m.body) for m in case.thread)


async def assisted(desk: Desk, number: str, code: str, values: Mapping[str, Any], given: Mapping[str, Any]) -> Attempt:
    """The editor again, with a template's fields or its words, what the checks say, or what the citizen will get."""
    wish, template = texts(given, "do"), texts(given, "template")
    look = await desk.office.store.read(workbench.look, number, desk.actor, desk.book, desk.now)
    kept, told = Kept(drafts.revision(given)), _told(given)
    if wish.startswith(PROMISE):
        return Attempt(move=code, given={**values, "promised": wish.removeprefix(PROMISE)[:10]}, kept=kept)
    if wish in ("template", "fill"):
        offered = writing.templates_for(desk.book.texts, look.kind, look.case.row.state)
        chosen = next((t for t in offered if t["code"] == template), None)
        if chosen is None or (wish == "template" and writing.blanks_of(chosen, _known(desk), desk.lang)):
            return Attempt(move=code, given=values, template=template if chosen else "", kept=kept)
        return Attempt(move=code, given=_with_template(desk, chosen, values, told), kept=kept)
    if wish == "attach":
        return Attempt(move=code, given=values, kept=kept)
    found = await findings(desk, look.case, values)
    shown: list[dict[str, Any]] = []
    if wish == "preview":
        words = read_by_citizen(str(values.get(BODY, "")), str(values.get(TRANSLATED, "")))
        along = [f for f in look.enclosable if str(f.n) in values.get("files", ())]
        shown = await previews(desk, look.case, words, str(values.get("type", "")), along)
    asked = template if told else ""
    return Attempt(move=code, given=values, findings=found, previews=shown, template=asked, blanks=told, kept=kept)


async def findings(desk: Desk, case: StaffCase, values: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the checks say of the words in the editor."""
    body, translated = str(values.get(BODY, "")), str(values.get(TRANSLATED, ""))
    rows = writing.finding_rows(desk, await desk.office.findings(case.row.number, body, translated), body)
    if in_english(case) and not translated:
        rows = [row for row in rows if row["tone"] != "jade"]
        rows.append({"tone": "", "label": desk.say(N_("来信是英文，还没有英文答复")), "quote": "", "text": ""})
    return rows


def _told(given: Mapping[str, Any]) -> dict[str, str]:
    """What was written into the fields of a template."""
    names = (name for name in given if name.startswith("blank-"))
    return {name.removeprefix("blank-"): texts(given, name)[:500] for name in names}


def _with_template(
    desk: Desk, template: Mapping[str, Any], values: Mapping[str, Any], told: Mapping[str, str]
) -> dict[str, Any]:
    start = writing.filled(template, {**_known(desk), **{name: value for name, value in told.items() if value}})
    before = str(values.get(BODY, ""))
    return {**values, BODY: f"{before}\n\n{start}" if before else start, "type": template["type"]}


def _known(desk: Desk) -> dict[str, str]:
    return writing.known(desk.book.directory.get(desk.actor.home), desk.book.calendar.day_of(desk.now))


def _filled(made: fields.Form, words: Mapping[str, Any]) -> fields.Form:
    """The form with these words in it; an entry they do not name keeps its own."""
    return replace(made, entries=tuple(replace(e, value=str(words.get(e.name, e.value))) for e in made.entries))


def _of_version(before: ReplyView, kind: Kind) -> dict[str, str]:
    """The version that came back, so that only what was wrong is written anew."""
    result = next((r.code for r in kind.results if r.zh == before.result.zh), "")
    names = ("body", "handling", "type", "delivery", "promised", "translated")
    return {"result": result, **{name: str(getattr(before, name)) for name in names}}
