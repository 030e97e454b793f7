"""Results: what the public asks of published letters. Page, feed and search read them through here."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from hub.errors import NotFound, Said
from hub.moments import from_text
from hub.rulebook import Rulebook
from hub.storage import publications, published, search
from hub.storage.published import Place
from hub.storage.rows import read_json
from hub.storage.tx import Row, Tx
from hub.terms import terms

MOST_HITS = 400
"""Hits looked through for one page of a search that is also filtered."""
ALIKE_WINDOWS = 16
LEAST_ALIKE = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader looks for; days as 2026-01-31, `older` and `newer` the number of the letter a page ended with."""

    q: str = ""
    unit: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    older: str = ""
    newer: str = ""


class PublicFile(NamedTuple):
    """A file of the reply that a publisher let go public; its name stays inside."""

    n: int
    sha256: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class Published:
    """One published letter as everybody may read it."""

    number: str
    title: str
    body: str
    reply: str
    surname: str
    kind: Said
    unit: Said
    result: Said
    received_day: str
    answered_day: str
    workdays: int
    allowed: int
    rounds: int
    score: int
    solved: str
    published_at: datetime
    corrected_at: datetime | None
    files: tuple[PublicFile, ...] = ()

    @property
    def late(self) -> bool:
        """Whether the answer took longer than its limit, in working days."""
        return self.workdays > self.allowed


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results and the numbers its neighbours begin after; empty where there is nothing more."""

    rows: tuple[Published, ...] = ()
    older: str = ""
    newer: str = ""


@dataclass(frozen=True, slots=True)
class Resting:
    """A letter that was public: `gone` is taken down for good, otherwise its answer is being worked on again."""

    number: str
    gone: bool
    removed_at: datetime | None = field(default=None)


def engine_of(name: str) -> str:
    """The dialect of the search for an engine as the store's health names it."""
    return "postgres" if name.startswith("postgres") else "sqlite"


def found(tx: Tx, engine: str, wish: Wish, book: Rulebook, limit: int) -> Found:
    """One page of published letters, newest first; with words to look for, those that hold them all."""
    if wish.q.strip():
        return _searched(tx, engine, wish, book, limit)
    wanted = {"unit": wish.unit, "kind": wish.kind, "since": wish.since, "until": wish.until}
    place = _place(tx, wish)
    rows = published.listed(tx, wanted, limit + 1, place)
    more = len(rows) > limit
    if place is not None and place.newer:
        rows = rows[-limit:]
        return _page(rows, book, older=bool(rows), newer=more)
    return _page(rows[:limit], book, older=more, newer=place is not None)


def newest(tx: Tx, book: Rulebook, limit: int) -> tuple[Published, ...]:
    """The letters published last."""
    return tuple(_view(row, book) for row in published.listed(tx, {}, limit))


def one(tx: Tx, number: str, book: Rulebook) -> Published | Resting:
    """A published letter, or what is left of one that rests; raises NotFound where nothing was ever public."""
    row = publications.by_number(tx, number)
    if row is None:
        raise NotFound
    if not row["live"]:
        removed = row["removed_at"]
        return Resting(str(row["number"]), removed is not None, from_text(removed) if removed else None)
    return _view(row, book)


def alike(tx: Tx, engine: str, text: str, book: Rulebook, limit: int = 3) -> tuple[Published, ...]:
    """Answered letters that share the most runs of three characters (or two words) with a title; the best first."""
    tokens = terms(text)
    windows = list(dict.fromkeys(" ".join(pair) for pair in pairwise(tokens)))[:ALIKE_WINDOWS]
    hits: Counter[str] = Counter()
    for window in windows:
        first, _, second = window.partition(" ")
        phrase = first + second[1:] if first[-1:] == second[:1] else window
        hits.update(hit.case_id for hit in search.find(tx, engine, "public", phrase, 10))
    best = [case_id for case_id, n in hits.most_common(limit * 2) if n >= min(LEAST_ALIKE, len(windows))]
    rows = published.by_cases(tx, best)
    return tuple(_view(rows[case_id], book) for case_id in best if case_id in rows)[:limit]


def _searched(tx: Tx, engine: str, wish: Wish, book: Rulebook, limit: int) -> Found:
    before, looked, rows = _doc_of(tx, wish.older), 0, list[Row]()
    while looked < MOST_HITS and len(rows) <= limit:
        hits = search.find(tx, engine, "public", wish.q, limit * 2, before)
        if not hits:
            break
        pages = published.by_cases(tx, [hit.case_id for hit in hits])
        rows += [pages[h.case_id] for h in hits if h.case_id in pages and _fits(pages[h.case_id], wish)]
        looked, before = looked + len(hits), hits[-1].doc
    return _page(rows[:limit], book, older=len(rows) > limit, newer=False)


def _doc_of(tx: Tx, number: str) -> int:
    """Where the page before ended in the index; the beginning for a number that is not in it."""
    row = publications.by_number(tx, number) if number else None
    docs = tx.execute(search.DOC, {"room": "public", "case_id": row["case_id"]}) if row else []
    return int(docs[0]["doc"]) if docs else 1 << 60


def _fits(row: Row, wish: Wish) -> bool:
    return (
        wish.unit in ("", row["unit"])
        and wish.kind in ("", row["kind"])
        and (not wish.since or row["answered_day"] >= wish.since)
        and (not wish.until or row["answered_day"] <= wish.until)
    )


def _place(tx: Tx, wish: Wish) -> Place | None:
    number = wish.older or wish.newer
    row = publications.by_number(tx, number) if number else None
    if row is None:
        return None
    return Place(str(row["published_at"]), str(row["case_id"]), newer=not wish.older)


def _page(rows: list[Row], book: Rulebook, *, older: bool, newer: bool) -> Found:
    shown = tuple(_view(row, book) for row in rows)
    if not shown:
        return Found()
    return Found(shown, shown[-1].number if older else "", shown[0].number if newer else "")


def _view(row: Row, book: Rulebook) -> Published:
    kind, unit = book.kinds.get(row["kind"]), book.directory.get(row["unit"])
    result = kind.result(row["result"]) if kind else None
    return Published(
        number=str(row["number"]),
        title=row["title"],
        body=row["body"],
        reply=row["reply"],
        surname=row["surname"],
        kind=Said(kind.zh, kind.en) if kind else Said("", ""),
        unit=Said(unit.short, unit.en) if unit else Said("", ""),
        result=Said(result.zh, result.en) if result else Said("", ""),
        received_day=row["received_day"],
        answered_day=row["answered_day"],
        workdays=int(row["workdays"]),
        allowed=int(row["allowed"]),
        rounds=int(row["rounds"]),
        score=int(row["score"]),
        solved=row["solved"],
        published_at=from_text(row["published_at"]),
        corrected_at=from_text(row["corrected_at"]) if row["corrected_at"] else None,
        files=tuple(PublicFile(*f) for f in read_json(row["files"])),
    )
