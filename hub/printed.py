"""What commands print for people: one function an answer, in the order of the commands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from hub.archive import Manifest
from hub.calendar import WorkCalendar
from hub.calendar_editions import Foreseen
from hub.clocks import due_day
from hub.console import out
from hub.coverage import Through
from hub.daylines import DayLine
from hub.importing import Summary
from hub.ports import Chosen
from hub.rulebook import Rulebook
from hub.rulesets import COUNTS_FROM, Ruled
from hub.verify import Report

NAMED = 20
"""How many refused lines are printed; all of them stand in the JSON answer."""


def checked(faults: Sequence[str]) -> None:
    """The faults of the rule sets, one a line."""
    out.print("\n".join(faults) or "规则齐全，互相对得上。(The rule sets fit together.)")


def verified(report: Report) -> None:
    """Findings, then counts."""
    for finding in report.findings:
        out.print(f"{finding.check}  {finding.at}  {finding.what}")
    counts = "，".join(f"{name} {n}" for name, n in report.counts.items())
    out.print(f"{counts}；办理记录到第 {report.head[0]} 条；问题 {len(report.findings)} 处。")


def backed_up(file: Path, manifest: Manifest, report: Report) -> None:
    """What is in the archive, and what is not."""
    size = file.stat().st_size / 1_048_576
    out.print(f"{file}：{size:.1f} MiB，来信 {report.counts['cases']} 件，文件 {len(manifest.files)} 个，已恢复核对。")
    out.print("密钥不在其中：请另外保存 keys.txt。(Keys are not in it: keep keys.txt apart.)")


def restored(manifest: Manifest, keys: Path) -> None:
    """What stands now, and what is still to be done."""
    out.print(f"已恢复 {manifest.made_at} 的备份，办理记录到第 {manifest.head[0]} 条。")
    out.print("通知暂不发送，核对后请运行 release。(Nothing is sent until `release`.)")
    if not keys.exists():
        out.print(f"请把密钥文件放回 {keys}。(Put the key file back.)")


def calendar(ahead: Foreseen, number: int, *, published: bool) -> None:
    """What a calendar changes, and whether it is in force now."""
    for word, days in (("改为放假 (rest)", ahead.rest), ("改为上班 (work)", ahead.work)):
        if days:
            out.print(f"{word}：{'、'.join(map(str, days))}")
    out.print(f"未到期的时限 {ahead.looked} 个，其中 {ahead.moved} 个改期，涉及来信 {ahead.cases} 件。")
    for was, due, n in ahead.dates:
        out.print(f"  {was} → {due}  {n}")
    for shift in ahead.sample:
        out.print(f"  {shift.number}  {shift.clock}  {shift.was} → {shift.due}")
    if published:
        out.print(f"工作日历第 {number} 版已生效；运行中的系统随即重算并通知。(In force; a running hub recounts now.)")
    else:
        out.print(f"没有发布，现行仍是第 {number} 版。(Nothing was published.)")


def staffed(ways: Sequence[Through], missing: Sequence[str], on_duty: Sequence[str]) -> None:
    """One line a unit and the kinds that find the same people there; only those that are stuck where some are."""
    stuck = [way for way in ways if way.stuck]
    alike: dict[tuple[object, ...], list[str]] = {}
    for way in stuck or ways:
        people = ("、".join(names) for names in (way.handlers, way.signers, way.reviewers))
        alike.setdefault((way.unit, *people, way.stuck), []).append(way.kind)
    for (unit, handlers, signers, reviewers, why), kinds in alike.items():
        out.print(f"{unit}  承办 {handlers or '—'}  审签 {signers or '—'}  审核 {reviewers or '—'}  {why}")
        out.print(f"    {'、'.join(kinds)}")
    for role in missing:
        out.print(f"今天没有人担任 {role}。(Nobody is {role} today.)")
    for account in on_duty:
        out.print(f"值班表上的账号 {account} 不存在或已停用。(On the duty roster, but no active account.)")
    out.print(f"{len(ways)} 条办理路径，{len(stuck)} 条走不通。")


def imported(summary: Summary) -> None:
    """Counts, the ten units that got most, and what was refused."""
    out.print(
        f"{summary.letters} 封，导入 {summary.imported} 封，带答复 {summary.replies} 封，已有 {summary.known} 封，"
        f"未导入 {summary.refused} 处；路由有把握 {summary.sure} 封；{summary.seconds:.1f} 秒。"
    )
    for unit, n in summary.units.most_common(10):
        out.print(f"  {unit:<16}{n}")
    for refused in summary.named[:NAMED]:
        out.print(f"第 {refused.line} 行：{refused.reason}")


def routed(chosen: Chosen, book: Rulebook) -> None:
    """The unit, whether a person decides, and the reasons."""
    unit = book.directory.get(chosen.unit)
    how = "直接派单 (sure)" if chosen.sure else "由人决定 (a person decides)"
    out.print(f"{unit.zh if unit else '受理中心'}（{chosen.unit or '-'}）  {how}")
    for reason in chosen.record.get("reasons", ()):
        out.print(f"  {reason['rule']}  {reason['unit'] or ''}  {'、'.join(reason['words'])}")
    if chosen.danger:
        out.print(f"  危险词：{'、'.join(chosen.danger)}")


def due(moment: datetime, lines: Sequence[DayLine], calendar: WorkCalendar) -> None:
    """The last day in time, the first instant that is late, and the days one by one."""
    out.print(f"{due_day(moment, calendar)}（{calendar.local(moment):%Y-%m-%d %H:%M} 起算逾期）")
    for line in lines:
        mark = "计" if line.counted else "  "
        out.print(f"  {line.day}  {mark}  {line.why}{'（暂定）' if line.provisional else ''}")


def rule(ruled: Ruled) -> None:
    """The rule that gave the limit: set, version, source, and what may change the date."""
    clock = ruled.clock
    begun = COUNTS_FROM[clock.counts_from]
    out.print(f"{ruled.rule_set.zh}（{ruled.rule_set.en}），{ruled.since} 起施行的版本")
    out.print(f"  {clock.limit.words}，从{begun.zh}起算 (from {begun.en})")
    out.print(f"  依据：{clock.basis.zh}")
    out.print(f"  Source: {clock.basis.en}")
    if clock.extension:
        out.print(f"  可延长，一共不超过{clock.extension.most.words} (at most {clock.extension.most.words_en} more)")
    if clock.pause:
        out.print(f"  可停表，最长{clock.pause.words} (may rest for {clock.pause.words_en})")


def demo(accounts: Sequence[Mapping[str, Any]], count: int, password: str) -> None:
    """The accounts of the demo with their one password."""
    table = Table("账号", "姓名", "单位", "岗位")
    for row in accounts:
        table.add_row(row["account"], row["name"], row["unit"], " ".join(row["roles"]))
    out.print(table)
    out.print(f"{count} 件，第一件从头讲到尾。所有演示账号的密码（只显示这一次）：{password}")
