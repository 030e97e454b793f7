"""Renewal: a new query code for somebody who lost theirs, after a clerk has checked who asks. The old one is void.

What the person states is compared with what lies in the vault; the clerk never reads it. Somebody who left no way to
be reached cannot be known again, so that only the code itself opens their letter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub import counter
from hub.case import Notice
from hub.errors import Invalid, NotNow, Overtaken, Said
from hub.journal import Entry
from hub.office import Office
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.storage import cases, journal, outbox
from hub.storage.tx import Tx
from hub.submission import phone_digits

WAYS = ("visit", "phone")
PARTY = 1
_TITLES = re.compile(
    r"(先生|女士|小姐|师傅|老师|同志|阿姨|叔叔|大爷|大妈|大伯|奶奶|爷爷)$|^(mr|mrs|ms)\.? ", re.IGNORECASE
)
UNKNOWN = Said(
    "来信没有留过姓名以外的联系方式，没有办法核对是谁，只能凭原来的查询码查。请对方再找找回执、照片或短信。",
    "No phone or e-mail was left with this letter, so nobody can be checked. Only the old code opens it.",
)
DIFFERENT = Said(
    "和来信时登记的不一致，没有换。请再问一遍当时留的称呼、电话或邮箱；仍不对就不能换。",
    "This is not what was left with the letter; nothing was changed. Ask again which name and number were given.",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who asks: how they came, the name on their identity card or as they give it, and the phone or mail they left."""

    number: str
    way: str
    name: str
    reach: str
    checked: bool
    """Whether the clerk has seen the identity card, or called the person back on the number they left."""


async def renew(office: Office, claim: Claim, actor: Actor) -> str:
    """Give a new code and answer the id of the case. A claim that does not fit leaves a line in the journal too.

    Raises NotFound and Forbidden as hub/counter.py `find` does, NotNow where nothing was left to compare, Invalid.
    """
    if wrong := _unfinished(claim):
        raise Invalid(wrong)

    async def run(book: Rulebook) -> str:
        now = office.clock()
        case_id, epoch = await office.store.read(_standing, claim.number, actor, book)
        known = await office.contact(case_id)
        if not _left(known):
            raise NotNow(*UNKNOWN)
        if not fits(claim, known):
            await office.store.write(_refused, claim.number, claim.way, actor, book, now)
            raise Invalid({"reach": DIFFERENT})
        await office.store.write(_renewed, claim.number, claim.way, epoch, actor, book, now)
        return case_id

    return await office.with_rules(run)


def fits(claim: Claim, known: Mapping[str, str]) -> bool:
    """Whether what the person states is what was left with the letter: phone or mail, and a name if there is one."""
    stated = claim.reach.strip()
    reach = (phone_digits(stated) or stated.lower()) in {value.lower() for value in _left(known)}
    return reach and same_name(claim.name, known.get(f"{PARTY}:name", ""))


def same_name(stated: str, left: str) -> bool:
    """Whether a name is the one that was left; of 王女士 or Mr Smith only the surname is known."""
    full, kept = _plain(stated), _plain(_TITLES.sub("", left.strip()))
    if _plain(left) == kept:
        return full == kept or not kept
    return kept in stated.lower().split() if kept.isascii() else full.startswith(kept)


def _plain(name: str) -> str:
    return re.sub(r"[\s·•.]", "", name).lower()


def _left(known: Mapping[str, str]) -> set[str]:
    return {known[name] for name in (f"{PARTY}:phone", f"{PARTY}:email") if known.get(name)}


def _unfinished(claim: Claim) -> dict[str, Said]:
    wrong: dict[str, Said] = {}
    if claim.way not in WAYS:
        wrong["way"] = Said("请选择对方是怎么来的。", "Please choose how they came.")
    if not claim.name.strip():
        wrong["name"] = Said(
            "请填写证件上的姓名，打电话来的填对方报的姓名。", "Please give the name on the card, or as told."
        )
    if not claim.reach.strip():
        wrong["reach"] = Said(
            "请填写对方报的、来信时留的电话或邮箱。", "Please give the phone or e-mail they say they left."
        )
    if not claim.checked:
        wrong["checked"] = Said(
            "请先看身份证件；打电话来的，请用来信时留的号码回拨后再勾选。",
            "Please see the identity card first; a caller must be called back on the number they left.",
        )
    return wrong


def _standing(tx: Tx, number: str, actor: Actor, book: Rulebook) -> tuple[str, int]:
    dossier = counter.opened(tx, number, "", actor, book)
    counter.must_not_handle(tx, dossier, actor)
    return next((case_id, epoch) for case_id, n, epoch in cases.receipts(tx, number) if n == PARTY)


def _renewed(tx: Tx, number: str, way: str, epoch: int, actor: Actor, book: Rulebook, now: datetime) -> None:
    """The deed: the next code, a line without it, and a notice to the citizen."""
    case_id, _ = _standing(tx, number, actor, book)
    fresh = cases.renew_code(tx, case_id, PARTY, epoch)
    if not fresh:
        raise Overtaken
    journal.append(tx, [Entry(case_id, "code.renewed", actor.id, now, {"way": way, "epoch": fresh})])
    told = Notice(f"party:{PARTY}", "code_renewed", f"{case_id}:code_renewed:{fresh}", {"epoch": fresh})
    outbox.put(tx, case_id, [told], now)


def _refused(tx: Tx, number: str, way: str, actor: Actor, book: Rulebook, now: datetime) -> None:
    """The deed: somebody asked whom the letter does not know."""
    case_id, _ = _standing(tx, number, actor, book)
    journal.append(tx, [Entry(case_id, "code.refused", actor.id, now, {"way": way})])
