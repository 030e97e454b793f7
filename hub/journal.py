"""The journal: lines of ids, codes and commitments, each sealed to the one before by SHA-256."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from hub.moments import to_text

Scalar = str | int | float | bool | None
Datum = Scalar | Sequence[Scalar]

_SCALARS = (str, int, float, type(None))

GENESIS = "0" * 64
"""What stands in `prev` of the first line."""

_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Entry:
    """What a deed wants remembered: never words of a person, only ids, codes and commitments."""

    case_id: str | None
    action: str
    actor: str
    at: datetime
    data: Mapping[str, Datum]


class Draft(NamedTuple):
    """An entry in the texts that will be stored, still without a place in the order."""

    case_id: str | None
    action: str
    actor: str
    at: str
    data: str


class Line(NamedTuple):
    """A sealed entry as it stands in the store; `at` is when it happened, `recorded_at` when it was written."""

    seq: int
    case_id: str | None
    action: str
    actor: str
    at: str
    recorded_at: str
    data: str
    prev: str
    hash: str


class Tip(NamedTuple):
    """The end of a chain: the number and the hash of its last line."""

    seq: int = 0
    hash: str = GENESIS


class Fault(NamedTuple):
    """A place where the chain does not hold: reason `gap`, `link` or `seal`."""

    seq: int
    reason: str


def draft(entry: Entry) -> Draft:
    """The entry in its stored texts; raises ValueError for data outside scalars and lists of them, or a naive time."""
    for name, value in entry.data.items():
        flat = value if isinstance(value, list | tuple) else (value,)
        if not isinstance(name, str) or not all(isinstance(part, _SCALARS) for part in flat):
            raise ValueError(f"journal data {name!r} is neither a scalar nor a list of scalars")
    return Draft(entry.case_id, entry.action, entry.actor, to_text(entry.at), _canonical(dict(entry.data)))


def canonical(prev: str, seq: int, recorded_at: str, text: Draft) -> bytes:
    """The bytes that are hashed: JSON with sorted keys, no spaces, UTF-8; `data` is its stored text."""
    return _canonical({"prev": prev, "seq": seq, "recorded_at": recorded_at} | text._asdict()).encode()


def seal(prev: str, seq: int, recorded_at: str, entry: Entry) -> str:
    """The hash of an entry in its place (64 hexadecimal digits)."""
    return sha256(canonical(prev, seq, recorded_at, draft(entry))).hexdigest()


def chain(tip: Tip, recorded_at: str, drafts: Iterable[Draft]) -> list[Line]:
    """The lines that follow `tip`, in the order given."""
    lines = []
    seq, prev = tip
    for text in drafts:
        seq += 1
        mark = sha256(canonical(prev, seq, recorded_at, text)).hexdigest()
        lines.append(
            Line(seq, text.case_id, text.action, text.actor, text.at, recorded_at, text.data, prev, mark),
        )
        prev = mark
    return lines


def check(tip: Tip, lines: Iterable[Line]) -> tuple[Tip, list[Fault]]:
    """Follow the chain on from `tip`: the new end and every place that does not hold, each named once.

    Pure; call it batch by batch with the tip it returned.
    """
    faults = []
    for line in lines:
        text = Draft(line.case_id, line.action, line.actor, line.at, line.data)
        if line.seq != tip.seq + 1:
            faults.append(Fault(line.seq, "gap"))
        elif line.prev != tip.hash:
            faults.append(Fault(line.seq, "link"))
        if sha256(canonical(line.prev, line.seq, line.recorded_at, text)).hexdigest() != line.hash:
            faults.append(Fault(line.seq, "seal"))
        tip = Tip(line.seq, line.hash)
    return tip, faults
