"""A demand leaves the rates by two persons: every pair of accounts, by the moves and by SQL that goes past them."""

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from hub.case import Dossier
from hub.people import Actor, Grant
from hub.storage import cases
from hub.storage.contract import Store
from hub.storage.rows import to_row
from tests.conftest import FixedClock
from tests.hub.test_separation import ACTORS, attempt, hire, in_work, stands

ASK = {"why": "against_law", "text": "要求免除别人的税款。"}
SUPERVISES = (Grant("supervisor"),)
ACCOUNTS = tuple(replace(a, grants=(*a.grants, *SUPERVISES)) for a in ACTORS)
DECIDED = "UPDATE overlays SET state = :state, decided_by = :by, decided_at = :at WHERE case_id = :case_id AND n = :n"
OUTSIDE = {a.id for a in ACCOUNTS if a.home != "urban"}


def by_two(asks: Actor, decides: Actor) -> bool:
    """The rule as a person with pencil and paper would say it."""
    return asks.person != decides.person


async def asked(store: Store, clock: FixedClock, folder: Path) -> tuple[Dossier, dict[str, Dossier], Any]:
    """A letter at work, and as it stands once each account has asked to exclude it."""
    office, dossier = await in_work(store, clock, folder)
    book = await office.book()
    found = {a.id: attempt(dossier, "ask_exclusion", a, ASK, book) for a in ACCOUNTS}
    return dossier, {who: made for who, made in found.items() if made is not None}, book


async def test_every_pair_of_accounts_by_moves(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    _, open_, book = await asked(store, clock, tmp_path)
    assert len(open_) == len(ACCOUNTS)
    for asks, decides in product(ACCOUNTS, repeat=2):
        words = {"words": "这项要求没有依据，不计入比率；有异议请来电。"}
        granted = attempt(open_[asks.id], "exclude", decides, words, book) is not None
        refused = attempt(open_[asks.id], "refuse_exclusion", decides, {"reason": "有依据。"}, book) is not None
        pair = (asks.id, decides.id)
        assert (granted, refused) == (by_two(asks, decides) and decides.id in OUTSIDE, by_two(asks, decides)), pair


async def test_every_pair_of_accounts_by_sql(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    dossier, open_, _ = await asked(store, clock, tmp_path)
    await store.write(hire, clock())
    n = 10
    for (asks, decides), state in product(product(ACCOUNTS, repeat=2), ("granted", "refused")):
        n += 1
        row = {"case_id": dossier.case.id, **to_row(open_[asks.id].overlays[-1]), "n": n}
        assert await stands(store, cases.PUT_OVERLAY, row)
        decided = {"state": state, "by": decides.id, "at": row["opened_at"], "case_id": row["case_id"], "n": n}
        expected, pair = by_two(asks, decides), (asks.id, decides.id, state)
        assert await stands(store, DECIDED, decided) == expected, pair
        whole = {**row, "n": n + 1000, "state": state, "decided_by": decides.id, "decided_at": row["opened_at"]}
        assert await stands(store, cases.PUT_OVERLAY, whole) == expected, pair


LIES = (
    "UPDATE overlays SET opened_person = 'p-nobody' WHERE case_id = :case_id AND n = 1",
    "UPDATE overlays SET opened_by = 'tao' WHERE case_id = :case_id AND n = 1",
    "UPDATE overlays SET kind = 'urgent' WHERE case_id = :case_id AND n = 1",
    "UPDATE overlays SET state = 'granted', decided_by = '' WHERE case_id = :case_id AND n = 1",
    "UPDATE overlays SET kind = 'exclusion', state = 'granted' WHERE case_id = :case_id AND n = 2",
)


async def test_sql_that_lies_about_who_asked_is_refused(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    dossier, open_, _ = await asked(store, clock, tmp_path)
    await store.write(hire, clock())
    row = {"case_id": dossier.case.id, **to_row(open_["zhou"].overlays[-1])}
    assert await stands(store, cases.PUT_OVERLAY, {**row, "n": 1})
    assert await stands(store, cases.PUT_OVERLAY, {**row, "n": 2, "kind": "urgent"})
    assert not await stands(store, cases.PUT_OVERLAY, {**row, "n": 3, "opened_person": "p-nobody"})
    for lie in LIES:
        assert not await stands(store, lie, {"case_id": dossier.case.id}), lie
