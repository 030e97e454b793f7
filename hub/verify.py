"""verify: the store is what it says it is — chain, clocks computed anew, cases as their journal tells them, files."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from hub.case import Case
from hub.drift import drifted, said
from hub.files import FileStore, NoSuchFile
from hub.followers import verify_totals
from hub.journal import Tip
from hub.machines.registry import MACHINES
from hub.moments import to_text
from hub.office import Office
from hub.rulebook import Rulebook
from hub.seals import holds
from hub.storage import bulletins, checking, editions, journal, seals
from hub.storage.cases import NEVER
from hub.storage.contract import Store
from hub.storage.tx import Tx
from hub.timing import with_dates

LINES, CASES, FILES, STRETCH = 2_000, 100, 500, 50_000
"""How many lines, cases, files, and lines searched for bulletins one question looks at, to answer well in time."""
Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold. `at` is a case number, a place in the journal, or a hash."""

    check: str
    at: str
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at and what was found; no findings means that everything held."""

    counts: dict[str, int]
    head: tuple[int, str]
    findings: tuple[Finding, ...] = field(default=())


def nothing(_what: str, _count: int) -> None:
    """For callers who show no progress."""


async def verify(office: Office, tell: Tell = nothing, kept: Tip | None = None) -> Report:
    """Look at everything, in short questions beside a running hub; each case is seen whole, in one snapshot.

    `kept` is a seal that somebody noted earlier: a journal that was rewritten since, however well, does not meet it.
    The totals of figures are looked at when their follower stands at the end of the journal: what it has not read yet
    differs for that reason alone.
    """
    store, findings = office.store, list[Finding]()
    tip, faults = await _chain(store, tell)
    findings += faults
    findings += await _seals(store, kept)
    if await store.read(editions.numbers):
        findings += [f async for f in _cases(office, tell)]
    for name in checking.BROKEN:
        findings += [Finding(name, at, SENTENCES[name]) for at in await store.read(checking.broken, name, room="heavy")]
        tell(name, 1)
    findings += [f async for f in _files(store, office.files, tell)]
    findings += await _totals(office)
    findings += await _bulletins(store, tip.seq)
    counts = await store.read(checking.counts, room="heavy")
    return Report(counts, (tip.seq, tip.hash), tuple(findings))


async def _totals(office: Office) -> list[Finding]:
    """Two looks: what a hub beside us changed between the first and its sums is gone in the second."""
    for _ in range(2):
        if not await office.store.read(counted_to_the_end):
            return []
        wrong = await verify_totals(office)
        if not wrong:
            return []
    return [Finding("totals", at, "与重算的数不符") for at in wrong]


def counted_to_the_end(tx: Tx) -> bool:
    """Whether the figures have read the journal to its end: only then can they be looked at."""
    seq = journal.head(tx).seq
    return seq > 0 and journal.cursor(tx, "totals") == seq


SENTENCES = {
    "outbox.case": "待发通知指向不存在的来信",
    "import.case": "导入记录指向不存在的来信",
    "submission.case": "提交凭证指向不存在的来信",
    "case.party": "来信没有当事人",
    "case.lead": "并入的来信不存在",
    "case.about": "公开记录所指的来信不存在",
    "case.unit": "现有派单与来信的单位不符",
    "case.messages": "往来的条数与来信所记不符",
    "clock.ledger": "时限流水的条数与时限所记不符",
    "clock.import": "导入的来信仍在催办",
    "publication.rating": "公开页的评价与来信不符",
    "publication.sealed": "不该公开的来信有公开页",
}


async def _seals(store: Store, kept: Tip | None) -> list[Finding]:
    """Whether the journal still meets every seal that was published, and the one that was kept outside."""
    broken = await store.read(seals.broken, room="heavy")
    findings = [Finding("journal.seal", seal.day, "办理记录与当天公布的封印不符") for seal in broken]
    if kept is not None and not await store.read(holds, kept):
        findings.append(Finding("journal.kept", str(kept.seq), "办理记录与您保存的封印不符"))
    return findings


async def _chain(store: Store, tell: Tell) -> tuple[Tip, list[Finding]]:
    tip, findings = Tip(), list[Finding]()
    words = {"gap": "缺了前面的一条", "link": "没有接上前一条", "seal": "内容与封印不符", "head": "与末尾的记号不符"}
    while True:
        before = tip
        tip, faults = await store.read(journal.follow_chain, tip, LINES, room="heavy")
        findings += [Finding(f"journal.{f.reason}", str(f.seq), words[f.reason]) for f in faults]
        tell("journal", tip.seq - before.seq)
        if tip.seq < before.seq + LINES:
            return tip, findings


async def _cases(office: Office, tell: Tell) -> AsyncIterator[Finding]:
    """Each page with the rules in force once it was read: a hub beside us may have put newer ones into force."""
    after = ""
    while page := await office.store.read(checking.page, after, CASES, room="heavy"):
        office.look_again()
        book = await office.book()
        for kept in page:
            if isinstance(kept, checking.Unreadable):
                yield Finding("case.unreadable", kept.number, f"读不出来：{kept.error}")
                continue
            for finding in look_at(kept, book):
                yield finding
        after = page[-1].id
        tell("cases", len(page))
        await asyncio.sleep(0)


def look_at(kept: checking.Kept, book: Rulebook) -> list[Finding]:
    """What does not hold on one case, from one snapshot of it."""
    case, number = kept.case, kept.case.number or kept.case.id
    machine = MACHINES.get(case.machine)
    if machine is None or case.state not in machine.states:
        return [Finding("case.state", number, f"没有这个状态：{case.machine}/{case.state}")]
    drift = [(clock, why) for clock in kept.clocks for why in drifted(clock, kept, machine, book)]
    found = [Finding("clock", number, f"{clock.name} 第{clock.round}轮：{why}") for clock, why in drift]
    told = _last_told(kept)
    known: dict[str, Any] = {"to": case.state, "round": case.round, "version": case.version}
    for name, value in known.items():
        if name in told and told[name] != value:
            found.append(Finding("case.journal", number, f"{name}：来信记 {value}，办理记录记 {told[name]}"))
    if not kept.lines:
        found.append(Finding("case.journal", number, "没有办理记录"))
    found += [Finding("case.dates", number, why) for why in _dates(case, kept)]
    return found


def _last_told(kept: checking.Kept) -> dict[str, Any]:
    """State, round and version as the last move in the journal left them."""
    for line in reversed(kept.lines):
        data: dict[str, Any] = json.loads(line.data)
        if line.action.startswith("move."):
            return data
        if line.action in ("received", "opened"):
            return {"to": data.get("state")}
    return {}


def _dates(case: Case, kept: checking.Kept) -> list[str]:
    """The due moments that lists sort by, against the clocks they are taken from."""
    right = with_dates(case, kept.clocks)
    wrong = []
    if (right.main_due, right.unit_due) != (case.main_due, case.unit_due):
        wrong.append(f"列表所记期限 {said(case.main_due)}/{said(case.unit_due)} 与时限不符")
    due = case.unit_due or case.main_due
    if kept.sort_due != (NEVER if due is None else to_text(due)):
        wrong.append("排序用的期限与来信不符")
    return wrong


async def _bulletins(store: Store, end: int) -> list[Finding]:
    """Whether each version is the one that the journal saw drawn up, and each released one the one it saw released."""
    kept = await store.read(bulletins.everything, room="heavy")
    said: set[tuple[str, str, str]] = set()
    for after in range(0, end, STRETCH) if kept else ():
        for row in await store.read(bulletins.said, after, after + STRETCH, room="heavy"):
            data = json.loads(row["data"])
            said.add((str(row["action"]), str(data["bulletin"]), str(data["digest"])))
    return [Finding("bulletin.journal", str(one.key), "通报与办理记录不符") for one in kept if not one.borne_out(said)]


async def _files(store: Store, files: FileStore, tell: Tell) -> AsyncIterator[Finding]:
    after = ""
    while page := await store.read(checking.files, after, FILES, room="heavy"):
        for sha256 in page:
            try:
                await asyncio.to_thread(files.get, sha256)
            except NoSuchFile:
                yield Finding("file", sha256, "文件不在，或内容已变")
        after = page[-1]
        tell("files", len(page))
