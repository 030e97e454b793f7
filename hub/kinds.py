"""Kinds of matter as data: what a form asks, which clocks run, who may see it, which results there are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from hub.rulesets import ClockRule, RuleSet, RuleSets, draw_clock, read_rule_sets

Aim = Literal["matter", "service", "misconduct"]
Level = Literal["open", "private", "confidential", "anonymous"]
AIMS: tuple[Aim, ...] = ("matter", "service", "misconduct")
LEVELS: tuple[Level, ...] = ("open", "private", "confidential", "anonymous")
FIELD_TYPES = ("text", "longtext", "choice", "date", "place", "number")


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of a kind's form, asked alike by page, bot, counter and API."""

    name: str
    zh: str
    en: str
    hint_zh: str
    hint_en: str
    type: str
    required: bool
    most: int
    options: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """Which replies the supervision office reads before they go out; rounds after the first always are.

    `share` is the drawn part (0 to 1) where mode is `sample`; `always_when` names conditions that draw in any case;
    `second` is the part of the replies found fit that another reviewer reads again.
    """

    mode: Literal["all", "sample", "none"]
    share: float
    always_when: tuple[str, ...]
    second: float = 0.0


@dataclass(frozen=True, slots=True)
class ResultCode:
    """How a matter ended, as the kind counts it."""

    code: str
    zh: str
    en: str
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class Grade:
    """How pressing a case of a kind is; the main limit follows it. The first grade is that of an urgent case."""

    code: str
    zh: str
    en: str
    rule: ClockRule


