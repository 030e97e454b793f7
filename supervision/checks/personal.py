"""Q12 泄隐私: personal data in a reply, the writer's and anybody else's; it blocks until removed or justified."""

import re

from hub.errors import Said
from hub.ports import Finding
from hub.privacy import masking
from hub.privacy.marks import Known, Mark
from supervision.checks.look import Look, finding

# A landline in a reply is an office's, a mail address under gov.cn likewise, and so is a street with its number; what
# leads to somebody's door names the building or the room.
_OFFICIAL_MAIL = ".gov.cn"
_HOME = re.compile(r"[栋幢室]|单元")

SAID = Said(
    "答复里有个人信息，请删去。确需保留的，由审签人写明理由。",
    "The reply contains personal data. Please remove them; what must stay needs the signer's reason.",
)


def check(look: Look) -> Finding | None:
    """What the mask finder is sure of, behind the greeting; directory numbers and named officials pass (DESIGN §9)."""
    marks = masking.find(look.body, Known(directory=look.book.public))
    personal = [look.body[m.start : m.end] for m in marks if _is_personal(m, look)]
    if not personal:
        return None
    found = tuple(dict.fromkeys(personal))
    return finding("Q12", SAID, "、".join(found), blocks=True, quotes=found)


def _is_personal(mark: Mark, look: Look) -> bool:
    if not mark.sure or mark.kind == "landline" or mark.start < look.start:
        return False
    words = look.body[mark.start : mark.end]
    if mark.kind == "address":
        return _HOME.search(words) is not None
    return not words.lower().endswith(_OFFICIAL_MAIL)
