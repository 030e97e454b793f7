"""Figures by hand: a few letters whose every rate was worked out on paper, and the interval beside a share."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from hub.case import Dossier, Overlay
from hub.followers import run_followers
from hub.measures import counted
from hub.moments import from_text
from hub.office import Office
from hub.people import citizen
from hub.storage import cases
from hub.storage.contract import Store
from supervision.board import board
from supervision.figures import BY_CODE, FIGURES, MINIMUM, Value, value
from supervision.patrol import sweep
from supervision.wilson import wilson
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SIGNER, SUPERVISOR, a_letter, an_office
from tests.conftest import FixedClock

SINCE, UNTIL = date(2026, 1, 1), date(2026, 12, 31)


async def in_work(office: Office, key: str) -> tuple[str, str]:
    """A letter that the unit has signed for: its number and id."""
    receipt = await office.receive(a_letter(key))
    if receipt.state == "submitted":
        await office.act(receipt.number, "accept", {}, RECEPTION)
        await office.act(receipt.number, "dispatch", {"unit": "urban"}, RECEPTION)
    await office.act(receipt.number, "sign", {}, HANDLER)
    return receipt.number, receipt.case_id


async def drafted(office: Office, number: str) -> None:
    await office.act(number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    await office.act(number, "sign_off", {}, SIGNER)


async def answered(office: Office, number: str) -> None:
    await drafted(office, number)
    await office.act(number, "qualified", {}, REVIEWER)


async def figures(office: Office, clock: FixedClock) -> Mapping[str, Value]:
    await run_followers(office)
    seen = await office.store.read(board, SUPERVISOR, SINCE, UNTIL, None, await office.book(), clock.now, room="heavy")
    return seen.figures


def told(value: Value) -> tuple[int, int]:
    return value.n, value.of


async def test_ten_letters_give_the_rates_that_were_worked_out_by_hand(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    """Three in time, one of them in its second round; one late, two overdue, one paused, one withdrawn, two new."""
    office = await an_office(store, clock, tmp_path)
    letters = [await in_work(office, f"early-{n}") for n in range(8)]
    (first, first_id), (second, second_id), (redone, _), (late, _), (paused, _), (gone, gone_id), *_overdue = letters
    await office.act(first, "contact", {"how": "phone", "result": "reached"}, HANDLER)
    await answered(office, first)
    await office.act(first, "rate", {"score": 5, "solved": "yes"}, citizen(first_id, 1))
    await answered(office, second)
    await office.act(second, "rate", {"score": 2, "solved": "no"}, citizen(second_id, 1))
    await drafted(office, redone)
    await office.act(redone, "unqualified", {"reasons": ["Q4"], "comment": "请写明哪天修好。"}, REVIEWER)
    await answered(office, redone)
    await office.act(gone, "withdraw", {"reason": "已经修好了。"}, citizen(gone_id, 1))
    await office.act(paused, "ask_citizen", {"question": "请问是哪一栋？"}, HANDLER)
    await office.act(paused, "request_pause", {"reason": "等来信人说明"}, HANDLER)
    await office.act(paused, "approve_pause", {}, SUPERVISOR)
    main = await days_to_answer(office, late)
    clock.advance(days=main + 1)
    await sweep(office, clock.now)
    await answered(office, late)
    for n in range(2):
        await in_work(office, f"new-{n}")

    found = await figures(office, clock)
    assert told(found["received"]) == (10, 10)
    assert told(found["answered"]) == (4, 4)
    assert told(found["on_time"]) == (3, 6), "three in time; one late and two still open and late; paused is not late"
    assert told(found["first_pass"]) == (3, 4)
    assert told(found["rounds"]) == (5, 4)
    assert told(found["late_rounds"]) == (0, 1)
    assert told(found["sampled"]) == (4, 4)
    assert (told(found["rated_share"]), told(found["satisfied"]), told(found["solved"])) == ((2, 4), (1, 2), (1, 2))
    assert found["median_days"].value == 0
    assert (found["on_time"].value, found["rounds"].value) == (0.5, 1.25)
    assert not found["on_time"].enough, f"fewer than {MINIMUM} are shown, never ranked"


async def days_to_answer(office: Office, number: str) -> int:
    """Calendar days until the main limit of a letter has passed."""
    case_id = await office.store.read(cases.id_of, number)
    case = await office.store.read(cases.get, case_id)
    assert case is not None
    assert case.main_due is not None
    return (case.main_due - office.clock()) // timedelta(days=1)


# What rests on records of a case: promises, repeats, call-backs -----------------------------------------------------


def at(day: int) -> str:
    return f"2026-03-{day:02d}T02:00:00.000000Z"


def a_record(kind: str, state: str, n: int = 1, **data: str) -> Overlay:
    then = from_text(at(10))
    return Overlay(n, kind, state, then, "o-1", "p-1", "urban", decided_at=then, data=data)


async def sums(store: Store, clock: FixedClock, folder: Path, **parts: object) -> Counter[str]:
    """What a letter with these parts counts for in the whole hub, day and kind left out."""
    office = await an_office(store, clock, folder)
    receipt = await office.receive(a_letter())
    case = await store.read(cases.get, receipt.case_id)
    assert case is not None
    found: Counter[str] = Counter()
    for fact, n in counted(Dossier(case=case, **parts), (await office.book()).calendar).items():  # type: ignore[arg-type]
        found[fact.measure] += n
    return found


async def test_promises_count_by_how_they_ended_and_call_backs_by_who_was_reached(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    ends = ("kept", "partly", "broken", "unconfirmed")
    promises = tuple(a_record("commitment", end, n) for n, end in enumerate(ends, 10))
    calls = (
        a_record("call_back", "done", 4, result="reached", solved="yes"),
        a_record("call_back", "done", 5, result="reached", solved="no"),
        a_record("call_back", "done", 6, result="reached"),
        a_record("call_back", "unreached", 7, result="no_answer"),
    )
    repeat = a_record("repeat", "granted", 8)
    found = await sums(store, clock, tmp_path, overlays=(*promises, *calls, repeat))
    told_of = {code: told(value(BY_CODE[code], found)) for code in ("kept", "solved_by_phone", "reached", "repeated")}
    assert told_of == {"kept": (1, 3), "solved_by_phone": (1, 2), "reached": (3, 4), "repeated": (1, 1)}
    assert told(value(BY_CODE["solved"], found)) == (0, 0), "what was said by phone is no rating of one's own"


# The interval -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_the_interval_is_that_of_the_published_tables(n: int, of: int, low: float, high: float) -> None:
    """The last row is the worked example of Newcombe, Statistics in Medicine 17 (1998) 857-872."""
    assert wilson(n, of) == pytest.approx((low, high), abs=5e-5)


def test_there_is_no_interval_of_nothing_and_none_of_what_is_no_share() -> None:
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="no share"):
        wilson(3, 2)
    assert value(BY_CODE["objected"], {"objected": 3, "received": 2}).between is None
    assert value(BY_CODE["median_days"], {"took:03": 2}).between is None


def test_a_definition_says_all_that_is_needed_to_count_again() -> None:
    for figure in FIGURES:
        assert figure.numerator, figure.code
        assert (figure.how == "count") == (not figure.denominator), figure.code
        if figure.how == "share":
            assert figure.minimum == MINIMUM, figure.code
        if figure.clock:
            assert any(m.endswith(("in_time", "answered")) for m in figure.denominator), figure.code
