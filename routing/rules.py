"""The ordered routing rules as an edition gives them, and everything that makes such a file unfit to use."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hub.errors import Said
from hub.kinds import AIMS, Aim
from hub.units import Directory
from routing.words import WordIndex, index, plain

AREA = "area"
SUPERVISOR = "supervisor_of_target"
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RULE_KEYS = {"code", "because_zh", "because_en", "unit", "category", "score", "when"}
_WHEN_KEYS = {"kind", "aim", "area", "words_any", "words_all", "words_none", "field"}


class Unfit(ValueError):
    """Rules that cannot be used; `said` is the sentence, `rule` the code of the one it is about, empty for all."""

    def __init__(self, zh: str, en: str, rule: str = "") -> None:
        super().__init__(f"{zh}({en})")
        self.said = Said(zh, en)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class When:
    """The conditions of a rule; all that are given must hold. An empty one asks nothing."""

    kinds: frozenset[str]
    aims: frozenset[str]
    areas: frozenset[str]
    words_any: frozenset[str]
    words_all: frozenset[str]
    words_none: frozenset[str]
    fields: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the district's knowledge: such letters go to this unit, because …

    `unit` is a unit code, `AREA` (the street office of the place) or `SUPERVISOR` (whoever watches over the unit).
    """

    code: str
    because: Said
    when: When
    unit: str
    score: float
    category: str


@dataclass(frozen=True, slots=True)
class Sure:
    """When the model may dispatch without a person: how likely the topic must be, and how far the first unit leads.

    `kinds` are stricter (or, at 1.0, never) for some kinds; `lead` is the first unit's score over the second's.
    """

    topic: float = 1.0
    lead: float = 1.0
    kinds: Mapping[str, float] = field(default_factory=dict)

    def needed(self, kind: str) -> float:
        return self.kinds.get(kind, self.topic)


@dataclass(frozen=True)
class RuleSet:
    """All rules of one edition in their order, with the index of their words and the model's thresholds."""

    rules: tuple[Rule, ...]
    words: WordIndex
    sure: Sure = Sure()

    def get(self, code: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.code == code), None)

    def topic_of(self, code: str) -> str:
        """The topic of a rule; empty for a code that is none."""
        return self._topics.get(code, "")

    @cached_property
    def _topics(self) -> dict[str, str]:
        return {rule.code: rule.category for rule in self.rules}

    def speaking(self, aim: Aim, found: frozenset[str]) -> list[tuple[int, Rule]]:
        """The rules about letters of one aim that may have something to say where these words were found.

        Each with its place among the rules of that aim; a rule that waits for other words is left out.
        """
        by_word, always = self._by_aim[aim]
        heard = {place: rule for word in found for place, rule in by_word.get(word, ())}
        return sorted((heard | always).items())

    @cached_property
    def _by_aim(self) -> dict[Aim, tuple[dict[str, list[tuple[int, Rule]]], dict[int, Rule]]]:
        """For each aim: the rules by the words any of which they wait for, and those that wait for none."""
        found: dict[Aim, tuple[dict[str, list[tuple[int, Rule]]], dict[int, Rule]]] = {}
        for aim in AIMS:
            by_word: dict[str, list[tuple[int, Rule]]] = {}
            always: dict[int, Rule] = {}
            for place, rule in enumerate(rule for rule in self.rules if aim in rule.when.aims):
                for word in rule.when.words_any:
                    by_word.setdefault(word, []).append((place, rule))
                if not rule.when.words_any:
                    always[place] = rule
            found[aim] = by_word, always
        return found

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)


