"""What commands print for people: one function an answer, in the order of the commands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table

from hub.calendar import WorkCalendar
from hub.clocks import due_day
from hub.console import out
from hub.daylines import DayLine
from hub.importing import Summary
from hub.ports import Chosen
from hub.rulebook import Rulebook
from hub.staffing import Way
from hub.verify import Report

NAMED = 20
"""How many refused lines are printed; all of them stand in the JSON answer."""


def verified(report: Report) -> None:
    """Findings, then counts."""
    for finding in report.findings:
        out.print(f"{finding.check}  {finding.at}  {finding.what}")
    counts = "，".join(f"{name} {n}" for name, n in report.counts.items())
    out.print(f"{counts}；办理记录到第 {report.head[0]} 条；问题 {len(report.findings)} 处。")


def staffed(ways: Sequence[Way], missing: Sequence[str]) -> None:
    """Every way through, or only those that are stuck where some are."""
    stuck = [way for way in ways if way.stuck]
    table = Table("单位", "类别", "承办", "审签", "审核", "卡在哪里")
    for way in stuck or ways:
        people = ("、".join(names[:3]) for names in (way.handlers, way.signers, way.reviewers))
        table.add_row(way.unit, way.kind, *people, way.stuck)
    out.print(table)
    for role in missing:
        out.print(f"今天没有人担任 {role}。(Nobody is {role} today.)")
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


def demo(accounts: Sequence[Mapping[str, Any]], count: int, password: str) -> None:
    """The accounts of the demo with their one password."""
    table = Table("账号", "姓名", "单位", "岗位")
    for row in accounts:
        table.add_row(row["account"], row["name"], row["unit"], " ".join(row["roles"]))
    out.print(table)
    out.print(f"{count} 件，第一件从头讲到尾。所有演示账号的密码（只显示这一次）：{password}")
