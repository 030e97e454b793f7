"""Finds what shows a person in a text, and writes the text again without it (DESIGN §10; practice: NORMS §2.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hub.privacy.addresses import find_addresses
from hub.privacy.folding import fold
from hub.privacy.marks import NOBODY_KNOWN, Directory, Kind, Known, Mark, digits_of, merge, without_overlaps
from hub.privacy.names import find_names
from hub.privacy.numbers import find_accounts, find_numbers
from hub.privacy.surnames import DOUBLE

__all__ = ["Directory", "Kind", "Known", "Mark", "find", "mask", "merge", "redact"]

_TOKENS: dict[Kind, str] = {
    "phone": "〔电话〕",
    "landline": "〔电话〕",
    "id_number": "〔证件号〕",
    "bank_card": "〔账号〕",
    "email": "〔邮箱〕",
    "plate": "〔车牌〕",
    "qq_wechat": "〔社交账号〕",
    "address": "〔门牌〕",
    "name": "〔姓名〕",
}


def find(text: str, known: Known = NOBODY_KNOWN) -> tuple[Mark, ...]:
    """The marks of a text in its order, none overlapping; places are code points of the text as given.

    Linear in the length of the text. A mark that is not `sure` asks a person to look; it is masked all the same.
    """
    shadow = fold(text)
    marks = without_overlaps(
        mark for finder in (find_numbers, find_accounts, find_addresses, find_names) for mark in finder(shadow, known)
    )
    if shadow.at is None:
        return marks
    return tuple(Mark(*shadow.place(mark.start, mark.end), mark.kind, mark.sure) for mark in marks)


def _phone(words: str) -> str:
    digits = digits_of(fold(words).spoken())
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) == 11 else "****"


def _landline(words: str) -> str:
    area, _, _ = fold(words).plain.partition("-")
    return f"{area}-****" if area.isdigit() and area.startswith("0") and len(area) < 5 else "****"


def _email(words: str) -> str:
    return "****@****"


def _plate(words: str) -> str:
    return words[:1] + "*****"


_CUSTOMARY: dict[Kind, Callable[[str], str]] = {
    "phone": _phone,
    "landline": _landline,
    "email": _email,
    "plate": _plate,
}


def _name(words: str, surname: bool) -> str:
    name = "".join(fold(words).plain.split())
    own = name[: 2 if name[:2] in DOUBLE else 1]
    given = "某某" if len(name) > len(own) else ""
    return own + given if surname else given or "某"


def _rewritten(text: str, marks: Iterable[Mark], words: Callable[[Mark, str], str]) -> str:
    pieces: list[str] = []
    done = 0
    for mark in without_overlaps(marks):
        if mark.start < 0 or mark.end > len(text):
            raise ValueError(f"the mark {mark.start}-{mark.end} lies outside a text of {len(text)} characters")
        pieces += (text[done : mark.start], words(mark, text[mark.start : mark.end]))
        done = mark.end
    return "".join((*pieces, text[done:]))


def mask(text: str, marks: Iterable[Mark], *, surname: bool = False) -> str:
    """The text for the public, masked as offices do: 138****1234, 某某 (王某某 with the writer's consent), **** below
    the street and for identity numbers, cards and accounts.

    Raises ValueError where a mark lies outside the text.
    """

    def words(mark: Mark, hidden: str) -> str:
        if mark.kind == "name":
            return _name(hidden, surname)
        custom = _CUSTOMARY.get(mark.kind)
        return custom(hidden) if custom else "****"

    return _rewritten(text, marks, words)


def redact(text: str, marks: Iterable[Mark]) -> str:
    """The text for a department in a confidential case: every mark becomes a neutral word (〔电话〕, 〔姓名〕).

    Nothing of what was hidden remains, not even its length, so that letters of two persons that differ only in who
    wrote them read the same (DESIGN §10, non-interference). Raises ValueError where a mark lies outside the text.
    """
    return _rewritten(text, marks, lambda mark, _: _TOKENS[mark.kind])
