"""What happens on SQLite's one writing thread: groups of deeds, a savepoint each, one commit."""

import time

from hub.journal import Draft, Tip, chain
from hub.moments import Clock, to_text
from hub.storage.errors import StoreBusy, StoreError, Unavailable
from hub.storage.pump import GROUP_SECONDS, Answer, Outcome, Task, attempt
from hub.storage.sqlite_driver import SqliteDriver, in_our_words, is_busy, sqlite
from hub.storage.tx import Catalog, Tx

INSERT = (
    "INSERT INTO entries (seq, case_id, action, actor, at, recorded_at, data, prev, hash) VALUES (?,?,?,?,?,?,?,?,?)"
)
MOVE_HEAD = "UPDATE journal_head SET seq = ?, hash = ? WHERE id = 1"


class SqliteWriter:
    """Belongs to its thread; a group stands as a whole or is run again deed by deed."""

    def __init__(self, raw: "sqlite.Connection", catalog: Catalog, clock: Clock) -> None:
        self._raw = raw
        self._driver = SqliteDriver(raw)
        self._catalog = catalog
        self._clock = clock
        self.last_error = ""

    def work(self, jobs: list[Task]) -> Outcome:
        """Run a group; if it cannot stand as a whole, nobody is told so and each deed runs again by itself."""
        outcome = self._together(jobs) if len(jobs) > 1 else None
        return outcome or self._one_by_one(jobs)

    def _together(self, jobs: list[Task]) -> Outcome | None:
        answers: list[tuple[Task, Answer]] = []
        waiting: list[Draft] = []
        try:
            self._begin(min(job.deadline for job in jobs))
            started = time.monotonic()
            for job in jobs:
                self._raw.execute("SAVEPOINT deed")
                answer, drafts = self._attempt(job)
                if not self._raw.in_transaction:
                    return None  # SQLite has rolled back by itself: disk full, I/O error, interrupt
                if not answer.ok:
                    self._raw.execute("ROLLBACK TO deed")
                self._raw.execute("RELEASE deed")
                waiting += drafts
                answers.append((job, answer))
                if time.monotonic() - started > GROUP_SECONDS:
                    break
            head = self._seal(waiting)
            self._raw.execute("COMMIT")
        except StoreBusy as fault:
            return Outcome([(job, Answer(False, fault)) for job in jobs], [], 0)
        except sqlite.Error as fault:
            self._remember(in_our_words(fault))
            return None
        finally:
            self._roll_back()
        return Outcome(answers, jobs[len(answers) :], head)

    def _one_by_one(self, jobs: list[Task]) -> Outcome:
        answers, last = [], 0
        for job in jobs:
            answer, head = self._alone(job)
            answers.append((job, answer))
            last = max(last, head)
        return Outcome(answers, [], last)

    def _alone(self, job: Task) -> tuple[Answer, int]:
        head = 0
        try:
            self._begin(job.deadline)
            answer, drafts = self._attempt(job)
            if answer.ok:
                if not self._raw.in_transaction:
                    raise Unavailable("the database rolled the deed back")
                head = self._seal(drafts)
                self._raw.execute("COMMIT")
        except (sqlite.Error, StoreError) as fault:
            told = in_our_words(fault) if isinstance(fault, sqlite.Error) else fault
            self._remember(told)
            return Answer(False, told), 0
        finally:
            self._roll_back()
        return answer, head

    def _begin(self, deadline: float) -> None:
        """BEGIN with an own retry each millisecond: SQLite's busy handler sleeps up to 100 and starves us."""
        while True:
            try:
                self._raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite.OperationalError as fault:
                if not is_busy(fault):
                    raise
                if time.monotonic() > deadline:
                    raise StoreBusy("another process has been writing for too long") from None
                time.sleep(0.001)

    def _roll_back(self) -> None:
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")

    def _attempt(self, job: Task) -> tuple[Answer, list[Draft]]:
        tx = Tx(self._driver, self._catalog, writing=True)
        self._driver.deed_runs = True
        try:
            answer = attempt(job, tx)
        finally:
            self._driver.deed_runs = False
        return answer, (tx.waiting or []) if answer.ok else []

    def _seal(self, drafts: list[Draft]) -> int:
        """Give the waiting entries their places; the head is read anew each time. Returns 0 if there were none."""
        if not drafts:
            return 0
        tip = Tip(*self._raw.execute("SELECT seq, hash FROM journal_head WHERE id = 1").fetchone())
        lines = chain(tip, to_text(self._clock()), drafts)
        self._raw.executemany(INSERT, lines)
        self._raw.execute(MOVE_HEAD, (lines[-1].seq, lines[-1].hash))
        return lines[-1].seq

    def _remember(self, fault: StoreError) -> None:
        self.last_error = type(fault).__name__
