"""Marks: what our mails carry so that an answer, or a bounce, finds its case; a number alone opens nothing."""

import hashlib
import hmac
import re
from typing import NamedTuple

from hub.office import Office
from hub.privacy.codes import MARK_LENGTH
from hub.storage import cases
from hub.storage.tx import Tx

_MARK = rf"(\d{{4}}-\d{{6,8}})-(\d{{1,3}})-([0-9a-hjkmnp-tv-z]{{{MARK_LENGTH}}})"
_ANYWHERE = re.compile(rf"(?<![0-9a-z]){_MARK}(?![0-9a-z])", re.IGNORECASE)
_OUR_ID = re.compile(rf"{_MARK}\.([0-9a-f]{{20}})@", re.IGNORECASE)
PROVEN = "proven-mail"
"""In the vault's index: an address from which somebody answered a mail of ours, so that it is theirs."""
MOST = 20
"""So many marks of one mail are looked at; a long correspondence repeats one."""


class Mark(NamedTuple):
    """A claim to speak for a party of a case; true only where the proof is the one the hub makes."""

    number: str
    party: int
    proof: str


class Proven(NamedTuple):
    """Whom a true mark belongs to."""

    number: str
    case_id: str
    party: int


def mark_of(office: Office, number: str, case_id: str, party: int, epoch: int) -> str:
    """The mark of a party's mails: 2026-001234-1-k7…"""
    return f"{number}-{party}-{office.reply_mark(case_id, party, epoch)}"


def marks_in(text: str) -> tuple[Mark, ...]:
    """The marks written in addresses and message ids, each once."""
    found = (Mark(m[1], int(m[2]), m[3].lower()) for m in _ANYWHERE.finditer(text))
    return tuple(dict.fromkeys(found))[:MOST]


def our_ids_in(text: str) -> tuple[tuple[Mark, str], ...]:
    """Message ids of ours in a bounce: the mark, and the digest of the notice's key."""
    found = ((Mark(m[1], int(m[2]), m[3].lower()), m[4].lower()) for m in _OUR_ID.finditer(text))
    return tuple(dict.fromkeys(found))[:MOST]


def proven(tx: Tx, marks: tuple[Mark, ...], office: Office) -> Proven | None:
    """Whom the first true mark belongs to; None where none is true. Compared in constant time."""
    for mark in marks:
        for case_id, party, epoch in cases.receipts(tx, mark.number):
            true = office.reply_mark(case_id, party, epoch)
            if party == mark.party and hmac.compare_digest(mark.proof.encode(), true.encode()):
                return Proven(mark.number, case_id, party)
    return None


def reply_address(address: str, mark: str) -> str:
    """Where an answer goes: letters+mark@qinghe.example (RFC 5233)."""
    local, _, domain = address.partition("@")
    return f"{local}+{mark}@{domain}" if mark else address


def message_id(key: str, mark: str, address: str) -> str:
    """The id of a notice's mail, the same at every try, so that a repeated one is seen to be the same mail."""
    return f"<{mark or 'hub'}.{digest_of(key)}@{address.partition('@')[2]}>"


def digest_of(key: str) -> str:
    """What stands for a notice's key in a message id."""
    return hashlib.sha256(key.encode()).hexdigest()[:20]
