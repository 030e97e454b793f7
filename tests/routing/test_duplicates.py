"""Letters about one matter are found, however they are worded, by who may see them; topics and surges are told once."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from hub import demo, demo_words, workbench
from hub.calendar import read_calendar
from hub.demo_world import SEED
from hub.followers import run_followers
from hub.intake import Received
from hub.office import Office
from hub.people import Actor
from hub.storage import alike
from hub.storage.alike import Letter
from hub.storage.contract import Store
from hub.storage.tx import Tx
from hub.submission import Contact
from routing.duplicates import LIKELY, Alike, like_case, like_each, sketched
from routing.similar import rarity, score
from routing.topics import FOLLOWERS, Shown, grouped_by_matter, latest, shown, topics_of
from tests.builders import HANDLER, RECEPTION, SUPERVISOR, a_letter, an_office, an_officer, starter_set
from tests.conftest import FixedClock

HOUSING = an_officer("韩住建", "handler@housing")
LAMP = {"title": "双井巷路灯坏了三天", "body": "双井巷门口的路灯三天不亮了，晚上老人出门看不见台阶，请尽快来修。"}
AGAIN = {"title": "请修一修双井巷的路灯", "body": "我家住双井巷，这几天晚上路灯都不亮，孩子放学回家很害怕。"}
LIFT = {"title": "翠湖苑2栋电梯停在半空", "body": "翠湖苑2栋的电梯这个月第三次停在半空，物业说没有维修资金。"}


async def write(office: Office, key: str, words: dict[str, str], phone: str = "", **changes: Any) -> Received:
    contact = Contact(name="李小满", phone=phone or f"139000012{len(key):02d}")
    return await office.receive(a_letter(key, **words, contact=contact, **changes))


async def like(office: Office, number: str, actor: Actor) -> list[str]:
    found: tuple[Alike, ...] = await office.store.read(like_case, number, actor, await office.book(), office.clock())
    return [one.row.number for one in found]


async def topics(office: Office, actor: Actor = SUPERVISOR) -> tuple[Shown, ...]:
    await run_followers(office, FOLLOWERS)
    _, found = await office.store.read(shown, actor, await office.book())
    return found


async def test_the_same_matter_in_other_words_is_found_and_another_matter_is_not(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    first, again, lift = [await write(office, k, w) for k, w in (("a", LAMP), ("bb", AGAIN), ("ccc", LIFT))]
    copy = await write(office, "dddd", LAMP | {"body": LAMP["body"] + "谢谢！"})
    assert await like(office, first.number, RECEPTION) == [], "nothing is filed before the follower has come by"
    await run_followers(office, FOLLOWERS)
    assert await like(office, first.number, RECEPTION) == [copy.number, again.number], "the most alike first"
    assert first.number in await like(office, again.number, RECEPTION)
    assert await like(office, lift.number, RECEPTION) == []
    numbers = (first.number, lift.number)
    listed = await store.read(like_each, numbers, RECEPTION, await office.book(), clock(), room="heavy")
    assert {n: [one.row.number for one in rows] for n, rows in listed.items()} == {
        first.number: [copy.number, again.number],
        lift.number: [],
    }


async def test_what_an_officer_may_not_see_is_not_among_the_similar_ones(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    mine, other = await write(office, "a", LAMP), await write(office, "bb", LAMP)
    await run_followers(office, FOLLOWERS)
    for letter, unit in ((mine, "urban"), (other, "housing")):
        if letter.state == "submitted":
            await office.act(letter.number, "accept", {}, RECEPTION)
        move = "redispatch" if letter.state == "dispatched" else "dispatch"
        await office.act(letter.number, move, {"unit": unit, "reason": "按职责分工。"}, RECEPTION)
    assert await like(office, mine.number, RECEPTION) == [other.number]
    assert await like(office, mine.number, HANDLER) == []
    assert await like(office, other.number, HANDLER) == [], "a case that is not theirs is asked about in vain"


async def test_a_sealed_letter_is_filed_under_nothing_and_is_in_no_topic(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    sealed = {"kind": "report_staff", "aim": "misconduct", "target": "urban"}
    fields = {"who": "窗口的一位工作人员", "which_unit": "区城管局"}
    written = [await write(office, "k" * n, LAMP, fields=fields, **sealed) for n in range(1, 5)]
    assert await topics(office) == ()
    assert [await store.read(alike.of_case, one.case_id) for one in written] == [None] * 4
    assert await store.read(latest) is not None


async def test_a_surge_is_a_topic_with_its_writers_and_is_told_once_a_week(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    first = await write(office, "a", LAMP, phone="13900000001")
    for n in range(2, 6):
        clock.advance(minutes=1)
        await write(office, f"k{n}", LAMP, phone=f"1390000000{min(n, 3)}")
    await write(office, "lift", LIFT)
    (topic,) = await topics(office)
    assert (topic.n, topic.topic.writers, topic.topic.weeks) == (5, 3, (0, 0, 0, 0, 5))
    assert topic.topic.surges
    assert topic.title == LAMP["title"]
    clock.advance(days=1)
    assert len(await topics(office)) == 1
    told = await store.read(workbench.on_desk, SUPERVISOR, await office.book())
    assert [(row["text"], row["number"]) for row in told] == [("topic_surge", first.number)]


async def test_old_letters_are_the_weeks_before_and_a_steady_topic_is_no_surge(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    for n in range(1, 9):
        await write(office, f"old{n}", LAMP, phone=f"1380000000{n}")
    clock.advance(days=10)
    for n in range(1, 6):
        await write(office, f"new{n}", LAMP, phone=f"1390000000{n}")
    (topic,) = await topics(office)
    assert topic.topic.weeks == (0, 0, 0, 8, 5)
    assert topic.topic.surges is False
    clock.advance(days=8)
    assert await topics(office) == (), "a week without letters is a week without topics"
    week = await store.read(latest)
    assert week is not None
    assert clock() - week.at < timedelta(minutes=1)


def many_filed(tx: Tx) -> None:
    """Ninety thousand rows under three hundred keys, of which the engine's planner knows."""
    rows = """
    INSERT INTO alike_keys (key, case_id)
    SELECT CAST(k.value AS BIGINT), c.value || '-' || k.value FROM json_each(:list) k, json_each(:list) c
    """
    tx.execute(rows, {"list": json.dumps(list(range(300)))})
    tx.execute("ANALYZE alike_keys", {})


