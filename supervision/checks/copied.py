"""Q7 照抄: the words of an earlier round, or of the reply to another case, once more."""

import re

from hub.errors import Said
from hub.ports import Finding
from hub.wording import marks
from supervision.checks.look import Look, finding

LEAST_SHARE = 0.6
"""So much of what is said must stand elsewhere word for word, courtesies aside."""
LEAST = 40
"""Characters that must stand elsewhere before anybody is troubled."""

AGAIN = Said(
    "和前一轮的答复几乎一样。请按退回意见补写。",
    "Nearly the same as the reply of an earlier round. Please work in what it was sent back for.",
)
COPIED = Said(
    "这几句和另一件来信的答复一字不差。请写这一件的地点、时间和结果。",
    "The reply to another letter has these sentences word for word. Please give place, time and result of this one.",
)


def check(look: Look) -> Finding | None:
    """Most of what the reply says stands in an earlier round or on another case."""
    said = {s: s for s in marks(look.body).values() if not look.courteous(s)}
    whole = sum(map(_letters, said))
    before = {mark for reply in look.draft.earlier for mark in marks(reply.body)}
    again = [s for mark, s in marks(look.body).items() if mark in before and s in said]
    copied = [s for s in said if s in look.draft.elsewhere]
    for told, found in ((AGAIN, again), (COPIED, copied)):
        share = sum(map(_letters, found))
        if share >= max(LEAST, LEAST_SHARE * whole):
            return finding("Q7", told, found[0], quotes=tuple(found))
    return None


def _letters(sentence: str) -> int:
    return len(re.sub(r"\W", "", sentence))
