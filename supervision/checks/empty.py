"""Q1 空复: a reply that greets, thanks and hands over, and says nothing of the matter."""

from hub.errors import Said
from hub.ports import Finding
from hub.wording import sentences
from supervision.checks.look import Look, finding

LEAST = 70
"""Characters after greeting and hand-over words (NORMS §4: 22 of 25 flagged below this were empty)."""

SAID = Said(
    "除去问候和转办的话，没有说这件事查了什么、办了什么。请写清看到什么、做了什么、还差什么。",
    "Beside greeting and hand-over there is nothing on the matter. Please say what was found, done, and is still open.",
)


def check(look: Look) -> Finding | None:
    """Fewer characters than any real answer needs."""
    if len(look.said) >= LEAST:
        return None
    return finding("Q1", SAID, look.said or look.body, quotes=sentences(look.body))
