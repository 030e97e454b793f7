"""Where a signed or reviewed reply goes next: to the reviewer, to the citizen, or back to work."""

import hashlib

from hub.kinds import ReviewPolicy
from hub.machines.machine import Turn

CONDITIONS = ("checks", "late", "refusal")
"""What can draw a reply for review in any case: a finding, a passed limit, a refusing result."""


def draw(case_id: str, reply: int, seed: str = "review") -> float:
    """The place of a reply in a sample, 0 to 1: seeded by case and version, so that a draw can be run again."""
    digest = hashlib.sha256(f"{seed}:{case_id}:{reply}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def drawn(turn: Turn) -> bool:
    """Whether the newest reply is read by the supervision office before it goes out; later rounds always are.

    A sealed case stays with those it names: its signer is its second pair of eyes.
    """
    case, reply, policy = turn.case, turn.dossier.reply, turn.kind.review
    if case.sealed:
        return False
    if reply is None or case.round > 1 or reply.type == "interim":
        return True
    if policy.mode == "all" or _always(turn, policy):
        return True
    return policy.mode == "sample" and draw(case.id, reply.n) < policy.share


def _always(turn: Turn, policy: ReviewPolicy) -> bool:
    reply = turn.dossier.reply
    if "checks" in policy.always_when and turn.findings:
        return True
    main = turn.dossier.clock("main")
    if "late" in policy.always_when and main and main.due_at and turn.now >= main.due_at:
        return True
    result = turn.kind.result(reply.result) if reply else None
    return "refusal" in policy.always_when and result is not None and result.needs_reason


def after_signature(turn: Turn) -> str:
    """In review where the policy draws the reply, otherwise released at once."""
    return "in_review" if drawn(turn) else after_qualified(turn)


def after_qualified(turn: Turn) -> str:
    """Answered; an interim reply goes out and the case goes back to work."""
    reply = turn.dossier.reply
    if reply is not None and reply.type == "interim":
        return turn.case.back_to
    return "answered"
