"""What dumping and rebuilding a store promise, whichever engine stands behind it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from hub.storage.errors import StoreError

Values = Sequence[str | int | float | None]

LEFT_OUT = frozenset({"schema_steps", "sign_ins", "looking", "search_docs", "search_index"})
"""Tables that no archive holds: written by the steps, valid for one place only, or made anew by a follower."""

SOMETHING_IN = (
    "SELECT 1 AS found FROM entries UNION ALL SELECT 1 FROM officers UNION ALL SELECT 1 FROM editions LIMIT 1"
)
NOT_EMPTY = "数据库里已有内容；确要替换请加 --replace。(The store is not empty: --replace replaces it.)"


class NotEmpty(StoreError):
    """There is something in the store already; it is replaced only where the caller says so."""

    def __init__(self) -> None:
        super().__init__(NOT_EMPTY)


class Source(Protocol):
    """One snapshot of a store."""

    schema: int
    """The number of the last schema step it has."""

    def tables(self) -> Mapping[str, tuple[str, ...]]:
        """Table → columns, a table after those it refers to."""
        ...

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Values]:
        """All rows of a table in the order of its key."""
        ...


class Target(Protocol):
    """A store that is being built and stands only when the building ended without an error."""

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Values]) -> None:
        """Put rows into a table of the archive's schema, in place of what the steps put there."""
        ...
