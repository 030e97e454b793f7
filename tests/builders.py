"""Builders: an office with the starter editions, officers of each role, and letters, in one line each."""

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from config import starter
from hub.files import FileStore
from hub.moments import Clock
from hub.office import Office
from hub.people import Actor, Grant
from hub.ports import Finding
from hub.privacy.vault import KeyRing
from hub.storage import editions
from hub.storage.contract import Store
from hub.storage.tx import Tx
from hub.submission import Contact, Submission
from routing.danger import read_dangers
from routing.port import chooser

CONFIG = Path(__file__).parents[1] / "config"
RING = KeyRing({1: bytes(range(32))}, bytes(range(1, 33)), bytes(range(2, 34)))


@cache
def starter_set() -> dict[str, Any]:
    """The starter editions, read once for all offices of a run; nobody changes them.

    No second reading is drawn: ids differ from run to run, so one letter in twenty would stay open for it by chance.
    """
    content = starter.read()
    for kind in content["kinds"]["kinds"]:
        kind["review"]["second"] = 0.0
    return content


def load_editions(tx: Tx, content: dict[str, Any], now: Any) -> None:
    """Edition 1 of every family."""
    for family, value in content.items():
        editions.add(tx, family, value, "tests", now)


async def an_office(store: Store, clock: Clock, folder: Path, **changes: Any) -> Office:
    """An office on the starter editions; `changes` replace whole families."""
    await store.write(load_editions, {**starter_set(), **changes}, clock())
    return office_on(store, clock, folder)


def office_on(store: Store, clock: Clock, folder: Path) -> Office:
    """Another process's office on a store that has its editions already."""
    dangers = read_dangers(tomllib.loads((CONFIG / "danger.toml").read_text("utf-8")))
    return Office(store, RING, clock, chooser(dangers), no_findings, FileStore(folder / "files"))


def no_findings(*_: object) -> tuple[Finding, ...]:
    """Checks that have nothing to say."""
    return ()


def an_officer(name: str, *roles: str, home: str = "") -> Actor:
    """An officer with roles written like handler@housing or dispatcher."""
    grants = tuple(Grant(*role.split("@")) if "@" in role else Grant(role) for role in roles)
    home = home or next((g.unit for g in grants if g.unit), "")
    return Actor("officer", f"o-{name}", f"p-{name}", name, grants, home=home)


def a_letter(key: str = "key-1", **changes: Any) -> Submission:
    """A complaint about a broken street lamp, with a phone number."""
    plain = Submission(
        key=key,
        channel="web",
        kind="complaint",
        title="路灯坏了半个月没人修",
        body="我们小区门口的路灯从月初就不亮了，晚上老人出门看不见台阶，打过电话也没有人来修。请问什么时候能修好？",
        place="塘前社区3栋楼下",
        contact=Contact(name="李小满", phone="13900001234"),
        publish_consent=True,
    )
    return replace(plain, **changes)


RECEPTION = an_officer("乔满仓", "intake", "dispatcher", "clerk", home="intake")
HANDLER = an_officer("周亦安", "handler@urban")
SIGNER = an_officer("孟长青", "signer@urban")
REVIEWER = an_officer("陶知微", "reviewer", home="supervision")
SECOND_REVIEWER = an_officer("盛明朗", "reviewer", home="supervision")
PUBLISHER = an_officer("林公开", "publisher", home="intake")
SUPERVISOR = an_officer("方督查", "supervisor", home="supervision")
GOOD_REPLY = (
    "您反映的路灯我们2月13日晚上去看了，是控制箱进水跳闸。2月14日上午已更换控制器，当晚7点我们和物业一起看了，"
    "三盏灯都亮了。以后再有不亮，请打区城管局照明所电话0555-0100123，24小时有人接。"
)