def read_rules(content: Mapping[str, Any], directory: Directory, kinds: Collection[str] | None = None) -> RuleSet:
    """Build the rules from an edition's content, checked against the units (and, where given, the kinds) in force.

    Raises Unfit with a sentence that names the rule: unknown or closed unit, unknown area or kind, code used
    twice, no condition, a condition that can never hold, or a rule that an earlier one leaves nothing to do.
    """
    rows = content.get("rule", ())
    if not rows:
        raise Unfit("派单规则是空的。", "the routing rules are empty")
    rules: list[Rule] = []
    for row in rows:
        name = row.get("code", "without a code")
        try:
            rule = _read(row)
            _check(rule, directory, kinds)
            _check_against(rule, rules)
        except Unfit as fault:
            raise Unfit(f"规则 {name}：{fault.said.zh}", f"rule {name}: {fault.said.en}", name) from fault
        except KeyError as fault:
            missing = fault.args[0]
            raise Unfit(f"规则 {name}：缺少 {missing}。", f"rule {name}: {missing} is missing", name) from fault
        except (TypeError, AttributeError, ValueError) as fault:
            raise Unfit(f"规则 {name}：写法不对：{fault}。", f"rule {name}: {fault}", name) from fault
        rules.append(rule)
    return RuleSet(tuple(rules), index(word for rule in rules for word in _words(rule.when)), _sure(content))


def _sure(content: Mapping[str, Any]) -> Sure:
    """The thresholds of the table `[sure]`; without one the model only suggests."""
    given = content.get("sure", {})
    try:
        kinds = {str(kind): float(value) for kind, value in given.get("kinds", {}).items()}
        sure = Sure(float(given.get("topic", 1.0)), float(given.get("lead", 1.0)), kinds)
    except (AttributeError, TypeError, ValueError) as fault:
        raise Unfit(f"[sure] 写法不对：{fault}。", f"sure: {fault}") from fault
    if not all(0.5 <= value <= 1 for value in (sure.topic, *kinds.values())) or sure.lead < 1:
        raise Unfit(
            "[sure] 的 topic 和 kinds 要在0.5到1之间，lead 不小于1。",
            "sure: topic and kinds lie between 0.5 and 1, lead is 1 or more",
        )
    return sure


def _read(row: Mapping[str, Any]) -> Rule:
    when = row["when"]
    for what, given, known in (("", row, _RULE_KEYS), ("when.", when, _WHEN_KEYS)):
        unknown = sorted(set(given) - known)
        if unknown:
            raise Unfit(f"不认识“{what}{unknown[0]}”这一项。", f"{what}{unknown[0]} is not a known key")
    return Rule(
        code=row["code"],
        because=Said(row["because_zh"], row["because_en"]),
        when=When(
            kinds=_set(when, "kind"),
            aims=_set(when, "aim") or frozenset(("matter",)),
            areas=_set(when, "area"),
            words_any=_word_set(when, "words_any"),
            words_all=_word_set(when, "words_all"),
            words_none=_word_set(when, "words_none"),
            fields={name: _values(name, values) for name, values in when.get("field", {}).items()},
        ),
        unit=row["unit"],
        score=float(row["score"]),
        category=row["category"],
    )


def _values(name: str, values: Any) -> frozenset[str]:
    if not isinstance(values, list) or not values or not all(isinstance(v, str) and v for v in values):
        raise Unfit(f"{name} 要写成一列文字，至少一个。", f"{name} must be a list of texts with at least one entry")
    if len(set(values)) < len(values):
        raise Unfit(f"{name} 里有一项写了两次。", f"{name} names an entry twice")
    return frozenset(values)


def _set(when: Mapping[str, Any], key: str) -> frozenset[str]:
    return _values(key, when[key]) if key in when else frozenset()


def _word_set(when: Mapping[str, Any], key: str) -> frozenset[str]:
    words = frozenset(plain(word) for word in _set(when, key))
    short = sorted(word for word in words if len(word) < 2)
    if short:
        raise Unfit(
            f"{key} 里的“{short[0]}”太短：词要两个字以上。",
            f"{key} holds “{short[0]}”: a word has two characters or more",
        )
    return words


def _words(when: When) -> frozenset[str]:
    return when.words_any | when.words_all | when.words_none


def _check(rule: Rule, directory: Directory, kinds: Collection[str] | None) -> None:
    if not _CODE.fullmatch(rule.code):
        raise Unfit("代码只用小写字母、数字和连字符。", "a code is small letters, digits and hyphens")
    if not rule.because.zh.strip() or not rule.because.en.strip():
        raise Unfit("理由要写中英文两种。", "the reason must be given in both languages")
    if not 0 < rule.score <= 1:
        raise Unfit("分值要大于0、不超过1。", "the score must be above 0 and at most 1")
    _check_unit(rule, directory)
    _check_conditions(rule.when, directory, kinds)


