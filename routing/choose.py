"""choose(): which unit should answer a letter, how sure that is, and why; pure, and the same every time."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from hub.errors import Said
from hub.kinds import Aim, Kind
from hub.units import Directory
from routing.conflicts import STRICTER, independent, named_clearly, suggest_aim
from routing.guided import guided
from routing.matter import MODEL, Candidate, Decision, Matter, Reason, Tried, decision_from_json
from routing.model import Model, Pointed, document, judge
from routing.rules import AREA, SUPERVISOR, Rule, RuleSet, Sure
from routing.words import plain

__all__ = [
    "SAID",
    "Candidate",
    "Decision",
    "Matter",
    "Reason",
    "Tried",
    "because",
    "choose",
    "decision_from_json",
    "pointing",
    "sure",
]

GAP = 0.5
"""How far the first unit must stand before the second to count as the single competent one."""
MOST_RANKED = 5
MOST_TOPICS = 3
USUAL = 1 / 3
"""The share of a topic's letters from which on a unit is taken for its usual one, where no rule names any."""
TARGET_WEIGHT = 0.9
UNCLEAR = 0.5
"""Score of a letter about conduct that does not say about whose: a person looks first."""
CALM = 0.5
"""Evidence that stands against every decision: one weak word alone must not look certain."""

