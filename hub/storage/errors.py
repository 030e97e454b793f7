"""What the store may answer instead of a result; no message repeats a stored value."""


class StoreError(Exception):
    """The store could not do what was asked."""


class StoreBusy(StoreError):
    """Another process kept the store for too long; nothing was changed, please try again (503)."""


class Unavailable(StoreError):
    """The store cannot write or answer at present: disk full, I/O error, connection lost, closing (503).

    `unknown` is True when the connection broke while committing: ask by key whether the deed stands.
    """

    def __init__(self, message: str, *, unknown: bool = False) -> None:
        super().__init__(message)
        self.unknown = unknown


class Collided(StoreError):
    """Two deeds stood in each other's way on PostgreSQL (deadlock, serialization); the store runs them again."""


class QuestionTooSlow(StoreError):
    """A question went past the time limit of its room."""


class Conflict(StoreError):
    """A row with the same unique key is already there."""


class RuleBroken(StoreError):
    """The schema refused a row: a missing value, a foreign key or a check."""


class Unstorable(StoreError, ValueError):
    """A parameter of a type or content that the two engines would store differently or not at all."""


class ForbiddenStatement(StoreError):
    """A deed tried to begin, end or split its transaction, or to change the connection."""


class Held(StoreError):
    """Someone else holds the store: the sentence says who may be asked to stop."""


class OlderSchema(StoreError):
    """The store lacks schema steps this program needs: run `migrate`."""


class NewerSchema(StoreError):
    """The store was written by a newer program that this one cannot follow."""
