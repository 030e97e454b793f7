"""Why a unit has a letter, in the plain words that its own citizen reads: never a score, never of a hidden letter."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.case import Assignment, Case
from hub.errors import Said
from hub.own_words import HIDDEN_LEVELS

NOTHING = Said("", "")


def because(case: Case, unit: Said, record: Mapping[str, Any], assignments: Sequence[Assignment]) -> Said:
    """One sentence, or none: where no unit has the letter, where nobody but the citizen should know what it holds
    (sealed, confidential, anonymous, about conduct), and where it came in with its unit (import).

    `record` is routing's decision as it stays on the case (routing/matter.py): its unit, its topic and the words told.
    """
    kept_quiet = case.sealed or case.level in HIDDEN_LEVELS or case.aim != "matter"
    if kept_quiet or case.origin == "import" or not unit.zh or not assignments:
        return NOTHING
    if case.unit != record.get("unit"):
        return Said(
            f"工作人员看过您的信以后，把它交给{unit.zh}办理。", f"An officer read your letter and gave it to {unit.en}."
        )
    if words := "、".join(str(word) for word in record.get("told", ())):
        return Said(
            f"您的信由{unit.zh}办理，因为信里说到{words}。",
            f"Your letter is with {unit.en} because it speaks of {words}.",
        )
    topic = str(record.get("category") or "")
    if not topic:
        return NOTHING
    return Said(
        f"您的信由{unit.zh}办理，因为说的是{topic}方面的事。",
        f"Your letter is with {unit.en} because of its topic ({topic}).",
    )