SAID: Mapping[str, Said] = {
    "aim.service": Said(
        "反映服务态度作风，由监督单位办理", "It is about conduct, so whoever supervises the unit takes it"
    ),
    "aim.misconduct": Said(
        "检举控告，不经过被反映的单位", "A report of misconduct never passes through the unit accused"
    ),
    "aim.doubt": Said(
        "内容可能涉及工作人员作风或违纪，请人工确认反映对象",
        "The text may be about an officer's conduct: a person confirms the aim",
    ),
    "aim.unclear": Said(
        "没有指明被反映的单位，请人工确认", "It does not say which unit it is about: a person confirms"
    ),
    MODEL: Said("与以往由该单位办理的来信内容相近", "It reads like the letters that this unit has answered before"),
    "target.named": Said("来信人点名了这个单位", "The writer named this unit"),
    "sealed.receiver": Said(
        "密封件，直接送达指定的受理单位", "Sealed: it goes straight to the receiver its kind names"
    ),
    "desk.no-rule": Said("没有规则对得上，由受理中心人工派单", "No rule fits: the reception desk decides"),
    "desk.failed": Said("派单规则出了错，由受理中心人工派单", "Routing failed: the reception desk decides"),
    "desk.nobody": Said(
        "没有回避后可以受理的单位，由受理中心人工派单", "Nobody independent is left: the reception desk decides"
    ),
}


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was found in one letter: words of the rules in title and body, and the unit of the place."""

    title: frozenset[str]
    found: frozenset[str]
    alone: frozenset[str]
    street: str | None
    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Evidence:
    reasons: tuple[Reason, ...]
    tried: tuple[Tried, ...]
    pointed: Pointed

    @property
    def category(self) -> str | None:
        """The topic whose rules weigh most together."""
        return max(self.pointed, key=lambda topic: sum(self.pointed[topic].values()), default=None)


def choose(
    matter: Matter, directory: Directory, rules: RuleSet, pointed: Aim | None = None, model: Model | None = None
) -> Decision:
    """Aim first, then the ordered rules, then the model, then the reception desk (DESIGN §8).

    `pointed` is the aim that the letter's own words point to, where the caller has asked for it already. The model is
    only asked about a matter: where a letter about conduct goes is a question of independence, never of likeness.
    """
    pointed = pointed or suggest_aim(matter, directory)
    reading = _read(matter, directory, rules)
    evidence = _weigh(matter, reading, directory, rules)
    if matter.aim != "matter":
        return _doubted(_about_conduct(matter, reading, evidence.category, directory, rules), pointed, matter)
    reasons, tried = evidence.reasons, (Tried("aim", "matter"), *evidence.tried)
    judged = judge(model, document(matter.heading, matter.content), evidence.pointed) if model else None
    if model and judged:
        reasons = guided(reasons, judged, model.units, reading.street, directory, rules)
        tried = (*tried, Tried("model", "matched" if judged.confidence >= rules.sure.needed(matter.kind) else "unsure"))
    ranked = _rank(reasons)
    if not ranked:
        reasons, tried = (Reason("desk.no-rule", None, (), 0.0),), (*tried, Tried("desk", "matched"))
    best = ranked[0] if ranked else Candidate("", 0.0, ())
    decision = Decision(best.unit or None, best.score, reasons, tried, ranked, evidence.category)
    if judged:
        topics = judged.ranked[:MOST_TOPICS]
        decision = replace(decision, category=judged.category, topics=topics, model=judged.model, known=judged.known)
    return _doubted(decision, pointed, matter)


def pointing(directory: Directory, rules: RuleSet) -> Callable[[str, str], Pointed]:
    """What gives, of title and body, the weight of the rules that match them: what a model learns beside."""

    def pointed(title: str, body: str) -> Pointed:
        matter = Matter("", "matter", title, body, None, None, {}, "private", True, False)
        return _weigh(matter, _read(matter, directory, rules), directory, rules).pointed

    return pointed


def _doubted(decision: Decision, pointed: Aim, matter: Matter) -> Decision:
    """The decision with a doubt about the aim, where the words point to a stricter one than was ticked."""
    if STRICTER[pointed] <= STRICTER[matter.aim]:
        return decision
    return replace(decision, reasons=(*decision.reasons, Reason("aim.doubt", None, (), 0.0)))


def sure(decision: Decision, kind: Kind, matter: Matter, thresholds: Sure | None = None) -> bool:
    """May this letter be dispatched without a person looking at it first?

    Only over the kind's threshold, or with a topic over the model's, with a single competent unit and an aim that is
    not in doubt; confidential and anonymous letters only when the redactor is sure of every mark; a sealed kind never
    leaves those whom it names, and is never sent by the model.
    """
    if decision.unit is None:
        return False
    if any(reason.rule in ("aim.doubt", "aim.unclear") for reason in decision.reasons):
        return False
    if kind.sealed and decision.unit not in kind.sealed_to:
        return False
    if matter.level in ("confidential", "anonymous") and not matter.redactor_sure:
        return False
    if decision.topics and thresholds is not None and matter.aim == "matter" and not kind.sealed:
        likely = decision.topics[0][1] >= thresholds.needed(kind.code)
        return likely and _leads(decision, thresholds.lead) and spoken_for(decision)
    if decision.score < kind.auto_threshold:
        return False
    return len(decision.ranked) < 2 or decision.ranked[0].score - decision.ranked[1].score >= GAP


def _leads(decision: Decision, lead: float) -> bool:
    return len(decision.ranked) < 2 or decision.ranked[0].score >= lead * decision.ranked[1].score


def spoken_for(decision: Decision) -> bool:
    """Whether a rule or the writer names the unit, or the topic's letters usually go there: a likely topic alone does
    not say which of its units answers."""
    return any(r.unit == decision.unit and (r.rule != MODEL or r.weight >= USUAL) for r in decision.reasons)


def because(reason: Reason, rules: RuleSet) -> Said:
    """The sentence for a reason; a rule that its edition no longer has is shown by its code."""
    if reason.rule in SAID:
        return SAID[reason.rule]
    rule = rules.get(reason.rule)
    return rule.because if rule is not None else Said(f"规则 {reason.rule}", f"Rule {reason.rule}")


def _read(matter: Matter, directory: Directory, rules: RuleSet) -> _Reading:
    title = rules.words.find(matter.heading, matter.pairs)
    both = title | rules.words.find(matter.content, matter.pairs)
    places = _places(matter, directory)
    street = max(places, key=lambda name: (len(name), name), default=None)
    return _Reading(title.alone, both.every, both.alone, places[street] if street else None, frozenset(places))


def _places(matter: Matter, directory: Directory) -> dict[str, str]:
    """Area and street names in the place, else in the text, with their units."""
    place = plain(matter.place or "")
    for text in (place, matter.text) if place else (matter.text,):
        found = {name: code for name, code in directory.places.items() if name in text}
        if found:
            return found
    return {}


def _weigh(matter: Matter, reading: _Reading, directory: Directory, rules: RuleSet) -> _Evidence:
    """Every rule about matters: what matched, what nearly did, and which topic the words point to."""
    reasons: list[Reason] = []
    tried: list[Tried] = []
    pointed: defaultdict[str, dict[str, float]] = defaultdict(dict)
    if matter.target is not None and matter.aim == "matter":
        unit = directory.get(matter.target)
        known = unit is not None and unit.active
        tried.append(Tried("target", "matched" if known else "unknown"))
        if known:
            reasons.append(Reason("target.named", matter.target, (), TARGET_WEIGHT))
    for place, rule in rules.speaking("matter", reading.found):
        outcome = _outcome(rule, matter, reading, "matter")
        if outcome is None:
            continue
        words = (rule.when.words_any | rule.when.words_all) & reading.found
        weight = rule.score * _strength(rule, words, reading) * (1.0 - 0.05 * place / len(rules))
        if outcome == "matched" and weight == 0.0:
            outcome = "inside_longer_word"
        unit_code = _unit_of(rule, reading, directory) if outcome == "matched" else None
        if outcome == "matched":
            pointed[rule.category][rule.code] = weight
            outcome = "matched" if unit_code else "no_unit"
        tried.append(Tried(rule.code, outcome))
        if unit_code:
            reasons.append(Reason(rule.code, unit_code, tuple(sorted(words)), round(weight, 4)))
    reasons.sort(key=lambda reason: -reason.weight)
    return _Evidence(tuple(reasons), tuple(tried), pointed)


def _outcome(rule: Rule, matter: Matter, reading: _Reading, aim: Aim) -> str | None:
    """`matched`, the condition that stood in the way of a rule whose words were found, or None: nothing to say."""
    when = rule.when
    if aim not in when.aims:
        return None
    if when.words_any and when.words_any.isdisjoint(reading.found):
        return None
    if not when.words_all <= reading.found:
        return None
    if when.kinds and matter.kind not in when.kinds:
        return "kind"
    if when.areas and when.areas.isdisjoint(reading.places):
        return "area"
    if any(matter.fields.get(name) not in values for name, values in when.fields.items()):
        return "field"
    if not when.words_none.isdisjoint(reading.found):
        return "words_none"
    return "matched"


def _strength(rule: Rule, words: frozenset[str], reading: _Reading) -> float:
    """How much the words found say: longer ones more, the title double; each further condition adds a little."""
    narrow = 1.0 + 0.2 * sum(bool(c) for c in (rule.when.kinds, rule.when.areas, rule.when.fields, rule.when.words_all))
    if not words:
        return narrow
    said = words & reading.alone
    return narrow * sum((2.0 if word in reading.title else 1.0) * min(len(word), 4) / 2 for word in said)


def _unit_of(rule: Rule, reading: _Reading, directory: Directory) -> str | None:
    code = reading.street if rule.unit == AREA else rule.unit
    unit = directory.get(code) if code is not None else None
    return unit.code if unit is not None and unit.active else None


def _rank(reasons: tuple[Reason, ...]) -> tuple[Candidate, ...]:
    """Units by their share of the squared evidence: two equal units get less than half each, one alone nearly all.

    Only words that a rule names stand beside a unit: the model goes by pieces of words, the same for every unit.
    """
    weights: defaultdict[str, float] = defaultdict(float)
    words: defaultdict[str, set[str]] = defaultdict(set)
    for reason in reasons:
        if reason.unit is not None:
            weights[reason.unit] += reason.weight
            words[reason.unit].update(() if reason.rule == MODEL else reason.words)
    whole = CALM + sum(weight * weight for weight in weights.values())
    order = sorted(weights, key=lambda unit: (-weights[unit], unit))[:MOST_RANKED]
    return tuple(
        Candidate(unit, round(weights[unit] * weights[unit] / whole, 4), tuple(sorted(words[unit]))) for unit in order
    )


def _about_conduct(
    matter: Matter, reading: _Reading, category: str | None, directory: Directory, rules: RuleSet
) -> Decision:
    """A letter about service or misconduct: the first rule for that aim, kept away from those it is about."""
    allowed = independent(matter, directory)
    clear = named_clearly(matter, directory)
    reason, tried = _first_allowed(matter, reading, allowed, directory, rules)
    doubts = () if clear else (Reason("aim.unclear", None, (), 0.0),)
    score = min(reason.weight, 1.0 if clear else UNCLEAR)
    order = ((reason.unit, score), *((code, 0.0) for code in allowed if code != reason.unit))
    ranked = tuple(Candidate(code, share, ()) for code, share in order if code is not None)
    return Decision(
        unit=reason.unit,
        score=score,
        reasons=(reason, *doubts),
        tried=tried,
        ranked=ranked[:MOST_RANKED],
        category=category,
    )


def _first_allowed(
    matter: Matter, reading: _Reading, allowed: tuple[str, ...], directory: Directory, rules: RuleSet
) -> tuple[Reason, tuple[Tried, ...]]:
    """The first rule for the aim whose unit is independent; without one the first independent unit, else the desk."""
    tried = [Tried("aim", matter.aim)]
    first = allowed[0] if allowed else None
    for _, rule in rules.speaking(matter.aim, reading.found):
        outcome = _outcome(rule, matter, reading, matter.aim)
        if outcome is None:
            continue
        unit = first if rule.unit == SUPERVISOR else _unit_of(rule, reading, directory)
        if outcome == "matched" and unit not in allowed:
            outcome = "conflict"
        tried.append(Tried(rule.code, outcome))
        if outcome == "matched":
            words = (rule.when.words_any | rule.when.words_all) & reading.found
            return Reason(rule.code, unit, tuple(sorted(words)), rule.score), tuple(tried)
    if first is None:
        return Reason("desk.nobody", None, (), 0.0), (*tried, Tried("desk", "matched"))
    return Reason(f"aim.{matter.aim}", first, (), 1.0), (*tried, Tried("independent", "matched"))
