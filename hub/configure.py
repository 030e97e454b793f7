"""Editions from files: reading a folder, checking that its parts fit together, and putting what is new into force."""

import importlib
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from config import starter
from hub import calendar_editions, machines
from hub.calendar import read_calendar
from hub.errors import NotNow
from hub.journal import Entry
from hub.kinds import Kind, read_kind
from hub.ladders import Ladder, read_calls, read_ladders
from hub.machines.registry import MACHINES
from hub.rulebook import FAMILIES
from hub.rulesets import read_rule_sets
from hub.storage import editions, journal, people
from hub.storage.tx import Tx
from hub.units import Directory, read_units

CheckRules = Callable[[Mapping[str, Any], Directory, Collection[str]], object]
"""Routing's own look at its rules; raises ValueError with a sentence."""
CHECKLIST_GROUPS = (
    *("review", "reject", "stop", "pause", "object", "withhold"),
    *("orders", "cards", "card_reasons", "exclusion", "contact"),
)
_TOLD = re.compile(r"""\btells\(\s*"\w+",\s*"(\w+)",?\s*\)""")
_PARTS = {"citizen": ("zh_subject", "zh_body", "zh_sms", "en_subject", "en_body", "en_sms")}
_OFFICER_PARTS = ("zh_subject", "zh_body", "en_subject", "en_body")


def read_folder(folder: Path = starter.HERE) -> dict[str, Any]:
    """Family → content of the rule sets in a folder; raises ValueError with a sentence for what cannot be read."""
    try:
        return starter.read(folder)
    except OSError as fault:
        raise ValueError(f"读不了 {fault.filename}：{fault.strerror}。(The file cannot be read.)") from fault
    except tomllib.TOMLDecodeError as fault:
        raise ValueError(f"{folder} 里有一个文件写法不对：{fault}。(A file is not TOML.)") from fault
    except KeyError as fault:
        raise ValueError(f"{folder} 里有一个文件缺少 {fault}。(A file lacks this key.)") from fault


def check(content: Mapping[str, Any], check_rules: CheckRules) -> list[str]:
    """Every fault of the rule sets, in sentences; empty when they fit together."""
    faults = [f"缺少{family}。(The family {family} is missing.)" for family in FAMILIES if family not in content]
    if faults:
        return faults
    rule_sets = _read(faults, lambda: read_rule_sets(content["kinds"].get("rule_sets", ())))
    if rule_sets is None:
        return faults
    kinds = _read_all(faults, (partial(read_kind, row, rule_sets) for row in content["kinds"]["kinds"]))
    directory = _read(faults, lambda: read_units(content["units"], 0))
    ladders = _read(faults, lambda: read_ladders(content["ladders"])) or {}
    _read(faults, lambda: read_calls(content["ladders"]))
    _read(faults, lambda: read_calendar(content["calendar"], 0))
    if directory is not None:
        _read(faults, lambda: check_rules(content["rules"], directory, [k.code for k in kinds]))
    for kind in kinds:
        faults += _kind(kind, directory, ladders)
    faults += [f"类别 {code} 写了两次。(Kind {code} stands twice.)" for code in _twice(k.code for k in kinds)]
    faults += _checklist(content["checklist"])
    faults += _rungs(ladders, content["checklist"])
    faults += _texts(content["texts"])
    faults += _watches(ladders, content["texts"].get("notices", {}))
    return faults


def load(
    tx: Tx, content: Mapping[str, Any], by_whom: str, now: datetime, *, forget: bool = False
) -> dict[str, int | None]:
    """The deed that puts checked rule sets into force: family → its new number, None where nothing changed.

    Raises NotNow where the calendar would lose a year announced or a day set since, or rules that were changed on the
    page would be replaced by others, unless `forget` says so.
    """
    if not forget:
        _must_not_forget(tx, content["calendar"], now)
        _must_not_replace(tx, content["rules"])
    added = {family: editions.add(tx, family, content[family], by_whom, now) for family in FAMILIES}
    new = {family: number for family, number in added.items() if number is not None}
    told = (Entry(None, "edition.added", by_whom, now, {"family": f, "edition": n}) for f, n in new.items())
    journal.append(tx, told)
    return added


def _must_not_forget(tx: Tx, content: Mapping[str, Any], now: datetime) -> None:
    """A folder that was not kept up must not take back what was published on the page since."""
    if "calendar" not in editions.numbers(tx):
        return
    number, known = calendar_editions.in_force(tx)
    old, new = read_calendar(known, number), read_calendar(content, number + 1)
    if lost := calendar_editions.forgotten(old, new, old.day_of(now)):
        raise NotNow(
            f"文件夹里的日历没有{'、'.join(lost)}，现行日历里有。请写进 calendar.toml，或用 --forget 表示不要了。",
            "The calendar in force knows years or days that the folder lacks: add them, or use --forget.",
        )


def _must_not_replace(tx: Tx, rules: Any) -> None:
    """Rules that an officer changed on the page stay, unless the folder holds just them."""
    newest = editions.newest(tx, "rules")
    if newest is None or people.by_id(tx, newest.by_whom) is None or newest.hash == editions.digest(rules):
        return
    raise NotNow(
        "现行派单规则是在页面上改过的，文件夹里的不一样。请下载 rules.toml 放进文件夹，或用 --forget 表示不要了。",
        "The routing rules were changed on the page: put the rules.toml it offers into the folder, or use --forget.",
    )


