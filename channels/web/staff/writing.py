"""Help while a reply is written: templates filled with what is known, and what the checks found. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
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


def known(unit: Unit | None, day: date) -> dict[str, str]:
    """What every template may fill in by itself: the unit, its phone and the day."""
    found = {"date": f"{day.year}年{day.month}月{day.day}日"}
    if unit is not None:
        found["unit"] = unit.zh
        if unit.phones:
            found["phone"] = unit.phones[0]
    return found


def blanks_of(template: Mapping[str, Any], told: Mapping[str, str], lang: str) -> tuple[dict[str, str], ...]:
    """The fields of a template that nobody knows yet: name, label and hint."""
    return tuple(
        {"name": f["name"], "label": f[lang], "hint": f.get("hint_zh", "") if lang == "zh" else ""}
        for f in template["fields"]
        if not told.get(f["name"])
    )


def filled(template: Mapping[str, Any], told: Mapping[str, str]) -> str:
    """A template as a start: what is known or was told is written in; every other field stays visible as 【…】."""
    labels = {f["name"]: f["zh"] for f in template["fields"]}
    body = str(template["body"]).strip()
    return _FIELD.sub(lambda m: told.get(m[1]) or f"【{labels.get(m[1], m[1])}】", body)


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
