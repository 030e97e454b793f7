"""Values: what goes in comes out the same on both engines, or does not go in."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest

from hub.moments import from_text, to_text
from hub.storage import journal
from hub.storage.errors import StoreError, Unstorable
from hub.storage.store import Store
from hub.storage.tx import Tx
from tests.conftest import FixedClock
from tests.storage.letters import entry, put, rows, titles

HOSTILE = [
    "'; DROP TABLE letters; --",
    "100% :name %(name)s %s ::text",
    "\u202eright to left\u202c",
    "👩‍👩‍👧‍👦 𠮷野家",
    "e" + "\u0301" * 500,
    "{{7*7}} ${7*7} <script>",
    "\r\n\t\x01\x7f",
    " \u3000 ",
    "长" * 100_000,
]


class Colour(StrEnum):
    RED = "red"


def test_text_order_is_time_order_in_any_zone() -> None:
    moments = [
        datetime(2026, 2, 13, 10, tzinfo=timezone(timedelta(hours=8))),
        datetime(2026, 2, 13, 2, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 2, 12, 22, 0, 1, tzinfo=timezone(timedelta(hours=-4))),
    ]
    texts = [to_text(moment) for moment in moments]
    assert texts == sorted(texts)
    assert texts[0] == "2026-02-13T02:00:00.000000Z"
    assert [from_text(text) for text in texts] == moments


@pytest.mark.parametrize("text", ["2026-02-13T02:00:00Z", "2026-02-13T02:00:00.0Z", "2026-02-13", ""])
def test_only_the_one_form_of_a_moment_is_read(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        from_text(text)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        to_text(datetime(2026, 2, 13))  # noqa: DTZ001


async def test_a_moment_comes_back_as_it_went_in(store: Store, clock: FixedClock) -> None:
    moment = clock().replace(microsecond=7)
    await store.write(put, "a", clock(), to_text(moment))
    assert from_text((await store.read(titles))["a"]) == moment


async def test_hostile_text_comes_back_as_it_went_in(store: Store, clock: FixedClock) -> None:
    for text in HOSTILE:
        await store.intake(text[:50], put, text[:50], clock(), text)
        assert len(await store.read(journal.of_case, text[:50])) == 1
    assert await store.read(titles) == {text[:50]: text for text in HOSTILE}


async def test_text_no_engine_should_hold_is_refused(store: Store, clock: FixedClock) -> None:
    for text in ("a\0b", "\ud83d", "中\udc00"):
        with pytest.raises(Unstorable):
            await store.write(put, "a", clock(), text)
        with pytest.raises(Unstorable):
            await store.write(lambda tx, line: journal.append(tx, [line]), entry(text, "receive", clock()))
    assert await store.read(titles) == {}


async def test_what_is_not_text_is_refused_for_a_text_column(store: Store) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for value in (True, 5, 1.5, b"bytes", bytearray(b"x"), ["list"], {"a": 1}, moment, float("nan")):
        for statement in (
            "INSERT INTO letters (id, title, version) VALUES ('a', :wording, 1)",
            "UPDATE letters SET title = :wording",
            "SELECT id FROM letters WHERE letters.title = :wording",
        ):
            with pytest.raises(Unstorable, match="wording"):
                await store.write(rows, statement, wording=value)


async def test_numbers_are_numbers_that_fit(store: Store) -> None:
    for value in (True, 2**63, -(2**63) - 1, float("inf"), b"1", object()):
        with pytest.raises(Unstorable):
            await store.write(rows, "SELECT id FROM letters WHERE version = :version", version=value)


async def test_every_storable_kind_comes_back_the_same(store: Store) -> None:
    def keep(tx: Tx) -> None:
        tx.executemany(
            "INSERT INTO letters (id, title, version, owner, body_blob, weight)"
            " VALUES (:id, :title, :version, :owner, :body_blob, :weight)",
            [
                {
                    "id": "a",
                    "title": Colour.RED,
                    "version": 2**63 - 1,
                    "owner": None,
                    "body_blob": b"\0\xff",
                    "weight": 0.1,
                },
                {"id": "b", "title": "x", "version": -(2**63), "owner": "", "body_blob": None, "weight": 2},
            ],
        )

    await store.write(keep)
    assert await store.read(rows, "SELECT * FROM letters ORDER BY id") == [
        {"id": "a", "title": "red", "version": 2**63 - 1, "owner": None, "body_blob": b"\0\xff", "weight": 0.1},
        {"id": "b", "title": "x", "version": -(2**63), "owner": "", "body_blob": None, "weight": 2.0},
    ]


async def test_the_common_sql_means_the_same(store: Store, clock: FixedClock) -> None:
    for key in ("a", "B", "_", "中", "é"):
        await store.write(put, key, clock(), key)
    assert list(await store.read(titles)) == ["B", "_", "a", "é", "中"]
    (row,) = await store.read(
        rows,
        "SELECT sum(version) AS total, count(*) FILTER (WHERE version > 1) AS later, 7 / 2 AS half,"
        " EXISTS (SELECT 1 FROM letters) AS any, CAST(:none AS TEXT) IS NULL AS absent, '100%' AS percent,"
        " ':none' AS quoted /* :gone */ FROM letters -- :gone",
        none=None,
    )
    assert row == {"total": 5, "later": 0, "half": 3, "any": 1, "absent": 1, "percent": "100%", "quoted": ":none"}
    assert {type(row[name]) for name in ("total", "later", "half", "any", "absent")} == {int}
    listed = await store.read(
        rows,
        "SELECT id FROM letters WHERE id IN (SELECT CAST(value AS TEXT) FROM json_each(:ids)) ORDER BY id",
        ids='["a", "中", "gone"]',
    )
    assert [row["id"] for row in listed] == ["a", "中"]
    locked = await store.write(rows, "SELECT id FROM letters WHERE id = :id FOR UPDATE", id="a")
    assert locked == [{"id": "a"}]


async def test_a_missing_parameter_is_an_error_and_no_value_is_repeated(store: Store, clock: FixedClock) -> None:
    with pytest.raises(StoreError):
        await store.write(rows, "SELECT id FROM letters WHERE id = :id")
    await store.write(put, "secret-id", clock())
    with pytest.raises(StoreError) as told:
        await store.write(rows, "INSERT INTO letters (id, title, version) VALUES (:id, 'x', 1)", id="secret-id")
    assert "secret-id" not in str(told.value)
    assert told.value.__cause__ is None
