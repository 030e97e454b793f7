"""Q8 超期: a reply after its limit says sorry and why."""

import re

from hub.errors import Said
from hub.ports import Finding
from supervision.checks.look import Look, finding

_SORRY = re.compile(
    r"抱歉|歉意|致歉|道歉|对不起|对不住|久等|(?:答复|回复|办理)(?:得|的)?(?:晚|迟|慢)了|没有(?:按时|按期)|未能(?:按时|按期|及时)"
)
SHOWN = 24

SAID = Said(
    "已经超过时限，答复里没有说明。请先说一声抱歉，写明为什么晚了。",
    "The limit is over and the reply does not mention it. Please apologise first and say why.",
)


def check(look: Look) -> Finding | None:
    """The citizen's limit is over, and no word of it."""
    if not look.draft.late or _SORRY.search(look.body):
        return None
    return finding("Q8", SAID, look.body.lstrip()[:SHOWN])