def told_texts() -> frozenset[str]:
    """The notices that the machines tell, read from their own source."""
    names = [info.name for info in pkgutil.iter_modules(machines.__path__)]
    sources = (inspect.getsource(importlib.import_module(f"{machines.__name__}.{name}")) for name in names)
    return frozenset(name for source in sources for name in _TOLD.findall(source))


def _kind(kind: Kind, directory: Directory | None, ladders: Mapping[str, Ladder]) -> Iterator[str]:
    machine = MACHINES.get(kind.machine)
    if machine is None:
        yield f"类别 {kind.code} 的流程 {kind.machine} 不存在。(Kind {kind.code}: no such machine.)"
        return
    drawn = {(c.name, c.ladder) for era in kind.eras for c in (*era.clocks.values(), *(g.rule for g in era.grades))}
    for name, ladder in sorted(drawn):
        if ladder not in ladders:
            yield f"类别 {kind.code} 的时限 {name} 用了不存在的催办级别 {ladder}。(No such ladder.)"
    for clock in kind.clocks.values():
        if clock.at_least_rest_of and clock.at_least_rest_of not in kind.clocks:
            yield f"类别 {kind.code} 的时限 {clock.name} 要看 {clock.at_least_rest_of}，却没有它。(No such clock.)"
    if kind.rating and "rating" not in kind.clocks:
        yield f"类别 {kind.code} 可以评价，但没有评价的时限。(Kind {kind.code} lacks the clock rating.)"
    if directory is not None:
        for unit in kind.sealed_to:
            if directory.get(unit) is None:
                yield f"类别 {kind.code} 的密件接收单位 {unit} 不存在。(Kind {kind.code}: no such unit.)"


def _checklist(content: Mapping[str, Any]) -> Iterator[str]:
    for group in CHECKLIST_GROUPS:
        if not content.get(group):
            yield f"清单缺少 {group} 一组。(The checklist lacks the group {group}.)"
    for group, rows in content.items():
        if group == "questions":
            continue
        for row in rows:
            if missing := [part for part in ("code", "zh", "en") if not row.get(part)]:
                yield f"清单 {group} 的 {row.get('code', '?')} 缺少 {'、'.join(missing)}。(Incomplete reason.)"
        yield from (f"清单 {group} 里 {code} 写了两次。(Stands twice.)" for code in _twice(r.get("code") for r in rows))


def _rungs(ladders: Mapping[str, Ladder], checklist: Mapping[str, Any]) -> Iterator[str]:
    """A rung proposes only what the checklist names."""
    known, colours, reasons = (
        {row.get("code") for row in checklist.get(group, ())} for group in ("orders", "cards", "card_reasons")
    )
    for ladder in ladders.values():
        for rung in ladder.rungs:
            if rung.level and rung.level not in known:
                yield f"催办级别 {ladder.name} 的 {rung.level} 不在清单 orders 里。(No such level of orders.)"
            if rung.card and not (rung.card[0] in colours and rung.card[1] in reasons):
                yield f"催办级别 {ladder.name} 的 {':'.join(rung.card)} 不在清单的牌和理由里。(No such card.)"


def _texts(content: Mapping[str, Any]) -> Iterator[str]:
    notices = content.get("notices", {})
    recount = {calendar_editions.TO_CITIZEN, calendar_editions.TO_UNIT}
    for name in sorted((told_texts() | recount) - notices.keys()):
        yield f"流程会发通知 {name}，但没有写它的文字。(The notice {name} has no text.)"
    for name, text in notices.items():
        needed = _PARTS.get(text.get("audience", ""), _OFFICER_PARTS)
        if missing := [part for part in needed if not str(text.get(part, "")).strip()]:
            yield f"通知 {name} 缺少 {'、'.join(missing)}。(The notice {name} is incomplete.)"


def _watches(ladders: Mapping[str, Ladder], notices: Mapping[str, Any]) -> Iterator[str]:
    """A watch is told by the notice of its ladder's own name."""
    for ladder in ladders.values():
        if ladder.name not in notices and any(rung.what == "watch" for rung in ladder.rungs):
            yield f"催办级别 {ladder.name} 会发预警，但没有同名的通知文字。(The watch {ladder.name} has no text.)"


def _read(faults: list[str], read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (KeyError, TypeError, AttributeError) as fault:
        faults.append(f"缺少或写错了一项：{fault}。(Something is missing or of a wrong type.)")
    except ValueError as fault:
        faults.append(str(fault))
    return None


def _read_all(faults: list[str], readers: Iterator[Callable[[], Kind]]) -> list[Kind]:
    return [kind for read in readers if (kind := _read(faults, read)) is not None]


def _twice(codes: Iterator[Any]) -> list[str]:
    seen: set[str] = set()
    return sorted({str(c) for c in codes if str(c) in seen or seen.add(str(c))})  # type: ignore[func-returns-value]
