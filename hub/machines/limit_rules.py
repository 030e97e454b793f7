"""Which rule a case's main limit goes by now, and who decides on the next extension of it."""

from hub.clocks import extensions
from hub.machines.machine import Turn
from hub.rulesets import ClockRule


def main_rule(turn: Turn) -> ClockRule | None:
    """The rule of the main limit: that of the grade, where the case has one."""
    code = next((str(o.data["grade"]) for o in reversed(turn.dossier.overlays) if o.kind == "grade"), None)
    grade = turn.kind.grade(code)
    return grade.rule if grade is not None else turn.kind.clocks.get("main")


def deciders(turn: Turn) -> tuple[str, ...]:
    """The roles that decide on the next extension and on those after it; none where no more is open."""
    main, rule = turn.dossier.clock("main"), main_rule(turn)
    if main is None or rule is None or rule.extension is None:
        return ()
    return rule.extension.by[len(extensions(main.ledger)) :]