def plan(tx: Tx, how: str) -> str:
    asked = {"keys": "[1, 2, 3]", "newest": 40, "limit": 20}
    return "\n".join(str(row) for row in tx.execute(f"{how} {alike.SHARING}", asked))


async def test_who_shares_keys_is_found_by_short_ranges_and_never_by_a_scan(store: Store, engine: str) -> None:
    await store.write(many_filed)
    told = await store.read(plan, "EXPLAIN QUERY PLAN" if engine == "sqlite" else "EXPLAIN")
    assert "PRIMARY KEY" in told or "alike_keys_pkey" in told
    assert "Seq Scan on alike_keys" not in told
    assert "SCAN n" not in told
    assert "SCAN oldest" not in told
    assert await store.read(alike.sharing, (7, 8), 2, 9) == ["99-8", "99-7", "98-8", "98-7"]


# The demo ------------------------------------------------------------------------------------------------------------


def test_the_demo_district_has_a_surge_a_rising_a_steady_and_a_falling_topic() -> None:
    now, calendar = datetime(2026, 11, 24, 8, tzinfo=UTC), read_calendar(starter_set()["calendar"], 1)
    written = demo_words.letters(demo.FOLDER, now, calendar, Random(SEED))
    told = [one for one in written if one.table["kind"] != "report_staff"]
    letters = [
        Letter(
            f"{n:04}", one.text("title", calendar, now), one.variant["place"], one.text("body", calendar, now), one.at
        )
        for n, one in enumerate(told)
    ]
    found = topics_of(grouped_by_matter(letters, rarity()), {}, now)
    assert [topic.surges for topic in found].count(True) == 1
    moves = {(topic.weeks[-1] > topic.weeks[-2], topic.weeks[-1] < topic.weeks[-2]) for topic in found if topic.before}
    assert {(True, False), (False, True)} <= moves
    assert len(found) >= 4
    lamps = [x for x, one in zip(letters, told, strict=True) if one.table.get("merge") == "lamp-trio"]
    trio = [sketched(x.title, x.place, x.body, rarity()) for x in lamps]
    assert min(score(a, b) for a in trio for b in trio) >= LIKELY
