"""Help while a reply is written: templates filled with what is known, and what the checks found. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from channels.texts.catalog import N_
from channels.web.staff.frame import Desk
from hub.ports import Finding
from hub.units import Unit

_FIELD = re.compile(r"\{([a-z_]+)\}")
TONES: Mapping[bool, str] = {True: "red", False: ""}


def templates_for(book_texts: Mapping[str, Any], kind: str, state: str) -> tuple[Mapping[str, Any], ...]:
    """The reply templates offered for a kind in a state."""
    rows: Sequence[Mapping[str, Any]] = book_texts.get("templates", {}).get("templates", ())
    return tuple(t for t in rows if kind in t["kinds"] and state in t["states"])


def filled(template: Mapping[str, Any], unit: Unit | None, day: str) -> str:
    """A template as a start: unit, phone and day are written in; every other field stays visible as 【…】."""
    labels = {f["name"]: f["zh"] for f in template["fields"]}
    known = {"date": day}
    if unit is not None:
        known["unit"] = unit.zh
        if unit.phones:
            known["phone"] = unit.phones[0]
    body = str(template["body"]).strip()
    return _FIELD.sub(lambda m: known.get(m[1]) or f"【{labels.get(m[1], m[1])}】", body)


def blanks(body: str) -> tuple[str, ...]:
    """Fields of a template that nobody has filled in yet."""
    return tuple(re.findall(r"【[^】]{1,20}】|\{[a-z_]+\}", body))


def finding_rows(desk: Desk, found: Sequence[Finding], body: str) -> list[dict[str, str]]:
    """What the checks say, beside the sentence they mean; one good word where there is nothing to say."""
    names = desk.book.checklist.reasons.get("review", {})
    rows = [
        {
            "tone": TONES[f.blocks],
            "label": str(names[f.code]["zh" if desk.lang == "zh" else "en"]) if f.code in names else f.code,
            "quote": f.evidence[:120],
            "text": f.zh if desk.lang == "zh" else f.en,
        }
        for f in found
    ]
    rows += [
        {"tone": "", "label": desk.say(N_("模板里还有空没填")), "quote": blank, "text": ""} for blank in blanks(body)
    ]
    if not rows:
        rows = [{"tone": "jade", "label": desk.say(N_("没有发现问题")), "quote": "", "text": ""}]
    return rows
