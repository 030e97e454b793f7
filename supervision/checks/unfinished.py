"""Q1 空复, by score: a reply that breaks off, or keeps greeting and closing and has lost what stood between."""

import re

from hub.errors import Said
from hub.ports import Finding
from supervision.checks.look import Look, finding

BROKEN_OFF = Said(
    "答复好像没有写完，最后一句断在半截。请把它写完整。",
    "The reply seems to break off in the middle of its last sentence. Please finish it.",
)
HOLLOW = Said(
    "有开头有结尾，中间没有交代查到的情况和办理的结果。请补上。",
    "There is a beginning and an end, and nothing between on what was found and done. Please add it.",
)
_WHOLE = re.compile(r"[。！？!?）)”~*：:.…]\s*$|[府局办处室院心会委队站所校司日\d]\s*$")
SHOWN = 24


def check(look: Look) -> Finding | None:
    """The last sentence has no end, or the incomplete score is past its limit."""
    words = look.body.rstrip()
    if words and not _WHOLE.search(words):
        return finding("Q1", BROKEN_OFF, words[-SHOWN:])
    return finding("Q1", HOLLOW, look.said or words) if look.is_likely("incomplete") else None
