"""What happens on PostgreSQL's writing threads: a deed in its own transaction, intake in groups."""

import json
import random
import time
from typing import NamedTuple

import psycopg

from hub.journal import Draft, Tip, chain
from hub.moments import Clock, to_text
from hub.storage.errors import Collided, StoreBusy, StoreError, Unavailable
from hub.storage.postgres_driver import Idle, PostgresDriver, Raw, in_our_words
from hub.storage.pump import GROUP_SECONDS, Answer, Outcome, Task, attempt
from hub.storage.tx import Catalog, Tx

CHANNEL = "minxin_journal"
LOCK_HEAD = "SELECT seq, hash FROM journal_head WHERE id = 1 FOR UPDATE"
INSERT = """
INSERT INTO entries (seq, case_id, action, actor, at, recorded_at, data, prev, hash)
SELECT seq, case_id, action, actor, at, recorded_at, data, prev, hash FROM json_to_recordset(CAST(%s AS json)) AS line
(seq bigint, case_id text, action text, actor text, at text, recorded_at text, data text, prev text, hash text)
"""
MOVE_HEAD = "UPDATE journal_head SET seq = %s, hash = %s WHERE id = 1"
NOTIFY = "SELECT pg_notify(%s, %s)"


class Ran(NamedTuple):
    """One run of a deed: what became of it, the head if it moved, and whether it has to run again."""

    answer: Answer
    head: int = 0
    again: bool = False


class PostgresWriter:
    """Shared by the writing threads; a deed keeps nothing here."""

    def __init__(self, url: str, catalog: Catalog, clock: Clock) -> None:
        self.idle = Idle(url)
        self._catalog = catalog
        self._clock = clock
        self.last_error = ""

    def alone(self, job: Task) -> tuple[Answer, int]:
        """Run a deed in its own transaction, whole again after a deadlock or on a new connection if one was lost."""
        pause = 0.001
        while True:
            ran = self._once(job)
            if not ran.again:
                return ran.answer, ran.head
            if time.monotonic() > job.deadline:
                return Answer(False, StoreBusy("the deed collided with others for too long")), 0
            time.sleep(random.uniform(0, pause))
            pause = min(pause * 2, 0.1)

    def _once(self, job: Task) -> Ran:
        try:
            raw = self.idle.take(job.deadline)
        except StoreError as fault:
            return Ran(Answer(False, self._remember(fault)))
        try:
            tx = Tx(PostgresDriver(raw), self._catalog, writing=True)
            answer = attempt(job, tx)
            if isinstance(tx.fault, Collided) or (tx.fault and raw.closed):
                return Ran(answer, again=True)
            return Ran(answer, self._commit(raw, tx.waiting or [])) if answer.ok else Ran(answer)
        except psycopg.Error as fault:
            told = self._remember(in_our_words(fault))
            if raw.closed:
                told = Unavailable("the connection broke while committing", unknown=True)
            return Ran(Answer(False, told), again=isinstance(told, Collided))
        finally:
            self.idle.give_back(raw)

    def work(self, jobs: list[Task]) -> Outcome:
        """Run a group of intake in one transaction; at the first error it is taken back whole and run one by one."""
        outcome = self._together(jobs) if len(jobs) > 1 else None
        if outcome:
            return outcome
        ran = [(job, *self.alone(job)) for job in jobs]
        return Outcome([(job, answer) for job, answer, _ in ran], [], max(head for _, _, head in ran))

    def _together(self, jobs: list[Task]) -> Outcome | None:
        answers: list[tuple[Task, Answer]] = []
        waiting: list[Draft] = []
        try:
            raw = self.idle.take(min(job.deadline for job in jobs))
        except StoreError as fault:
            told = Answer(False, self._remember(fault))
            return Outcome([(job, told) for job in jobs], [], 0)
        try:
            with raw.pipeline():
                started = time.monotonic()
                for job in jobs:
                    tx = Tx(PostgresDriver(raw), self._catalog, writing=True)
                    answer = attempt(job, tx)
                    if not answer.ok:
                        return None
                    waiting += tx.waiting or []
                    answers.append((job, answer))
                    if time.monotonic() - started > GROUP_SECONDS:
                        break
                head = self._commit(raw, waiting)
        except psycopg.Error as fault:
            self._remember(in_our_words(fault))
            return None
        finally:
            self.idle.give_back(raw)
        return Outcome(answers, jobs[len(answers) :], head)

    def _commit(self, raw: Raw, drafts: list[Draft]) -> int:
        """Seal the waiting entries under the head's row and commit, in one pipeline; 0 if there were none."""
        if not drafts:
            raw.commit()
            return 0
        with raw.pipeline():
            tip = raw.execute(LOCK_HEAD).fetchone() or {}
            lines = chain(Tip(**tip), to_text(self._clock()), drafts)
            raw.execute(INSERT, (json.dumps([line._asdict() for line in lines]),))
            raw.execute(MOVE_HEAD, (lines[-1].seq, lines[-1].hash))
            raw.execute(NOTIFY, (CHANNEL, str(lines[-1].seq)))
            raw.commit()
        return lines[-1].seq

    def _remember(self, fault: StoreError) -> StoreError:
        self.last_error = type(fault).__name__
        return fault
