"""Why this date: one clock told whole — its limit and legal basis, what happened to it, and every day of the count."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hub.calendar import WorkCalendar
from hub.case import Clock, Overlay
from hub.clocks import LedgerEvent, due_day, due_if_resumed
from hub.daylines import explain, is_provisional
from hub.errors import Said
from hub.held import Change, name_of, who_was_late
from hub.kinds import Kind
from hub.limits import Limit, Until
from hub.rulebook import Rulebook
from hub.rulesets import COUNTS_FROM, ClockRule
from hub.timing import OUTSIDE
from hub.views import ClockStep, ClockView
from hub.words import move_words

NOBODY = Said("", "")
OUTSIDE_SAID = Said(OUTSIDE, "a date set outside, by whoever sent the case here (the city's hotline, say)")
RESTS = {
    "ask_fix": Said("等来信人补充", "waiting for the writer's supplement"),
    "approve_pause": Said("等来信人回答", "waiting for the writer's answer"),
    "object": Said("退单审核", "objection under review"),
    "pass_on": Said("退单审核", "objection under review"),
    "sign_off": Said("督查室审核", "under review at the supervision office"),
    "dispute": Said("督查室复核", "under a second review"),
}
"""Why a clock rests, by the move that let it rest."""


def clock_view(
    clock: Clock,
    kind: Kind,
    book: Rulebook,
    now: datetime,
    held: Sequence[Change] = (),
    overlays: Sequence[Overlay] = (),
) -> ClockView:
    """A clock with its reckoning; a resting clock shows when it would end if it went on now.

    With `held` (who had the case when) and the records on the case a breach names whose time it was.
    """
    calendar, ledger = book.calendar_shown(clock.calendar), _in_words(clock.ledger)
    due = clock.due_at or (due_if_resumed(ledger, calendar, now) if clock.phase == "paused" else None)
    limits = (e for e in reversed(ledger) if e.limit is not None and e.what in ("start", "restart", "recalc"))
    standing = next(limits, ledger[0])
    rule = rule_of(clock, kind, standing)
    late = who_was_late(clock.name, overlays, held, clock.breached_at) if clock.breached_at else None
    return ClockView(
        name=clock.name,
        round=clock.round,
        phase=clock.phase,
        limit=limit_words(standing.limit, calendar),
        source=_basis(clock, rule, standing),
        due=due,
        day=calendar.day_of(due - timedelta(microseconds=1)) if due else None,
        provisional=is_provisional(ledger, calendar),
        late=clock.phase == "running" and due is not None and now >= due,
        breached=clock.breached_at is not None,
        breached_by=name_of(late, book) if late else NOBODY,
        lines=explain(ledger, calendar),
        steps=tuple(ClockStep(e.at, e.what, _said(e, n, clock, kind, rule, calendar)) for n, e in enumerate(ledger)),
    )


def limit_words(limit: Limit | Until | None, calendar: WorkCalendar) -> Said:
    """The limit as a person reads it in either language."""
    if isinstance(limit, Until):
        day = due_day(limit.moment, calendar).isoformat()
        return Said(f"{day}前", f"until {day}")
    return Said(limit.words, limit.words_en) if limit else NOBODY


def rule_of(clock: Clock, kind: Kind, standing: LedgerEvent) -> ClockRule | None:
    """The rule that the present limit comes from: that of a grade, or the kind's own for this clock."""
    grade = kind.grade(standing.reason.partition(":")[2]) if standing.reason.startswith("grade:") else None
    return grade.rule if grade else kind.clocks.get(clock.name)


def _basis(clock: Clock, rule: ClockRule | None, standing: LedgerEvent) -> Said:
    """The legal source as written down when the clock began; that of a grade or an outside date where one rules."""
    if isinstance(standing.limit, Until):
        return OUTSIDE_SAID
    if standing.reason.startswith("grade:") and rule is not None:
        return rule.basis
    kept = clock.ledger[0].reason
    return rule.basis if rule is not None and rule.source == kept else Said(kept, kept)


def _in_words(ledger: Sequence[LedgerEvent]) -> tuple[LedgerEvent, ...]:
    """The ledger with the codes of its rests turned into words."""
    return tuple(replace(e, reason=_why(e.reason).zh) if e.what == "pause" else e for e in ledger)


def _why(code: str) -> Said:
    return RESTS.get(code) or move_words(code)


def _said(e: LedgerEvent, n: int, clock: Clock, kind: Kind, rule: ClockRule | None, calendar: WorkCalendar) -> Said:
    """One line of the ledger, told."""
    limit, original = limit_words(e.limit, calendar), clock.ledger[n].reason
    match e.what:
        case "start" | "restart" | "recalc":
            return _counted(e, limit, kind, rule)
        case "pause":
            why = _why(original)
            return Said(f"暂停计时：{why.zh}", f"The clock rests: {why.en}")
        case "resume":
            return Said("恢复计时", "The clock runs on")
        case "extend":
            return Said(f"同意延长{limit.zh}", f"An extension of {limit.en} was granted")
        case "met":
            return Said("已完成，停止计时", "Done; the clock stops")
        case "stop":
            return Said("不再计时", "The clock no longer counts")
        case "breached":
            return Said("超过时限，已记录", "The limit passed; this is on record")


def _counted(e: LedgerEvent, limit: Said, kind: Kind, rule: ClockRule | None) -> Said:
    """A line that sets what is counted."""
    if isinstance(e.limit, Until):
        return Said(f"按{OUTSIDE}：{limit.zh}", f"The date was set outside: {limit.en}")
    if e.limit is None:
        if e.what == "recalc":
            return Said("放假安排有变，重新计算日期", "The holidays changed; the date was counted again")
        return Said("重新计时", "Counting begins anew")
    if e.reason.startswith("grade:") and (grade := kind.grade(e.reason.partition(":")[2])) is not None:
        return Said(f"定为“{grade.zh}”，{limit.zh}", f"Graded “{grade.en}”, {limit.en}")
    if e.what == "recalc":
        return Said(f"时限改为{limit.zh}，从原来的起算日计", f"The limit is now {limit.en}, from where it began")
    begun = COUNTS_FROM.get(rule.counts_from if rule else "receipt", COUNTS_FROM["receipt"])
    anew = Said("重新计时", "Counting begins anew") if e.what == "restart" else Said("开始计时", "Counting begins")
    if e.what == "restart" or not e.limit.in_days:
        return Said(f"{anew.zh}：{limit.zh}", f"{anew.en}: {limit.en}")
    return Said(
        f"{anew.zh}：{limit.zh}，从{begun.zh}起算，当天不计",
        f"{anew.en}: {limit.en} from {begun.en}, that day not counted",
    )
