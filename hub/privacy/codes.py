"""Receipt codes that are computed and never stored, and ids that sort by the time they were drawn."""

from __future__ import annotations

import hmac
import unicodedata

CODE_DIGITS = 12
MARK_LENGTH = 16
ID_LENGTH = 26
RANDOM_BYTES = 10
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_LONGEST_GIVEN = 64


def query_code(code_key: bytes, case_id: str, epoch: int) -> str:
    """The query code 查询码 of a case: 12 digits, HMAC-SHA-256 of (case id, epoch) under the code key.

    The whole 256-bit value is taken modulo 10^12: a digit's odds differ by less than 2^-216. A new epoch makes the old
    code void (reissue); nothing is stored, so nothing can be stolen from the database (DESIGN §10).
    """
    message = len(case_id).to_bytes(4, "big") + case_id.encode() + epoch.to_bytes(8, "big")
    value = int.from_bytes(hmac.new(code_key, message, "sha256").digest(), "big")
    return f"{value % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def reply_mark(code_key: bytes, case_id: str, party: int, epoch: int) -> str:
    """What shows that an answer by mail belongs to a party of a case: 16 letters and digits, 80 bits of HMAC-SHA-256.

    Like the query code it is never stored, and a new epoch makes it void. Lower case alone: mail servers may fold.
    """
    return _mark(code_key, f"reply {case_id} {party} {epoch}")


def file_mark(code_key: bytes, case_id: str, party: int, epoch: int, n: int, until: int) -> str:
    """What shows that a link to the file at place `n` is ours, and good `until` (seconds since 1970), as reply_mark."""
    return _mark(code_key, f"file {case_id} {party} {epoch} {n} {until}")


def _mark(code_key: bytes, of: str) -> str:
    value = int.from_bytes(hmac.new(code_key, of.encode(), "sha256").digest()[:10], "big")
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(75, -1, -5))


def spell(code: str) -> str:
    """A code as it is read out and printed: 384 920 175 663."""
    return " ".join(code[place : place + 3] for place in range(0, len(code), 3))


def same_code(given: str, code: str) -> bool:
    """Whether what was typed is this code, in constant time; blanks, dashes and full-width digits are allowed."""
    plain = unicodedata.normalize("NFKC", given[:_LONGEST_GIVEN])
    typed = "".join(sign for sign in plain if not (sign.isspace() or unicodedata.category(sign) in ("Pd", "Cf")))
    typed = typed.replace("\u2212", "")
    return hmac.compare_digest(typed.encode("utf-8", "replace"), code.encode())


def new_id(now_ms: int, random_bytes: bytes) -> str:
    """An id of 26 lower-case letters and digits (ULID layout): 48 bits of time, then 80 random bits.

    `now_ms`: milliseconds since 1970, UTC. `random_bytes`: ten bytes drawn by the caller, before the deed. Ids sort by
    their millisecond. Raises ValueError for a time before 1970 or past the year 10889, or another number of bytes.
    """
    if not 0 <= now_ms < 1 << 48 or len(random_bytes) != RANDOM_BYTES:
        raise ValueError("an id needs a time of 48 bits and ten random bytes")
    value = now_ms << 80 | int.from_bytes(random_bytes, "big")
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))