@dataclass(frozen=True, slots=True)
class Era:
    """The limits of a kind for what was received from a day on."""

    since: date
    clocks: Mapping[str, ClockRule]
    grades: tuple[Grade, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of matter, whole; `clocks` and `grades` are those of the newest rules, `on` gives those of a day."""

    code: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    machine: str
    file_by: tuple[str, ...]
    aims: tuple[Aim, ...]
    level: Mapping[str, Level]
    anonymous_allowed: bool
    sealed: bool
    sealed_to: tuple[str, ...]
    publishable: bool
    rating: bool
    reopen: bool
    auto_threshold: float
    fields: tuple[FormField, ...]
    clocks: Mapping[str, ClockRule]
    review: ReviewPolicy
    results: tuple[ResultCode, ...]
    source: str
    grades: tuple[Grade, ...] = ()
    eras: tuple[Era, ...] = ()

    def on(self, day: date) -> "Kind":
        """The kind with the limits in force on a day; what is older than every known rule goes by the oldest."""
        if not self.eras or self.eras[-1].since <= day:
            return self
        era = next((e for e in reversed(self.eras) if e.since <= day), self.eras[0])
        return replace(self, clocks=era.clocks, grades=era.grades)

    def grade(self, code: str | None) -> Grade | None:
        return next((g for g in self.grades if g.code == code), None)

    def result(self, code: str | None) -> ResultCode | None:
        return next((r for r in self.results if r.code == code), None)


def read_kinds(content: Mapping[str, Any]) -> dict[str, Kind]:
    """The kinds of an edition by code, with the rule sets that travel with them; raises ValueError with a sentence."""
    rule_sets = read_rule_sets(content.get("rule_sets", ()))
    return {row["code"]: read_kind(row, rule_sets) for row in content["kinds"]}


def read_kind(data: Mapping[str, Any], rule_sets: RuleSets | None = None) -> Kind:
    """Build a kind from its file; raises ValueError with a sentence that names kind and place."""
    code = data["code"]
    try:
        review, eras = data["review"], _eras(data, rule_sets or {})
        kind = Kind(
            code=code,
            zh=data["zh"],
            en=data["en"],
            about_zh=data["about_zh"],
            about_en=data["about_en"],
            machine=data["machine"],
            file_by=tuple(data.get("file_by", ("citizen", "clerk"))),
            aims=tuple(data.get("aims", ("matter",))),
            level=dict(data.get("level", {"matter": "private"})),
            anonymous_allowed=data.get("anonymous_allowed", True),
            sealed=data.get("sealed", False),
            sealed_to=tuple(data.get("sealed_to", ())),
            publishable=data.get("publishable", True),
            rating=data.get("rating", True),
            reopen=data.get("reopen", True),
            auto_threshold=float(data.get("auto_threshold", 0.9)),
            fields=tuple(_field(f) for f in data.get("fields", ())),
            clocks=eras[-1].clocks,
            review=_review(review),
            results=tuple(
                ResultCode(r["code"], r["zh"], r["en"], r.get("needs_reason", False)) for r in data.get("results", ())
            ),
            source=data["source"],
            grades=eras[-1].grades,
            eras=eras,
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise ValueError(f"kind {code}: {fault}") from fault
    _check(kind)
    return kind


def _review(data: Mapping[str, Any]) -> ReviewPolicy:
    policy = ReviewPolicy(
        mode=data["mode"],
        share=float(data.get("share", 1.0)),
        always_when=tuple(data.get("always_when", ())),
        second=float(data.get("second", 0.0)),
    )
    if not (0 <= policy.share <= 1 and 0 <= policy.second <= 1):
        raise ValueError("review.share 和 review.second 应当在 0 和 1 之间。(Between 0 and 1.)")
    return policy


def _eras(data: Mapping[str, Any], rule_sets: RuleSets) -> tuple[Era, ...]:
    """The limits of the kind from each day on which one of the rule sets it draws from changes."""
    rows = [*data.get("clocks", {}).values(), *data.get("grades", ())]
    named = {data.get("rule_set", ""), *(str(row["rule"]).partition(".")[0] for row in rows if "rule" in row)} - {""}
    for code in sorted(named):
        if code not in rule_sets:
            raise ValueError(f"没有这套规则：{code}。(No such rule set.)")
    days = sorted({v.since for code in named for v in rule_sets[code].versions} or {date.min})
    return tuple(Era(day, dict(_clocks(data, rule_sets, day)), _grades(data, rule_sets, day)) for day in days)


def _clocks(data: Mapping[str, Any], rule_sets: RuleSets, day: date) -> Iterator[tuple[str, ClockRule]]:
    """The clocks of the rule set, without those left out, each as the kind's own row changes it."""
    shared = dict(_version(rule_sets[data["rule_set"]], day)) if data.get("rule_set") else {}
    own = data.get("clocks", {})
    if strangers := set(data.get("leaves_out", ())) - shared.keys():
        raise ValueError(f"leaves_out 里的 {min(strangers)} 不在规则里。(Not a clock of the rule set.)")
    for name in [*shared, *(name for name in own if name not in shared)]:
        if name in own:
            yield name, draw_clock(name, own[name], _base(own[name], rule_sets, day) or shared.get(name))
        elif name not in data.get("leaves_out", ()):
            yield name, shared[name]


def _grades(data: Mapping[str, Any], rule_sets: RuleSets, day: date) -> tuple[Grade, ...]:
    """The grades of the kind, each a rule for the main limit."""
    return tuple(
        Grade(g["code"], g["zh"], g["en"], draw_clock("main", _rule_of(g), _base(g, rule_sets, day)))
        for g in data.get("grades", ())
    )


def _rule_of(grade: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in grade.items() if key not in ("code", "zh", "en")}


def _base(row: Mapping[str, Any], rule_sets: RuleSets, day: date) -> ClockRule | None:
    """The rule that a row names as set.clock, as it stands in the version of the day."""
    if "rule" not in row:
        return None
    code, _, name = str(row["rule"]).partition(".")
    rule = _version(rule_sets[code], day).get(name)
    if rule is None:
        raise ValueError(f"规则 {code} 在 {day} 的版本里没有 {name}。(This version lacks the clock: a gap.)")
    return rule


def _version(rules: RuleSet, day: date) -> Mapping[str, ClockRule]:
    return (rules.on(day) or rules.versions[0]).clocks


def _field(f: Mapping[str, Any]) -> FormField:
    return FormField(
        name=f["name"],
        zh=f["zh"],
        en=f["en"],
        hint_zh=f.get("hint_zh", ""),
        hint_en=f.get("hint_en", ""),
        type=f["type"],
        required=f.get("required", False),
        most=f.get("most", 200),
        options=tuple((o["code"], o["zh"], o["en"]) for o in f.get("options", ())),
    )


def _check(kind: Kind) -> None:
    unknown = set(kind.aims) - set(AIMS) | set(kind.level) - set(AIMS)
    if unknown:
        raise ValueError(f"kind {kind.code}: unknown aim {', '.join(sorted(unknown))}")
    if set(kind.aims) != set(kind.level):
        raise ValueError(f"kind {kind.code}: every aim needs its level, and only those")
    if set(kind.level.values()) - set(LEVELS):
        raise ValueError(f"kind {kind.code}: a level must be one of {', '.join(LEVELS)}")
    if kind.sealed and not kind.sealed_to:
        raise ValueError(f"kind {kind.code}: a sealed kind names in sealed_to who receives it")
    if kind.sealed and kind.publishable:
        raise ValueError(f"kind {kind.code}: a sealed kind is never published")
    for field in kind.fields:
        if field.type not in FIELD_TYPES:
            raise ValueError(f"kind {kind.code}: field {field.name} has the unknown type {field.type}")
        if field.type == "choice" and not field.options:
            raise ValueError(f"kind {kind.code}: choice {field.name} has no options")
