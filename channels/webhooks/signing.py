"""The signature of what is posted, in both directions alike: HMAC-SHA-256 over the moment and the body."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from hub.errors import Refusal

TIMESTAMP, SIGNATURE = "X-Minxin-Timestamp", "X-Minxin-Signature"
WINDOW_SECONDS = 300
"""A moment so far from ours, before or after, is refused; within it the event's id keeps a repetition from counting."""


class Unsigned(Refusal):
    """The request does not prove that it comes from the gateway, or it is too old to be believed."""

    code = "unsigned"


def signed(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """The two headers: seconds since 1970, and `sha256=` with the hex HMAC of the seconds, a dot, and the body."""
    stamp = str(int(now.timestamp()))
    return {TIMESTAMP: stamp, SIGNATURE: _mark(secret, stamp, body)}


def must_be_signed(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raises Unsigned, with what the integrator has to look at; marks are compared in constant time."""
    stamp, given = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not stamp or not given:
        raise Unsigned(f"请求头里缺少{TIMESTAMP}或{SIGNATURE}。", f"The header {TIMESTAMP} or {SIGNATURE} is missing.")
    is_number = stamp.isascii() and stamp.isdigit() and len(stamp) < 12
    if not is_number or abs(int(stamp) - now.timestamp()) > WINDOW_SECONDS:
        raise Unsigned(
            f"{TIMESTAMP}应是当前时间（1970年以来的秒数），相差不超过{WINDOW_SECONDS}秒，请校准时钟后重发。",
            f"{TIMESTAMP} must be seconds since 1970, at most {WINDOW_SECONDS} from now. Set the clock and send again.",
        )
    if not secret or not hmac.compare_digest(given.encode(), _mark(secret, stamp, body).encode()):
        raise Unsigned(
            "签名不对。请核对密钥，并对发出的原样字节签名。",
            "The signature is wrong. Check the secret, and sign the very bytes that are sent.",
        )


def _mark(secret: str, stamp: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
