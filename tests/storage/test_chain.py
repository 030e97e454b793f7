"""The chain of the journal, as a pure rule."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.journal import GENESIS, Entry, Fault, Line, Tip, chain, check, draft, seal

NOW = datetime(2026, 2, 13, 2, tzinfo=UTC)
WRITTEN = "2026-02-13T02:00:01.000000Z"
ENTRY = Entry("c1", "dispatch", "officer:7", NOW, {"unit": "城管局", "round": 1, "reasons": ["a", "b"], "to": None})


def three() -> list[Line]:
    return chain(Tip(), WRITTEN, [draft(replace(ENTRY, case_id=f"c{n}")) for n in range(3)])


def test_a_line_is_sealed_over_all_it_says() -> None:
    (line,) = chain(Tip(), WRITTEN, [draft(ENTRY)])
    assert line.hash == seal(GENESIS, 1, WRITTEN, ENTRY)
    assert line.data == '{"reasons":["a","b"],"round":1,"to":null,"unit":"城管局"}'
    others = [
        replace(ENTRY, case_id=None),
        replace(ENTRY, action="x"),
        replace(ENTRY, actor="x"),
        replace(ENTRY, at=NOW.replace(second=1)),
        replace(ENTRY, data={}),
    ]
    seals = {seal(GENESIS, 1, WRITTEN, other) for other in [ENTRY, *others]}
    seals |= {seal("1" * 64, 1, WRITTEN, ENTRY), seal(GENESIS, 2, WRITTEN, ENTRY), seal(GENESIS, 1, "x", ENTRY)}
    assert len(seals) == 9


def test_a_whole_chain_holds_in_one_piece_and_batch_by_batch() -> None:
    lines = three()
    tip, faults = check(Tip(), lines)
    assert (tip, faults) == (Tip(3, lines[-1].hash), [])
    first, _ = check(Tip(), lines[:2])
    assert check(first, lines[2:]) == (tip, [])


def test_each_break_is_named_once() -> None:
    lines = three()
    assert check(Tip(), [lines[0], lines[2]])[1] == [Fault(3, "gap")]
    assert check(Tip(), [lines[0], lines[1]._replace(actor="x"), lines[2]])[1] == [Fault(2, "seal")]
    forged = chain(Tip(1, "f" * 64), WRITTEN, [draft(ENTRY)])
    assert check(Tip(), [lines[0], *forged])[1] == [Fault(2, "link")]


@pytest.mark.parametrize("value", [{"a": 1}, [[1]], float("nan"), NOW, b"x"])
def test_data_is_scalars_and_lists_of_them(value: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        draft(replace(ENTRY, data={"x": value}))  # type: ignore[dict-item]
