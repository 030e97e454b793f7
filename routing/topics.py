"""Hot topics: which matters many people write about this week, how that moves, and when somebody must be told."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from hub.case import Notice
from hub.followers import Follower
from hub.moments import from_text, to_text
from hub.office import Office
from hub.people import Actor
from hub.rulebook import Rulebook
from hub.sight import sight
from hub.storage import alike, lists, outbox, settings
from hub.storage.alike import Letter
from hub.storage.rows import to_json
from hub.storage.tx import Tx
from routing import duplicates
from routing.duplicates import LETTER, rarity_of, sketched
from routing.similar import Rarity, Sketch, keys, score

KEPT = "topics"
"""The setting that keeps the latest topics: ids and counts, no word of anybody."""
WEEKS = 5
"""This week, and the four before it that it is measured against."""
WEEK = timedelta(days=7)
SAME = 0.5
LEAST = 3
"""Letters that make a topic."""
SURGE_LEAST, SURGE_TIMES, SURGE_WRITERS = 5, 3.0, 3
"""A surge is five letters in a week, by three writers or more, and three times as many as in the weeks before."""
MOST_LETTERS = 4_000
"""Letters of the five weeks that are read, the newest first."""
PAGE = 200
COMPARED = 3
"""Letters of a topic that a new one is compared with."""
CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class Topic:
    """Letters of this week about one matter, the oldest first.

    `first` is the oldest of all five weeks, by which the topic is known; `weeks` are letters a week, the oldest first.
    """

    first: str
    ids: tuple[str, ...]
    weeks: tuple[int, ...]
    writers: int

    @property
    def before(self) -> float:
        """Letters a week, on average, in the weeks before this one."""
        return sum(self.weeks[:-1]) / max(1, len(self.weeks) - 1)

    @property
    def surges(self) -> bool:
        """Whether the supervision office must be told."""
        n = self.weeks[-1]
        return n >= SURGE_LEAST and self.writers >= SURGE_WRITERS and n >= SURGE_TIMES * self.before


@dataclass(frozen=True, slots=True)
class Week:
    """The topics of the seven days before `at`."""

    at: datetime
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A letter of a topic: `stands` says that its answer is still to come and that it follows no other, so that it may
    lead a merger or join one; `merged` that it follows another."""

    number: str
    title: str
    stands: bool
    merged: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A topic as one officer may see it: of its letters those that exist for them, and where they are about."""

    topic: Topic
    n: int
    title: str
    letters: tuple[Listed, ...]
    places: tuple[str, ...]


# Found once a day ---------------------------------------------------------------------------------------------------


async def refresh(office: Office) -> int:
    """Find the topics anew on the first look of a day, and tell of those that surge; 0, as it reads no journal line."""
    now, book = office.clock(), await office.book()
    if (known := await office.store.read(latest)) and book.calendar.day_of(known.at) == book.calendar.day_of(now):
        return 0
    letters: list[Letter] = []
    before = (now + timedelta(microseconds=1), "")
    while len(letters) < MOST_LETTERS:
        more = await office.store.read(alike.letters, LETTER, now - WEEKS * WEEK, before, PAGE, room="heavy")
        letters += more
        if len(more) < PAGE:
            break
        before = (more[-1].received_at, more[-1].id)
    grouped = await asyncio.to_thread(grouped_by_matter, letters[::-1], rarity_of(book))
    await office.store.write(keep, grouped, book, now)
    return 0


def keep(tx: Tx, groups: Sequence[Sequence[Letter]], book: Rulebook, now: datetime) -> bool:
    """The deed: keep the day's topics and tell the supervision office of a surge, once a week; False if kept before."""
    known = latest(tx)
    if known and book.calendar.day_of(known.at) == book.calendar.day_of(now):
        return False
    topics = topics_of(groups, alike.writers(tx, [x.id for g in groups for x in g if x.received_at > now - WEEK]), now)
    settings.put(tx, KEPT, to_json({"at": to_text(now), "topics": [asdict(topic) for topic in topics]}))
    year, week, _ = book.calendar.day_of(now).isocalendar()
    for topic in topics:
        if topic.surges:
            refs = {"n": topic.weeks[-1], "writers": topic.writers}
            told = Notice("supervisor@", "topic_surge", f"topic_surge:{year}-{week}:{topic.first}", refs)
            outbox.put(tx, topic.ids[0], (told,), now)
    return True


