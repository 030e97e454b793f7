"""Guards on the limits of a case: who may rest, extend, grade or replace them, how far, and until when."""

from hub.clocks import extensions, standing_limit
from hub.errors import Said
from hub.ladders import RungTime
from hub.limits import Until
from hub.machines.limit_rules import deciders, main_rule
from hub.machines.machine import Guard, Turn
from hub.timing import started_at

HALF = RungTime("50%")
OUTSIDE_STANDS = Said(
    "期限是派单单位规定的，请向派单单位申请，同意后登记新的期限。",
    "The date was set outside. Please ask there, and enter the new date once it is granted.",
)


def main_not_over(turn: Turn) -> Said | None:
    """A limit is changed before it ends; what was not decided by then is not granted (DESIGN §6)."""
    main = turn.dossier.clock("main")
    if main is None or main.phase not in ("running", "paused"):
        return Said("没有正在计时的时限。", "No limit is running.")
    if main.due_at is not None and turn.now >= main.due_at:
        return Said("时限已过，不能再申请或批准延期。", "The limit has passed; it can no longer be extended.")
    return None


def may_rest(turn: Turn) -> Said | None:
    """A question stops the clock where the rules allow it, in the first half, and with a reachable channel (DESIGN §6).

    Half means half of the working time, as on the ladders: a long holiday does not use it up.
    """
    main, rule = turn.dossier.clock("main"), main_rule(turn)
    if not turn.case.reachable:
        return Said("来信人没有留下可以回复的渠道。", "The citizen left no channel on which to answer.")
    if main is None or rule is None or main.phase != "running" or main.due_at is None:
        return Said("没有正在计时的时限。", "No limit is running.")
    if isinstance(standing_limit(main.ledger), Until):
        return OUTSIDE_STANDS
    if rule.pause is None:
        return Said("按规定，这类来信的时限不能停表。", "By its rules this limit cannot rest.")
    if turn.now > HALF.moment(started_at(main), main.due_at, turn.book.calendar):
        return Said("时限已过半，不能再停表询问。", "More than half of the limit is gone; the clock cannot rest.")
    return None


def once_a_round(kind: str) -> Guard:
    """Whether the overlay was already opened in this round of handling."""

    def guard(turn: Turn) -> Said | None:
        if any(o.kind == kind and o.data.get("round", 1) == turn.case.round for o in turn.dossier.overlays):
            return Said("这一步每轮办理只能做一次，已经做过了。", "This can be done once a round, and has been done.")
        return None

    return guard


def may_extend(turn: Turn) -> Said | None:
    """Whether the rules leave an extension open, and so often."""
    main, rule = turn.dossier.clock("main"), main_rule(turn)
    if main is not None and isinstance(standing_limit(main.ledger), Until):
        return OUTSIDE_STANDS
    if rule is None or rule.extension is None:
        return Said("按规定，这个时限不能延期。", "By its rules this limit cannot be extended.")
    if not deciders(turn):
        times = len(rule.extension.by)
        return Said(
            f"按规定最多延期{times}次，已经用完。",
            f"The rules allow {times} extension{'s'[: times - 1]}; none is left.",
        )
    return None


def days_are_left(turn: Turn) -> Said | None:
    """All extensions together stay within what the rules allow."""
    main, rule = turn.dossier.clock("main"), main_rule(turn)
    if main is None or rule is None or rule.extension is None:
        return None
    most = rule.extension.most
    left = most.amount - sum(limit.amount for limit in extensions(main.ledger))
    if 1 <= int(turn.values["days"]) <= left:
        return None
    return Said(
        f"按规定一共最多延长{most.words}，现在还可以延长1到{left}天。",
        f"The rules allow {most.words_en} in all; 1 to {left} can still be asked for.",
    )


def decides_in_turn(turn: Turn) -> Said | None:
    """The first extension is decided by whom the rules name first, the next one by the next."""
    named = deciders(turn)
    if named and not turn.actor.holds(named[0], turn.case.unit, turn.book.directory):
        return DECIDERS[named[0]]
    return None


DECIDERS = {
    "signer": Said("这次延期由单位审签人决定。", "This extension is for the unit's signer to decide."),
    "supervisor": Said("再次延期由督查员决定。", "A further extension is for the supervision office to decide."),
    "leader": Said("这次延期由领导决定。", "This extension is for a leader to decide."),
}


def kind_is_graded(turn: Turn) -> Said | None:
    if not turn.kind.grades:
        return Said("这类来信不分级。", "Letters of this kind are not graded.")
    return None


def day_is_ahead(turn: Turn) -> Said | None:
    """A new outside date lies in the future: none is moved into the past."""
    calendar = turn.book.calendar
    if str(turn.values["due"]) <= calendar.day_of(turn.now).isoformat():
        return Said("外部期限要在今天以后。", "The outside due date must lie after today.")
    return None
