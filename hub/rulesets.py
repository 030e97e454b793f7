"""Rule sets: limits with their legal source, as data in force from a day on; kinds draw their clocks from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from hub.errors import Said
from hub.limits import Limit, parse_limit

DECIDERS = frozenset({"signer", "supervisor", "leader"})
COUNTS_FROM: Mapping[str, Said] = {
    "receipt": Said("收到", "receipt"),
    "acceptance": Said("受理", "acceptance"),
    "dispatch": Said("派单", "dispatch"),
    "confirmation": Said("双方确认收到", "the day both sides confirm the receipt"),
    "correction": Said("收到补正", "receipt of the correction"),
    "question": Said("发出征求意见或补充通知", "the day the question goes out"),
    "creation": Said("信息形成或变更", "the day the information is made or changed"),
    "signature": Said("签收", "signing for the case"),
    "step": Said("进入这一步", "the beginning of the step"),
    "answer": Said("答复", "the answer"),
    "decision": Said("作出决定", "the decision"),
    "request": Said("收到申请", "receipt of the request"),
}
"""From what a limit counts; `receipt` and `acceptance` and `dispatch` start the clocks a machine opens with."""
_SET = frozenset({"code", "zh", "en", "versions"})
_VERSION = frozenset({"from", "law", "law_en", "clocks"})
_CLOCK = frozenset(
    {"limit", "ladder", "counts_from", "article", "article_en", "source", "source_en", "extension", "pause", "ahead"}
    | {"at_least_rest_of", "rule"}
)


@dataclass(frozen=True, slots=True)
class Extension:
    """How far a limit may be extended in all, and who decides the first time, the second …; no further time is open."""

    most: Limit
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClockRule:
    """How long one step may take, from what it counts, which ladder climbs while it does, and on what basis.

    `pause`: how long a rest for a question may last (none: it may not rest). `ahead`: how much earlier than a due date
    set outside the hub this clock ends. `at_least_rest_of`: a clock whose remaining time it gets where that is longer.
    """

    name: str
    limit: Limit
    ladder: str
    source: str
    source_en: str = ""
    counts_from: str = "receipt"
    extension: Extension | None = None
    pause: Limit | None = None
    ahead: Limit | None = None
    at_least_rest_of: str = ""

    @property
    def basis(self) -> Said:
        """The legal source in both languages; law that nobody translated is named in Chinese."""
        return Said(self.source, self.source_en or self.source)


@dataclass(frozen=True, slots=True)
class Version:
    """A rule set as it is in force from a day on, until the next version's day."""

    since: date
    law: Said
    clocks: Mapping[str, ClockRule]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The versions of one set of rules, oldest first."""

    code: str
    zh: str
    en: str
    versions: tuple[Version, ...]

    def on(self, day: date) -> Version | None:
        """The version in force on a day; None before the first."""
        return next((v for v in reversed(self.versions) if v.since <= day), None)


RuleSets = Mapping[str, RuleSet]


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule that was asked for by name: which set, in force since when, and the clock."""

    rule_set: Said
    since: date
    clock: ClockRule

    def as_told(self) -> dict[str, str]:
        """For a program that reads it."""
        clock = self.clock
        plain = {"name": clock.name, "limit": str(clock.limit), "counts_from": clock.counts_from}
        told = {"rule_set": self.rule_set.zh, "since": self.since.isoformat(), **plain}
        return {**told, "source": clock.basis.zh, "source_en": clock.basis.en}


def asked_rule(name: str, day: date, rule_sets: RuleSets) -> Ruled:
    """The rule set.clock as it is in force on a day; ValueError with a sentence that names what there is."""
    code, _, clock = name.partition(".")
    found = rule_sets.get(code)
    if found is None:
        raise ValueError(f"没有规则 {code}，可用：{'、'.join(sorted(rule_sets))}。(No such rule set.)")
    version = found.on(day)
    if version is None:
        first = found.versions[0].since
        raise ValueError(f"{day} 时{found.zh}还没有规则，最早的从 {first} 起。(No version in force on that day.)")
    if clock not in version.clocks:
        raise ValueError(
            f"规则 {code} 里没有 {clock or '写明的时限'}，可用：{'、'.join(version.clocks)}。(No such clock.)"
        )
    return Ruled(Said(found.zh, found.en), version.since, version.clocks[clock])


