"""replace(): a frozen value with other fields, as dataclasses have it at three times the price; moves live on it."""

from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

Value = TypeVar("Value")


@cache
def _slots(cls: type[Any]) -> tuple[Any, dict[str, Any]]:
    """What reads all fields of a value at once, and what fills the slot of each."""
    names = tuple(f.name for f in fields(cls))
    return attrgetter(*names), {name: cls.__dict__[name].__set__ for name in names}


if TYPE_CHECKING:
    from dataclasses import replace as replace  # so that the names of fields are checked
else:

    def replace(value: Value, /, **changes: Any) -> Value:
        """The same value but for the `changes`; for frozen dataclasses with slots and two fields or more.

        `__post_init__` does not look at it again. Raises KeyError for a field that the value does not have.
        """
        cls = value.__class__
        read, slots = _slots(cls)
        new = object.__new__(cls)
        for put, kept in zip(slots.values(), read(value), strict=True):
            put(new, kept)
        for name, given in changes.items():
            slots[name](new, given)
        return new