def grouped_by_matter(letters: Iterable[Letter], table: Rarity) -> list[list[Letter]]:
    """Letters grouped by matter, each in the group whose first letters it is most like. Pure; oldest first.

    Groups are found by the keys of their letters, so that each letter is compared with a few and never with all.
    """
    groups: list[list[Letter]] = []
    faces: list[list[Sketch]] = []
    by_key: dict[int, list[int]] = {}
    for letter in letters:
        mine = sketched(letter.title, letter.place, letter.body, table)
        found = keys(mine)
        shared = Counter(place for key in found for place in by_key.get(key, ())[-duplicates.NEWEST :])
        best, place = max(
            ((max(score(mine, face) for face in faces[at]), at) for at, _ in shared.most_common(CANDIDATES)),
            default=(0.0, -1),
        )
        if best < SAME:
            place = len(groups)
            groups.append([])
            faces.append([])
        groups[place].append(letter)
        if len(faces[place]) < COMPARED:
            faces[place].append(mine)
            for key in found:
                by_key.setdefault(key, []).append(place)
    return groups


def topics_of(groups: Iterable[Sequence[Letter]], writers: dict[str, str], now: datetime) -> tuple[Topic, ...]:
    """What is hot of these groups, the hottest first. Pure. Who left no contact counts as a writer of their own."""
    topics = []
    for group in groups:
        weeks = [0] * WEEKS
        for letter in group:
            weeks[WEEKS - 1 - min(WEEKS - 1, (now - letter.received_at) // WEEK)] += 1
        ids = tuple(x.id for x in group if x.received_at > now - WEEK)
        if len(ids) >= LEAST:
            topics.append(
                Topic(group[0].id, ids, tuple(weeks), len({writers.get(case_id, case_id) for case_id in ids}))
            )
    return tuple(sorted(topics, key=lambda t: (-t.writers, -len(t.ids), t.ids)))


FOLLOWERS: tuple[Follower, ...] = (("alike", duplicates.follow), ("topics", refresh))
"""What routing does as the journal grows; `run.py` hands it to the hub."""


# Questions ----------------------------------------------------------------------------------------------------------


def latest(tx: Tx) -> Week | None:
    """The topics as they were found last; None before the first time."""
    text = settings.get(tx, KEPT)
    if not text:
        return None
    kept = json.loads(text)
    topics = (Topic(str(t["first"]), tuple(t["ids"]), tuple(t["weeks"]), int(t["writers"])) for t in kept["topics"])
    return Week(from_text(kept["at"]), tuple(topics))


def shown(tx: Tx, actor: Actor, book: Rulebook) -> tuple[datetime | None, tuple[Shown, ...]]:
    """When topics were found, and those of which the actor may see enough letters, the hottest first."""
    week, eye = latest(tx), sight(actor, book.directory)
    if week is None:
        return None, ()
    found = []
    for topic in week.topics:
        seen = lists.page(tx, eye, {"machine": LETTER, "ids": topic.ids}, len(topic.ids), newest=True)
        if len(seen) >= LEAST:
            places = Counter(case.place or case.area for case in seen)
            named = tuple(place for place, _ in places.most_common(4) if place)
            first = seen[-1]
            letters = tuple(Listed(c.number, c.title, duplicates.leads(c), bool(c.lead)) for c in seen)
            found.append(Shown(topic, len(seen), first.title, letters, named[:3]))
    return week.at, tuple(found)
