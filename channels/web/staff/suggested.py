"""What is suggested for a letter on the desk, and what is asked of whoever sends it elsewhere: why, by one key."""

from collections.abc import Mapping
from typing import Any

from channels.texts.catalog import N_
from channels.web.staff.frame import Desk
from channels.web.staff.why import decision_of, worth_offering
from hub import workbench
from hub.case import Case
from hub.errors import Invalid, Said
from hub.rulebook import Rulebook
from hub.sight import may_receive
from hub.workbench import Waiting

MOST_PICKS = 4
SENDING = frozenset({"dispatch", "designate", "redispatch"})
CAUSE = "cause"


def picks(desk: Desk, waiting: Waiting) -> list[dict[str, Any]]:
    """The units to choose from by one key, the best first: whom the objection names, then as routing ranked them.

    Units that may never see the letter are not among them, nor, but for a supervisor, those that gave it up.
    """
    decision = decision_of(waiting.decision)
    out = waiting.barred if desk.actor.has("supervisor") else waiting.barred | waiting.former
    rows: list[dict[str, Any]] = [
        {"unit": waiting.wish, "score": None, "words": [], "note": desk.say(N_("退单单位的建议"))}
    ]
    rows += [
        {"unit": c.unit, "score": round(c.score * 100), "words": list(c.words), "note": ""}
        for c in worth_offering(decision.ranked if decision else ())
    ]
    known: dict[str, dict[str, Any]] = {}
    for row in rows:
        name = desk.unit(row["unit"])
        if name and row["unit"] not in out:
            known.setdefault(row["unit"], {**row, "name": name})
    return list(known.values())[:MOST_PICKS]


def first_choice(record: Mapping[str, Any], case: Case, book: Rulebook) -> str:
    """The unit that routing put first among those that may see the case; empty where it suggested none."""
    decision = decision_of(record)
    ranked = decision.ranked if decision else ()
    return next((c.unit for c in ranked if may_receive(case, c.unit, book.directory)), "")


def causes(desk: Desk) -> list[tuple[str, str]]:
    """The coded causes to choose from; none where the checklist in force has none."""
    rows = desk.book.checklist.reasons.get("correction", {})
    return [(code, desk.word(Said(row["zh"], row["en"]))) for code, row in rows.items()]


async def must_say_why(desk: Desk, number: str, move: str, values: Mapping[str, Any]) -> None:
    """Raise Invalid at `cause` where the letter goes elsewhere than routing suggested and nobody has said why.

    The pages ask; other systems may leave it out, as the outer contract has it (DESIGN §11).
    """
    unit = str(values.get("unit") or "")
    if move not in SENDING or values.get(CAUSE) or not unit or not causes(desk):
        return
    case, record = await desk.office.store.read(workbench.routed, number, desk.actor, desk.book)
    first = first_choice(record, case, desk.book)
    if first and unit != first and unit in desk.book.directory.units:
        name = desk.book.directory.units[first]
        raise Invalid(
            {
                CAUSE: Said(
                    f"系统建议派给{name.zh}。请选一个理由，为什么派给别的单位。",
                    f"Routing suggested {name.en}. Please choose why it goes to another unit.",
                )
            }
        )
