"""The office: the hub as channels call it. It keeps the rulebook fresh, prepares, and hands deeds to the store."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Any, TypeVar

from hub import desk
from hub.case import Case
from hub.dictation import letter_of
from hub.errors import NotFound, OldEdition
from hub.files import FileStore
from hub.intake import Means, Prepared, Received, prepare
from hub.moments import Clock
from hub.own_words import Hidden, hide_case, hide_values, raises_level, read_known
from hub.people import Actor
from hub.ports import Choose, Draft, Finding, Inspect
from hub.privacy.codes import RANDOM_BYTES, file_mark, new_id, query_code, reply_mark, same_code
from hub.privacy.randomness import draw
from hub.privacy.vault import KeyRing, open_sealed
from hub.rulebook import Rulebook
from hub.storage import cases, editions, vault, wording
from hub.storage.contract import Store
from hub.storage.publications import Page
from hub.storage.tx import Tx
from hub.submission import Submission, checked
from hub.wording import marks

Answer = TypeVar("Answer")
FRESH_SECONDS = 2.0
"""So soon every process notices that a new edition came into force, also on pages that only read."""
CHECKED_MOVES = frozenset({"draft", "correct", "sign_off"})
"""Moves whose text is looked at by the checks before the deed."""


class Office:
    """One hub in one process."""

    def __init__(
        self, store: Store, ring: KeyRing, clock: Clock, choose: Choose, inspect: Inspect, files: FileStore
    ) -> None:
        self.store = store
        self.ring = ring
        self.clock = clock
        self.files = files
        self.choose = choose
        self._inspect = inspect
        self._book: Rulebook | None = None
        self._looked = 0.0
        self._reading = asyncio.Lock()

    async def book(self) -> Rulebook:
        """The rulebook in force, at most FRESH_SECONDS old; every deed checks again that it still is.

        Reading it is work: of the many who miss it at one moment one reads, the others wait for that one.
        """
        now = monotonic()
        if self._book is not None and now - self._looked < FRESH_SECONDS:
            return self._book
        self._looked = now
        if self._book is not None and await self.store.read(editions.numbers) == dict(self._book.numbers):
            return self._book
        missed = self._book
        async with self._reading:
            if self._book is None or self._book is missed:
                self._book = await self.store.read(editions.load, room="heavy")
            return self._book

    def look_again(self) -> None:
        """Notice a newer edition with the next question, not within seconds."""
        self._looked = -FRESH_SECONDS

    async def with_rules(self, run: Callable[[Rulebook], Awaitable[Answer]]) -> Answer:
        """Run with the rulebook; where a newer edition came into force, once more with that one."""
        for _ in range(3):
            book = await self.book()
            try:
                return await run(book)
            except OldEdition:
                if self._book is book:
                    self._book = None
        return await run(await self.book())

    def fresh_id(self) -> str:
        return new_id(int(self.clock().timestamp() * 1000), draw(RANDOM_BYTES))

    # A letter comes in ------------------------------------------------------------------------------------------

    async def receive(self, given: Submission) -> Received:
        """Take a letter: durable when this returns. Raises Invalid (every wrong field), KeyReused."""

        async def run(book: Rulebook) -> Received:
            ready, now = self.prepared(given, book), self.clock()
            return await self.store.intake_many(ready.key, desk.receive_all, (ready, book, now))

        return await self.with_rules(run)

    def prepared(self, given: Submission, book: Rulebook) -> Prepared:
        """A letter checked, masked, routed and sealed, for the deed desk.receive; raises Invalid."""
        means, now = Means(self.ring, self.fresh_id(), self.choose, book.public), self.clock()
        return prepare(checked(given, book, now), book, means, now)

    # Somebody acts ----------------------------------------------------------------------------------------------

    async def act(
        self, number: str, move: str, values: Mapping[str, Any], actor: Actor, seen: int | None = None
    ) -> Case:
        """Make one move; see desk.act for what it raises."""

        async def run(book: Rulebook) -> Case:
            asked = replace(await self.asked(number, move, values, actor, book), seen=seen)
            return await self.store.write(desk.act, number, asked, actor, book, self.clock())

        return await self.with_rules(run)

    async def asked(
        self, number: str, move: str, values: Mapping[str, Any], actor: Actor, book: Rulebook
    ) -> desk.Asked:
        """A move made ready for the deed desk.act: looked at by the checks, a citizen's words redacted where hidden."""
        given, hidden = await self._own_words(number, move, values, actor, book)
        findings = await self._looked_at(number, move, values, book)
        return desk.Asked(move, given, None, findings, self.fresh_id(), hidden)

    async def publish(self, number: str, values: Mapping[str, Any], page: Page, actor: Actor, seen: int | None) -> Case:
        """Publish a page that a publisher looked at as it stands."""

        async def run(book: Rulebook) -> Case:
            findings = ("lifted",) if values.get("lifted") else ()
            given = {k: v for k, v in values.items() if k != "lifted"}
            asked = desk.Asked("publish", given, seen, findings, "")
            return await self.store.write(desk.publish, number, asked, page, actor, book, self.clock())

        return await self.with_rules(run)

    async def findings(self, number: str, body: str, translated: str = "") -> tuple[Finding, ...]:
        """What the checks say of a reply that is being written; of its English only what blocks."""
        book = await self.book()
        draft = await self.store.read(draft_of, number, body, self.clock())
        if draft is None:
            raise NotFound
        return self._inspected(replace(draft, translated=translated), book)

    async def _own_words(
        self, number: str, move: str, values: Mapping[str, Any], actor: Actor, book: Rulebook
    ) -> tuple[Mapping[str, Any], Hidden | None]:
        """Redact before the deed: a citizen's words on a hidden case, or a whole case whose level rises."""
        if actor.kind != "citizen" and move not in ("set_level", "accept", "dictate"):
            return values, None
        known = await self.store.read(read_known, number, self.ring)
        if known is None:
            return values, None
        if raises_level(known.case, book.kind(known.case.kind, known.case.kinds_edition), move, values, actor):
            return values, hide_case(known, book)
        if actor.kind != "citizen" and move != "dictate":
            return values, None
        return hide_values(known, values, book, f"said:{self.fresh_id()}")

    async def _looked_at(self, number: str, move: str, values: Mapping[str, Any], book: Rulebook) -> tuple[str, ...]:
        if move not in CHECKED_MOVES:
            return ()
        body = None if move == "sign_off" else str(values.get("body") or "")
        draft = await self.store.read(draft_of, number, body, self.clock())
        if draft is None:
            return ()
        draft = draft if body is None else replace(draft, translated=str(values.get("translated") or ""))
        return tuple(f.code for f in self._inspected(draft, book))

    def _inspected(self, draft: Draft, book: Rulebook) -> tuple[Finding, ...]:
        found = self._inspect(draft, book)
        more = self._inspect(replace(draft, body=draft.translated), book) if draft.translated else ()
        return (*found, *(f for f in more if f.blocks and f.code not in {one.code for one in found}))

    # The citizen's receipt --------------------------------------------------------------------------------------

    def code(self, case_id: str, epoch: int = 1) -> str:
        """The query code of a case: never stored, made anew each time it is needed."""
        return query_code(self.ring.code_key, case_id, epoch)

    def reply_mark(self, case_id: str, party: int, epoch: int) -> str:
        """What an answer by mail carries to be taken as this party's."""
        return reply_mark(self.ring.code_key, case_id, party, epoch)

    def file_mark(self, case_id: str, party: int, epoch: int, n: int, until: int) -> str:
        """What a link to a file of an answer carries to be taken as ours (channels/file_links.py)."""
        return file_mark(self.ring.code_key, case_id, party, epoch, n, until)

    async def case_by_code(self, number: str, code: str) -> tuple[str, int]:
        """The case id and party whose receipt this is; raises NotFound for a wrong number and a wrong code alike."""
        found = await self.store.read(cases.receipts, number.strip().upper(), room="public")
        for case_id, party, epoch in found:
            if same_code(code, self.code(case_id, epoch)):
                return case_id, party
        if not found:
            same_code(code, self.code("no such case"))
        raise NotFound

    # The vault --------------------------------------------------------------------------------------------------

    async def contact(self, case_id: str) -> dict[str, str]:
        """The opened contact data and original words of a case; the caller has journalled why it looks."""
        owner, kept = await self.store.read(_vault_row, case_id)
        return self.opened(owner, kept)

    def opened(self, owner: str, kept: tuple[str, Mapping[str, str]] | None) -> dict[str, str]:
        if kept is None:
            return {}
        wrapped, sealed = kept
        case_key = self.ring.unwrap(owner, wrapped)
        return {name: open_sealed(case_key, owner, name, text) for name, text in sealed.items()}


def draft_of(tx: Tx, number: str, body: str | None, now: datetime) -> Draft | None:
    """What the checks look at: a body, or the newest version where None is given, beside letter and earlier rounds."""
    case_id = cases.id_of(tx, number)
    dossier = cases.dossier(tx, case_id) if case_id else None
    if dossier is None:
        return None
    case, thread = dossier.case, cases.messages(tx, dossier.case.id)
    text = (dossier.reply.body if dossier.reply else "") if body is None else body
    known = marks(text)
    return Draft(
        case=case,
        letter=letter_of(thread),
        body=text,
        earlier=tuple(r for r in dossier.replies if r.round < case.round),
        elsewhere=frozenset(known[mark] for mark in wording.elsewhere(tx, case.id, known)),
        late=case.main_due is not None and now >= case.main_due,
        translated=dossier.reply.translated if dossier.reply and body is None else "",
    )


def _vault_row(tx: Tx, case_id: str) -> tuple[str, tuple[str, dict[str, str]] | None]:
    owner = cases.vault_of(tx, case_id)
    return owner, vault.read(tx, owner)
