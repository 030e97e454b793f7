"""Why a letter goes where it goes, in words: for the dispatcher the whole decision, for a unit what spoke for it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from channels.texts.catalog import N_
from channels.web.staff import parts
from channels.web.staff.frame import Desk
from hub.rulebook import Rulebook
from hub.views import StaffCase
from routing.choose import because, spoken_for
from routing.matter import MODEL, Bar, Candidate, Decision, decision_from_json
from routing.rules import RuleSet, read_rules

TOPICS = N_("模型看内容像：%(topics)s（模型 %(model)s）")
USUAL = N_("内容像%(topic)s方面的来信，这类来信通常由%(unit)s办理")
LEAST_TOPIC = 0.05
"""Topics less likely than this are not named."""
LEAST_SHARE = 0.01
"""A unit with less of the evidence than this is no suggestion; it can still be written by hand."""
STEPS: Mapping[str, str] = {
    "aim": N_("反映对象"),
    "target": N_("来信人点名的单位"),
    "model": N_("主题模型"),
    "independent": N_("回避后可以受理的单位"),
    "desk": N_("由受理中心人工派单"),
}
"""What is looked at beside the rules, which are called by their own sentences."""
OUTCOMES: Mapping[str, str] = {
    "matched": N_("符合"),
    "unsure": N_("没有把握"),
    "unknown": N_("没有这个单位"),
    "inside_longer_word": N_("词语只是另一个更长词语的一部分"),
    "no_unit": N_("没有找到对应的单位"),
    "kind": N_("信件类别不符"),
    "area": N_("地点不符"),
    "field": N_("填写的栏目不符"),
    "words_none": N_("有要排除的词语"),
    "conflict": N_("该单位要回避"),
    "matter": N_("反映问题"),
    "service": N_("反映服务态度作风"),
    "misconduct": N_("检举控告"),
}
DOUBTS = frozenset({"aim.doubt", "aim.unclear"})
MET = N_("达到自动派单的要求（规则第%(rules)s版）。")
ASIDE = N_("没有自动派单：%(why)s（规则第%(rules)s版）。")

_KEPT: list[tuple[Rulebook, RuleSet]] = []


def rules_of(book: Rulebook) -> RuleSet:
    """The routing rules of a rulebook, read once while it is in force."""
    if not _KEPT or _KEPT[0][0] is not book:
        _KEPT[:] = [(book, read_rules(book.rules, book.directory))]
    return _KEPT[0][1]


def decision_of(record: Mapping[str, Any]) -> Decision | None:
    """The routing decision on a case; None where nobody routed it (imported, split off)."""
    try:
        return decision_from_json(json.dumps(record))
    except ValueError:
        return None


def reason_rows(desk: Desk, decision: Decision, unit: str = "") -> list[dict[str, Any]]:
    """The reasons of a routing decision in words, strongest first, then what the model takes it for: for the desk all,
    each with its unit; for one unit those that speak for it, without the pieces of words that a model goes by."""
    rules = rules_of(desk.book)
    rows = [
        {
            "unit": desk.unit(r.unit) if r.unit and not unit else "",
            "text": desk.word(because(r, rules)),
            "words": list(r.words),
        }
        for r in decision.reasons
        if r.rule != MODEL and (not unit or r.unit in (unit, None))
    ]
    return [*rows, *(_likeness(desk, decision, unit) if unit else _topics(desk, decision))]


def whole(desk: Desk, decision: Decision) -> dict[str, Any]:
    """The decision as the reception desk reads it: what was weighed, what was tried, and what stood in the way."""
    rules = rules_of(desk.book)
    tried, told = [], {reason.rule for reason in decision.reasons}
    for step in (step for step in decision.tried if step.step not in told):
        rule = rules.get(step.step)
        name = desk.word(rule.because) if rule else desk.say(STEPS.get(step.step, step.step))
        tried.append((name, desk.say(OUTCOMES.get(step.outcome, step.outcome))))
    return {
        "verdict": _verdict(desk, decision),
        "reasons": reason_rows(desk, decision),
        "ranked": [(desk.unit(c.unit), f"{c.score:.0%}", "、".join(c.words)) for c in worth_offering(decision.ranked)],
        "tried": tried,
    }


def for_unit(desk: Desk, case: StaffCase) -> list[dict[str, Any]]:
    """Why this very unit has the case: what spoke for it, or the cause that a person gave for sending it here."""
    decision, now = decision_of(case.decision), [a["code"] for a in case.assignments if a["until"] is None]
    unit = str(now[0]) if now else ""
    if decision is None or not unit:
        return []
    if unit == decision.unit:
        return reason_rows(desk, decision, unit)
    given = [o["data"].get("cause", "") for o in case.overlays if o["kind"] == "correction" and o["unit"] == unit]
    lines = [desk.say(N_("由工作人员看过以后派给%(unit)s。"), unit=desk.unit(unit))]
    if decision.unit:
        lines.append(desk.say(N_("系统原先建议的是%(other)s。"), other=desk.unit(decision.unit)))
    if given:
        lines.append(desk.say(N_("理由：%(cause)s。"), cause=desk.word(parts.coded(desk, "correction", given[-1]))))
    said = {"unit": "", "text": ("" if desk.lang == "zh" else " ").join(lines), "words": []}
    return [said, *(() if given else reason_rows(desk, decision, unit))]


def worth_offering(ranked: Sequence[Candidate]) -> list[Candidate]:
    """The first unit, and the others for which more than next to nothing speaks."""
    return [c for place, c in enumerate(ranked) if place == 0 or c.score >= LEAST_SHARE]


def _verdict(desk: Desk, decision: Decision) -> str:
    """Whether it could go out without a person, and if not, what it lacked; empty where no bar is on record."""
    bar = decision.bar
    if bar is None:
        return ""
    if bar.met:
        return desk.say(MET, rules=bar.rules)
    return desk.say(ASIDE, why=_lack(desk, decision, bar), rules=bar.rules)


def _lack(desk: Desk, decision: Decision, bar: Bar) -> str:
    if decision.unit is None or any(r.rule in DOUBTS for r in decision.reasons):
        return desk.say(N_("要由人来看"))
    chance = decision.topics[0][1] if decision.topics else None
    if chance is not None and chance < bar.topic:
        shares = {"is": f"{chance:.0%}", "needed": f"{bar.topic:.0%}"}
        return desk.say(N_("对主题只有%(is)s的把握，到%(needed)s才自动派"), **shares)
    if chance is None and decision.score < bar.score:
        shares = {"is": f"{decision.score:.0%}", "needed": f"{bar.score:.0%}"}
        return desk.say(N_("首选单位得分%(is)s，到%(needed)s才自动派"), **shares)
    if chance is not None and not spoken_for(decision):
        return desk.say(N_("没有规则说到首选单位，这个主题的来信又多半由别的单位办"))
    if len(decision.ranked) > 1:
        return desk.say(N_("第二个单位和第一个相差不大"))
    return desk.say(N_("隐名来信要人先看过遮盖"))


def _topics(desk: Desk, decision: Decision) -> list[dict[str, Any]]:
    """What the model took the letter to be about, and how sure it was; nothing where it was not asked."""
    if not decision.topics:
        return []
    said = "、".join(f"{topic} {chance:.0%}" for topic, chance in decision.topics if chance >= LEAST_TOPIC)
    spoke = next((r.words for r in decision.reasons if r.rule == MODEL), ())
    return [{"unit": "", "text": desk.say(TOPICS, topics=said, model=decision.model), "words": list(spoke)}]


def _likeness(desk: Desk, decision: Decision, unit: str) -> list[dict[str, Any]]:
    """That such letters usually go to the unit, where the model says so."""
    if not decision.topics or all((r.rule, r.unit) != (MODEL, unit) for r in decision.reasons):
        return []
    return [{"unit": "", "text": desk.say(USUAL, topic=decision.topics[0][0], unit=desk.unit(unit)), "words": []}]