def read_rule_sets(rows: Sequence[Mapping[str, Any]]) -> dict[str, RuleSet]:
    """The rule sets of an edition by code; raises ValueError with a sentence that names set, version and clock."""
    found: dict[str, RuleSet] = {}
    for row in rows:
        code = str(row.get("code", "?"))
        if code in found:
            raise ValueError(f"规则 {code} 写了两次。(Stands twice.)")
        try:
            found[code] = _read_set(row)
        except KeyError as fault:
            raise ValueError(f"规则 {code}：缺少 {fault.args[0]}。(Something is missing.)") from fault
        except (ValueError, TypeError) as fault:
            raise ValueError(f"规则 {code}：{fault}") from fault
    return found


def _read_set(row: Mapping[str, Any]) -> RuleSet:
    _only(row, _SET)
    versions = sorted((_read_version(v) for v in row["versions"]), key=lambda v: v.since)
    if not versions:
        raise ValueError("没有任何版本。(No version.)")
    for before, after in pairwise(versions):
        if before.since == after.since:
            raise ValueError(f"有两个版本都从 {after.since} 起。(Two versions from one day.)")
    return RuleSet(row["code"], row["zh"], row["en"], tuple(versions))


def _read_version(row: Mapping[str, Any]) -> Version:
    _only(row, _VERSION)
    since = row["from"] if isinstance(row["from"], date) else date.fromisoformat(str(row["from"]))
    law = Said(row["law"], row["law_en"])
    try:
        clocks = {name: draw_clock(name, clock, None, law) for name, clock in row["clocks"].items()}
    except ValueError as fault:
        raise ValueError(f"{since} 起的版本：{fault}") from fault
    return Version(since, law, clocks)


def draw_clock(name: str, row: Mapping[str, Any], base: ClockRule | None, law: Said | None = None) -> ClockRule:
    """A clock as its row writes it; what the row leaves out is taken from `base`, a rule of another name or the same.

    The source is an `article` of the version's law, or another `source` in full. Raises ValueError with a sentence.
    """
    try:
        _only(row, _CLOCK)
        rule = base or ClockRule(name, parse_limit(str(row["limit"])), name, "")
        ladder = rule.ladder if rule.name == name else name
        changes: dict[str, Any] = {"name": name, "ladder": str(row.get("ladder", ladder))}
        for key in ("limit", "pause", "ahead"):
            if key in row:
                changes[key] = parse_limit(str(row[key])) if row[key] else None
        for key in ("counts_from", "at_least_rest_of", "source", "source_en"):
            if key in row:
                changes[key] = str(row[key])
        if "article" in row and law is not None:
            changes["source"] = f"{law.zh}{row['article']}"
            changes["source_en"] = f"{law.en}, {row['article_en']}"
        if "extension" in row:
            changes["extension"] = _extension(row["extension"]) if row["extension"] else None
        rule = replace(rule, **changes)
    except KeyError as fault:
        raise ValueError(f"时限 {name}：缺少 {fault.args[0]}。(Something is missing.)") from fault
    except ValueError as fault:
        raise ValueError(f"时限 {name}：{fault}") from fault
    if not rule.source:
        raise ValueError(f"时限 {name}：没有写依据（source 或 article）。(No legal source.)")
    if rule.ahead is not None and rule.ahead.unit != "wd":
        raise ValueError(f"时限 {name}：ahead 要写成工作日，如 1wd。(ahead is in working days.)")
    if rule.counts_from not in COUNTS_FROM:
        raise ValueError(f"时限 {name}：不认识的起算点 {rule.counts_from}。(Unknown counts_from.)")
    return rule


def _extension(row: Mapping[str, Any]) -> Extension:
    _only(row, frozenset({"most", "by"}))
    if not row["by"] or set(row["by"]) - DECIDERS:
        raise ValueError(f"延期由谁决定只能写 {'、'.join(sorted(DECIDERS))}。(Unknown decider.)")
    return Extension(parse_limit(str(row["most"])), tuple(row["by"]))


def _only(row: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := row.keys() - known:
        raise ValueError(f"不认识的项 {min(unknown)}。(Unknown key.)")
