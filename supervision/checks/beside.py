"""Q2 答非所问, by score: a reply that takes up nothing of what the letter asks, or leaves one of its requests out."""

import re

from hub.errors import Said
from hub.ports import Finding
from hub.wording import sentences
from supervision.checks.look import Look, finding
from supervision.scoring.measures import answered
from supervision.scoring.model import scorer

_ASKS = re.compile(
    r"[？?]|请问|希望|请求|恳请|恳求|要求|建议|盼|何时|什么时候|能否|能不能|是否|为什么|为何|怎么|如何|多久|哪里|谁来|要不要|有没有|吗"
)
SAID = Said(
    "来信问的这件事，答复里找不到。请对照来信，看是不是答到了别处，或者发错了信。",
    "What the letter asks here does not come back in the reply. Please check whether it answers something else.",
)
MOST_SHOWN = 2


def check(look: Look) -> Finding | None:
    """The mismatch score is past its limit; the requests with the least echo are its evidence."""
    if not look.is_likely("mismatch"):
        return None
    left_out = sorted(
        requests(look.letter) or [look.pair.title], key=lambda asked: answered(asked, look.pair, scorer().rarity)
    )
    shown = tuple(left_out[:MOST_SHOWN])
    return finding("Q2", SAID, shown[0], quotes=shown)


def requests(letter: str) -> list[str]:
    """The sentences of a letter that ask for something, in their order."""
    return [s for s in sentences(letter, 6) if _ASKS.search(s)]
