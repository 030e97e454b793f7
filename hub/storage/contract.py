"""What the hub may ask of its store, whichever engine stands behind it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, TypeVar

from hub.storage.tx import Tx

Room = Literal["public", "staff", "heavy"]
Answered = TypeVar("Answered")
Item = TypeVar("Item")
Said = ParamSpec("Said")

SECONDS: dict[Room, float] = {"public": 0.2, "staff": 0.2, "heavy": 10.0}
"""How long a question may take in each room."""

LANES: dict[Room, int] = {"public": 2, "staff": 2, "heavy": 1}
"""How many questions each room answers at once."""

IN_USE = "数据库正由另一个进程使用，请先停止它。(The store is in use by another process: stop that one first.)"


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """What `/readyz` and `/healthz` show of the store."""

    engine: str
    version: str
    careful: bool
    """SQLite that may lose rows when two processes write: one writing process at a time."""
    pump_alive: bool
    """False once a writing thread has stopped: the process should be replaced."""
    last_error: str
    """The kind of the last fault of the engine itself, empty if there was none."""


class Store(Protocol):
    """Deeds change, questions only look; both are plain functions `fn(tx, …)` run whole on a connection's thread.

    Whatever a deed or question raises reaches the caller; StoreError and its kinds come from the store itself. A
    caller that is cancelled leaves its deed running to its end.
    """

    async def write(
        self, deed: Callable[Concatenate[Tx, Said], Answered], /, *args: Said.args, **kwargs: Said.kwargs
    ) -> Answered:
        """Run a deed in a transaction; returns once it is durable. The deed may be run more than once."""
        ...

    async def intake(
        self, key: str, deed: Callable[Concatenate[Tx, Said], Answered], /, *args: Said.args, **kwargs: Said.kwargs
    ) -> Answered:
        """Run a deed that is unique by its submission key; many share one commit on both engines."""
        ...

    async def intake_many(
        self, key: str, deed: Callable[[Tx, list[Item]], list[Answered | Exception]], item: Item, /
    ) -> Answered:
        """As `intake`, by a deed that takes all items of a group at once: few large statements, not many small ones.

        It answers one value an item, in order; an exception among them is raised to that caller alone, for whom nothing
        may have been written. Where the deed itself raises, every item is run again by itself.
        """
        ...

    async def read(
        self, question: Callable[Concatenate[Tx, ...], Answered], /, *args: Any, room: Room = "staff", **kwargs: Any
    ) -> Answered:
        """Ask a question on one snapshot; raises QuestionTooSlow past the room's limit."""
        ...

    def head(self) -> int:
        """The last journal place seen, own commits at once, those of other processes a moment later."""
        ...

    async def wait_for_change(self, after_seq: int, timeout: float) -> int:
        """Wait until the head is past `after_seq`, at most `timeout` seconds; returns the head."""
        ...

    def health(self) -> StoreHealth:
        """How the store is."""
        ...

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Keep every other process out for a while; raises Held at once if one is in."""
        ...

    async def close(self) -> None:
        """Finish what waits, then let go of everything."""
        ...