def _check_unit(rule: Rule, directory: Directory) -> None:
    if rule.unit == AREA:
        if not directory.areas:
            raise Unfit(
                "永远不会用上：没有哪个单位有辖区。", "it can never fire, because no unit of the directory has an area"
            )
    elif rule.unit == SUPERVISOR:
        if rule.when.aims == {"matter"}:
            raise Unfit(
                "supervisor_of_target 只用于 service 和 misconduct。",
                "supervisor_of_target is for the aims service and misconduct",
            )
    elif (unit := directory.get(rule.unit)) is None:
        raise Unfit(f"没有单位 {rule.unit}。", f"the unit {rule.unit} is not in the directory")
    elif not unit.active:
        raise Unfit(
            f"永远不会用上：单位 {rule.unit} 已撤销。", f"it can never fire, because the unit {rule.unit} is closed"
        )


def _check_conditions(when: When, directory: Directory, kinds: Collection[str] | None) -> None:
    for aim in when.aims - set(AIMS):
        raise Unfit(f"没有“{aim}”这种反映对象。", f"{aim} is not an aim")
    for kind in sorted(when.kinds - set(kinds)) if kinds is not None else ():
        raise Unfit(f"永远不会用上：没有类别 {kind}。", f"it can never fire, because there is no kind {kind}")
    for area in sorted(when.areas - set(directory.areas) - _area_units(directory)):
        raise Unfit(f"“{area}”不是哪个单位的辖区。", f"the area {area} belongs to no unit")
    only_matter = when.aims == {"matter"}
    if only_matter and not (when.kinds or when.areas or when.words_any or when.words_all or when.fields):
        raise Unfit("没有条件，会对上所有来信。", "it has no condition and would match every letter")
    kept_out = [word for word in sorted(when.words_all) if any(forbidden in word for forbidden in when.words_none)]
    if kept_out:
        raise Unfit(
            f"永远不会用上：words_all 要的“{kept_out[0]}”被 words_none 排除了。",
            f"it can never fire, because words_none forbids “{kept_out[0]}”, which words_all asks for",
        )
    if when.words_any and all(any(no in word for no in when.words_none) for word in when.words_any):
        raise Unfit(
            "永远不会用上：words_any 的词全被 words_none 排除了。",
            "it can never fire, because words_none forbids every word of words_any",
        )


def _area_units(directory: Directory) -> frozenset[str]:
    """Street names themselves (“禾塘街道”) are places too."""
    return frozenset(unit.short for unit in directory.units.values() if unit.areas)


def _check_against(rule: Rule, earlier: list[Rule]) -> None:
    for other in earlier:
        if other.code == rule.code:
            raise Unfit("代码与前面的重复。", "its code stands twice")
        if other.when == rule.when:
            raise Unfit(
                f"条件与前面的规则 {other.code} 完全一样。", f"it asks exactly what rule {other.code} asks before it"
            )
        if not _covers(other.when, rule.when):
            continue
        decides = rule.when.aims.isdisjoint({"matter"}) and other.unit != AREA
        if decides or (other.unit == rule.unit and other.score >= rule.score):
            raise Unfit(
                f"被遮住了：规则 {other.code} 总是先对上，分值也不低。",
                f"it is shadowed: rule {other.code} always matches before it and counts as much",
            )


def _covers(wide: When, narrow: When) -> bool:
    """True when every letter that meets `narrow` also meets `wide`."""
    return (
        narrow.aims <= wide.aims
        and _within(narrow.kinds, wide.kinds)
        and _within(narrow.areas, wide.areas)
        and (not wide.words_any or _within(narrow.words_any, wide.words_any) or bool(narrow.words_all & wide.words_any))
        and wide.words_all <= narrow.words_all
        and wide.words_none <= narrow.words_none
        and all(_within(narrow.fields.get(name, frozenset()), values) for name, values in wide.fields.items())
    )


def _within(narrow: frozenset[str], wide: frozenset[str]) -> bool:
    return not wide or (bool(narrow) and narrow <= wide)
